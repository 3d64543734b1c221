/**
 * Time from a dropped file of 500 MB to its first pixels: 10980 x 10980 pixels, three bands of 16 bits in tiles, with and
 * without overviews. Node runs what the display worker runs; the last line zooms in, when the preview is there.
 *
 *   npm run bench:first-pixels            results go to bench/results/; needs python3-gdal
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, gdalPython, keep, machine, median } from './lib/peers.mjs';

const SIDE = Number(process.env.BENCH_SIDE ?? 10_980);
const ROUNDS = Number(process.env.BENCH_RUNS ?? 3);
const GOALS = { 'with overviews': 1500, 'without overviews': 4000 };
const run = ([program, ...args]) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }).trim();

const script = await bundle('bench/first-pixels-ours.ts');
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'unclouded-'));
try {
  const path = join(folder, 'scene.tif');
  const options = [
    'COMPRESS=DEFLATE',
    'PREDICTOR=2',
    'TILED=YES',
    'BLOCKXSIZE=512',
    'BLOCKYSIZE=512',
    'ZLEVEL=1',
  ];
  run([
    gdalPython(),
    join(import.meta.dirname, 'read_windows.py'),
    'make',
    path,
    `${SIDE}`,
    '3',
    'uint16',
    ...options,
  ]);
  const results = {};
  for (const [name, goal] of Object.entries(GOALS).reverse()) {
    if (name === 'with overviews') run(['gdaladdo', '-q', '-r', 'nearest', path, '2', '4', '8', '16', '32']);
    const rounds = Array.from({ length: ROUNDS }, () =>
      JSON.parse(run([process.execPath, '--no-warnings', script, path])),
    );
    const firstTile = median(rounds.map((round) => round.firstTile));
    results[name] = { megabytes: Math.round(statSync(path).size / 1e6), goal, firstTile, rounds };
    console.log(name, JSON.stringify(results[name]));
  }
  keep('first-pixels', { ...machine(), scene: { width: SIDE, height: SIDE, bands: 3 }, results });
} finally {
  rmSync(folder, { recursive: true });
}
