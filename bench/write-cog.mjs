/**
 * Rate of writing cloud-optimised GeoTIFFs: our writer in Node against `gdal_translate -of COG`, from the same file,
 * with the same compression (DEFLATE 6, predictor 2, tiles of 512, averaged overviews), turn by turn: once on one
 * core (one thread of GDAL), once on all.
 *
 *   npm run bench:write-cog            results go to bench/results/
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const SIDE = Number(process.env.BENCH_SIDE ?? 4096);
const BANDS = 4;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'unclouded-'));
try {
  const script = await bundle('bench/write-cog-ours.ts');
  const input = join(folder, 'in.tif');
  makeScene(input);
  const megapixels = (SIDE * SIDE) / 1e6;
  const results = {};
  for (const [name, pin, threads] of [
    ['one core', ['taskset', '-c', '0'], '1'],
    ['all cores', [], 'ALL_CPUS'],
  ]) {
    if (pin.length > 0 && spawnSync('taskset', ['--version']).status !== 0) {
      console.warn('taskset is not installed: the comparison on one core is left out');
      continue;
    }
    const gdal = { seconds: [], bytes: 0 };
    const ours = { seconds: [], bytes: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      time(gdal, join(folder, 'gdal.tif'), (out) => {
        const start = performance.now();
        run([...pin, 'gdal_translate', '-q', '-of', 'COG', ...creation(threads), input, out]);
        return (performance.now() - start) / 1000;
      });
      time(ours, join(folder, 'ours.tif'), (out) =>
        Number(run([...pin, process.execPath, '--no-warnings', script, input, out])),
      );
    }
    const rate = ({ seconds }) => megapixels / median(seconds);
    results[name] = {
      gdal: { ...gdal, megapixelsPerSecond: rate(gdal) },
      ours: { ...ours, megapixelsPerSecond: rate(ours) },
      ratio: rate(ours) / rate(gdal),
    };
  }
  const report = {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    node: process.version,
    gdal: execFileSync('gdalinfo', ['--version'], { encoding: 'utf8' }).trim(),
    scene: { width: SIDE, height: SIDE, bands: BANDS, sampleType: 'uint16' },
    results,
  };
  mkdirSync(`${root}bench/results`, { recursive: true });
  const file = `bench/results/write-cog-${report.date.slice(0, 10)}.json`;
  writeFileSync(root + file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(JSON.stringify(report, null, 2));
  console.log(`written to ${file}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Node 20 does not read TypeScript. */
async function bundle(entry) {
  const outDir = `${root}.cache/bench-write`;
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: 'ours.js' } },
    },
  });
  return `${outDir}/ours.js`;
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

function run([command, ...given]) {
  return execFileSync(command, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function time(result, out, write) {
  result.seconds.push(write(out));
  result.bytes = statSync(out).size;
  rmSync(out);
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
  run([
    'gdal_translate',
    '-q',
    '-co',
    'TILED=YES',
    '-co',
    'BLOCKXSIZE=512',
    '-co',
    'BLOCKYSIZE=512',
    `${path}.vrt`,
    path,
  ]);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
