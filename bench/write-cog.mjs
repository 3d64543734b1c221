/**
 * Rate of writing cloud-optimised GeoTIFFs: our writer in Node against `gdal_translate -of COG`, from the same file,
 * with the same compression (DEFLATE 6, predictor 2, tiles of 512, averaged overviews), turn by turn: once on one
 * core (one thread of GDAL), once on all.
 *
 *   npm run bench:write-cog            results go to bench/results/
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, keep, machine, median } from './lib/peers.mjs';

const SIDE = Number(process.env.BENCH_SIDE ?? 4096);
const BANDS = 4;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 5);
const canPin = spawnSync('taskset', ['--version']).status === 0;
if (!canPin) console.warn('taskset is not installed: the comparison on one core is left out');

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'unclouded-'));
try {
  const script = await bundle('bench/write-cog-ours.ts');
  const input = join(folder, 'in.tif');
  makeScene(input);
  const results = {};
  for (const [name, pin, threads] of [
    ['one core', ['taskset', '-c', '0'], '1'],
    ['all cores', [], 'ALL_CPUS'],
  ]) {
    if (pin.length > 0 && !canPin) continue;
    const gdal = ['gdal_translate', '-q', '-of', 'COG', ...creation(threads), input];
    const ours = [process.execPath, '--no-warnings', script, input];
    const rounds = Array.from({ length: ROUNDS }, () => ({
      gdal: measured([...pin, ...gdal], join(folder, 'gdal.tif')),
      ours: measured([...pin, ...ours], join(folder, 'ours.tif')),
    }));
    const middle = (who, what) => median(rounds.map((round) => round[who][what]));
    results[name] = {
      megapixelsPerSecond: {
        gdal: (SIDE * SIDE) / 1e6 / middle('gdal', 'seconds'),
        ours: (SIDE * SIDE) / 1e6 / middle('ours', 'seconds'),
      },
      ratio: middle('gdal', 'seconds') / middle('ours', 'seconds'),
      processorRatio: middle('gdal', 'cpuSeconds') / middle('ours', 'cpuSeconds'),
      sizeRatio: middle('ours', 'bytes') / middle('gdal', 'bytes'),
      rounds,
    };
  }
  const report = {
    ...machine(),
    gdal: execFileSync('gdalinfo', ['--version'], { encoding: 'utf8' }).trim(),
    scene: { width: SIDE, height: SIDE, bands: BANDS, sampleType: 'uint16' },
    results,
  };
  console.log(JSON.stringify(report, (key, value) => (key === 'rounds' ? undefined : value), 2));
  keep('write-cog', report);
} finally {
  rmSync(folder, { recursive: true });
}

/** Clock and processor time of a process from start to end, and the length of the file that it leaves. */
function measured(command, out) {
  const shell = ['-c', 'TIMEFORMAT="%R %U %S"; time "$@"', 'bash', ...command, out];
  const { status, stderr } = spawnSync('bash', shell, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  const [seconds, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  const bytes = statSync(out).size;
  rmSync(out);
  return { seconds, cpuSeconds: user + system, bytes };
}

function creation(threads) {
  return [
    'COMPRESS=DEFLATE',
    'LEVEL=6',
    'PREDICTOR=2',
    'BLOCKSIZE=512',
    'RESAMPLING=AVERAGE',
    `NUM_THREADS=${threads}`,
  ].flatMap((option) => ['-co', option]);
}

/** Ground in the manner of 10 m imagery: fields, slopes, texture of several scales and sensor noise. */
function makeScene(path) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const scales = [2, 4, 8, 32, 128].map((size) => {
    const side = Math.ceil(SIDE / size) + 2;
    return { size, side, values: Float32Array.from({ length: side * side }, random) };
  });
  const data = new Uint16Array(SIDE * SIDE * BANDS);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      let ground = 1500;
      for (const { size, side, values } of scales) {
        const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
        const [fx, fy] = [x / size - column, y / size - row];
        const at = row * side + column;
        const top = values[at] * (1 - fx) + values[at + 1] * fx;
        const low = values[at + side] * (1 - fx) + values[at + side + 1] * fx;
        ground += (top * (1 - fy) + low * fy) * 60 * size ** 0.6;
      }
      for (let band = 0; band < BANDS; band++) {
        data[(band * SIDE + y) * SIDE + x] = Math.max(1, ground * (1 + 0.3 * band) + 40 * random());
      }
    }
  }
  writeFileSync(`${path}.raw`, data);
  const vrtBands = Array.from(
    { length: BANDS },
    (_, band) => `<VRTRasterBand dataType="UInt16" band="${band + 1}" subClass="VRTRawRasterBand">
      <SourceFilename relativeToVRT="1">in.tif.raw</SourceFilename>
      <ImageOffset>${band * SIDE * SIDE * 2}</ImageOffset><PixelOffset>2</PixelOffset>
      <LineOffset>${SIDE * 2}</LineOffset><ByteOrder>LSB</ByteOrder></VRTRasterBand>`,
  );
  writeFileSync(
    `${path}.vrt`,
    `<VRTDataset rasterXSize="${SIDE}" rasterYSize="${SIDE}"><SRS>EPSG:32632</SRS>
    <GeoTransform>500000, 10, 0, 5000000, 0, -10</GeoTransform>${vrtBands.join('')}</VRTDataset>`,
  );
  const tiled = ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512'].flatMap((option) => ['-co', option]);
  execFileSync('gdal_translate', ['-q', ...tiled, `${path}.vrt`, path]);
}
