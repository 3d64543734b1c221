/**
 * Rate of reading windows of 512 x 512 pixels and all bands: our reader in Node against GDAL, each on one and the same
 * core (taskset), turn by turn, from files in the page cache; in seconds of processor time, so that what else runs on the
 * machine counts less.
 *
 *   npm run bench:read-windows            results go to bench/results/; needs python3-gdal
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, gdalPython, keep, machine, median } from './lib/peers.mjs';

const SIDE = Number(process.env.BENCH_SIDE ?? 4096);
const ROUNDS = Number(process.env.BENCH_RUNS ?? 5);
const WINDOW = '512';
const BANDS = 3;
const TILED = ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512'];
const CASES = [
  ['DEFLATE, predictor 2, tiles', 'uint16', 'COMPRESS=DEFLATE', 'PREDICTOR=2', ...TILED],
  [
    'DEFLATE, predictor 2, tiles by band',
    'uint16',
    'COMPRESS=DEFLATE',
    'PREDICTOR=2',
    'INTERLEAVE=BAND',
    ...TILED,
  ],
  ['DEFLATE, predictor 3, tiles, float32', 'float32', 'COMPRESS=DEFLATE', 'PREDICTOR=3', ...TILED],
  ['ZSTD, predictor 2, tiles', 'uint16', 'COMPRESS=ZSTD', 'PREDICTOR=2', ...TILED],
  ['LZW, predictor 2, strips', 'uint16', 'COMPRESS=LZW', 'PREDICTOR=2'],
  ['not compressed, strips', 'uint16'],
];

const python = gdalPython();
const script = await bundle('bench/read-windows-ours.ts');
const gdalScript = join(import.meta.dirname, 'read_windows.py');
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'unclouded-'));
const pin = ['taskset', '-c', '0'];
const run = ([program, ...args]) => execFileSync(program, args, { encoding: 'utf8' }).trim();
try {
  const results = {};
  for (const [name, type, ...options] of CASES) {
    const path = join(folder, 'scene.tif');
    run([python, gdalScript, 'make', path, `${SIDE}`, `${BANDS}`, type, ...options]);
    const seconds = { gdal: [], ours: [] };
    for (let round = 0; round < ROUNDS; round++) {
      seconds.gdal.push(Number(run([...pin, python, gdalScript, 'read', path, WINDOW])));
      seconds.ours.push(Number(run([...pin, process.execPath, '--no-warnings', script, path, WINDOW])));
    }
    const samples = (SIDE * SIDE * BANDS) / 1e6;
    const rate = (times) => samples / median(times);
    results[name] = {
      megasamplesPerSecond: { gdal: rate(seconds.gdal), ours: rate(seconds.ours) },
      ratio: median(seconds.gdal.map((gdal, i) => gdal / seconds.ours[i])),
      seconds,
    };
    rmSync(path);
    console.log(`${name}: ${results[name].ratio.toFixed(2)}`);
  }
  const scene = { width: SIDE, height: SIDE, bands: BANDS, window: Number(WINDOW) };
  keep('read-windows', { ...machine(), gdal: run(['gdalinfo', '--version']), scene, results });
} finally {
  rmSync(folder, { recursive: true });
}
