/**
 * The Poisson solver that clones other dates into gaps: time and memory for square gaps of six bands, and the difference to
 * SciPy's sparse direct solver, which BENCH_PYTHON (a Python with NumPy and SciPy) runs.
 *
 *   BENCH_PYTHON=/path/to/python npm run bench:poisson      results go to bench/results/
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './lib/peers.mjs';

const BANDS = 6;
const SIDES = [512, 1024, 2048];
/** The direct solver takes about 3 GB for this side. */
const COMPARED_SIDE = 1024;

const root = new URL('..', import.meta.url);
const { KNOWN, poissonGrids, solvePoisson, UNKNOWN } = await import(await bundle('bench/poisson-ours.ts'));

/** A gap with a rim of one known pixel, and what a date with other detail than the rim puts into it. */
function problem(side, band) {
  const width = side + 2;
  const kind = new Uint8Array(width * width).fill(UNKNOWN);
  const plane = new Float32Array(width * width);
  const sources = new Float32Array(width * width);
  const date = (x, y) => 0.2 + 0.05 * Math.sin(x / 7 + band) * Math.cos(y / 11) + 0.02 * Math.sin(x * y);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const rim = x === 0 || y === 0 || x === width - 1 || y === width - 1;
      if (rim) {
        kind[i] = KNOWN;
        plane[i] = 0.25 + 0.1 * Math.sin(x / 300 + y / 200);
      } else {
        sources[i] = 4 * date(x, y) - date(x - 1, y) - date(x + 1, y) - date(x, y - 1) - date(x, y + 1);
      }
    }
  }
  return { width, kind, plane, sources };
}

const runs = SIDES.map((side) => {
  const { width, kind, plane, sources } = problem(side, 0);
  const before = process.memoryUsage().arrayBuffers;
  const started = process.cpuUsage();
  const grids = poissonGrids(kind, width, width);
  const planes = Array.from({ length: BANDS }, () => plane.slice());
  let most = 0;
  for (const one of planes) {
    solvePoisson(grids, one, sources);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  const { user, system } = process.cpuUsage(started);
  return { side, seconds: (user + system) / 1e6, bytesPerPixel: (most - before) / (side * side) };
});
for (const { side, seconds, bytesPerPixel } of runs) {
  console.log(
    `${side} x ${side} x ${BANDS}: ${seconds.toFixed(2)} s of processor time, ${bytesPerPixel.toFixed(0)} bytes a pixel`,
  );
}

const largestDifference = process.env.BENCH_PYTHON ? compare(process.env.BENCH_PYTHON) : null;
console.log(`largest difference to SciPy at ${COMPARED_SIDE}: ${largestDifference ?? 'not measured'}`);
const date = new Date().toISOString();
const report = {
  date,
  machine: cpus()[0].model,
  bands: BANDS,
  runs,
  comparedSide: COMPARED_SIDE,
  largestDifference,
};
writeFileSync(
  new URL(`bench/results/poisson-${date.slice(0, 10)}.json`, root),
  `${JSON.stringify(report, null, 2)}\n`,
);

function compare(python) {
  const folder = mkdtempSync(join(tmpdir(), 'poisson-'));
  const { width, kind, plane, sources } = problem(COMPARED_SIDE, 0);
  writeFileSync(join(folder, 'plane.bin'), plane);
  writeFileSync(join(folder, 'sources.bin'), sources);
  const { status, stderr } = spawnSync(
    python,
    [new URL('poisson.py', import.meta.url).pathname, folder, String(width)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  const solved = new Float64Array(readFileSync(join(folder, 'solved.bin')).buffer.slice(0));
  rmSync(folder, { recursive: true });
  solvePoisson(poissonGrids(kind, width, width), plane, sources);
  return plane.reduce((most, value, i) => Math.max(most, Math.abs(value - solved[i])), 0);
}
