/**
 * The command line against a Python stack (rasterio, PyTorch on the CPU; `end_to_end.py`) on a made-up scene of 2048 x
 * 2048 pixels, six bands in uint16, 30 % of it under cloud: from file to file, process start included, with the same
 * weights, tiles and number of threads on the same processors, turn by turn.
 *
 *   BENCH_PYTHON=/path/to/python npm run bench:end-to-end      a Python with torch, rasterio and scipy
 *   BENCH_THREADS=1 BENCH_RUNS=3                               defaults
 *
 * Results go to bench/results/.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { writeMadeUpScene } from './lib/made-up-scene.mjs';

const SIZE = 2048;
const CLOUD_SHARE = 0.3;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const THREADS = Number(process.env.BENCH_THREADS ?? 1);
const python = process.env.BENCH_PYTHON ?? 'python3';
const root = fileURLToPath(new URL('..', import.meta.url));

await build({ root, configFile: join(root, 'vite.cli.config.ts'), logLevel: 'error' });
const folder = mkdtempSync(join(tmpdir(), 'unclouded-bench-'));
const scene = join(folder, 'scene.tif');
await writeMadeUpScene(scene, SIZE, CLOUD_SHARE);

const runs = [];
try {
  for (let i = 0; i < RUNS; i++) {
    runs.push({ ours: runOurs(), python: runPython(), pythonSkippingClearTiles: runPython('--skip-clear') });
    console.log(JSON.stringify(runs.at(-1)));
  }
} finally {
  rmSync(folder, { recursive: true });
}

const ratio = (peer, unit) => median(runs.map((run) => run[peer][unit] / run.ours[unit]));
const result = {
  date: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0].model}`,
  node: process.version,
  scene: { size: SIZE, bands: 6, cloudShare: CLOUD_SHARE },
  threads: THREADS,
  /** Their time over ours: above 1, we are faster. Processor time tells more where other work runs beside. */
  ratio: {
    wall: ratio('python', 'seconds'),
    processor: ratio('python', 'cpuSeconds'),
    wallSkipping: ratio('pythonSkippingClearTiles', 'seconds'),
    processorSkipping: ratio('pythonSkippingClearTiles', 'cpuSeconds'),
  },
  runs,
};
mkdirSync(join(root, 'bench/results'), { recursive: true });
const file = `bench/results/end-to-end-${THREADS}-${result.date.slice(0, 10)}.json`;
writeFileSync(join(root, file), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify({ ...result, runs: undefined }, null, 2));
console.log(`written to ${file}`);

function runOurs() {
  const report = join(folder, 'report.json');
  const words = [scene, '-o', join(folder, 'ours.tif'), '--overwrite', '--quiet', '--report', report];
  const seconds = timed(process.execPath, [
    join(root, 'dist-cli/unclouded.js'),
    ...words,
    '-t',
    `${THREADS}`,
  ]).seconds;
  const { cpuSeconds, peakMemoryBytes, scenes } = JSON.parse(readFileSync(report, 'utf8'));
  const { run, seconds: parts } = scenes[0];
  return { seconds, cpuSeconds, peakMemoryBytes, parts, tiles: run.tiles, masked: 1 - run.shares.observed };
}

function runPython(...more) {
  const words = [
    join(root, 'bench/end_to_end.py'),
    scene,
    join(folder, 'python.tif'),
    '--threads',
    `${THREADS}`,
  ];
  const { seconds, stdout } = timed(python, [...words, '--models', join(root, 'public/models'), ...more]);
  const { cpuSeconds, peakMemoryBytes, parts, tiles, masked } = JSON.parse(stdout);
  return { seconds, cpuSeconds, peakMemoryBytes, parts, tiles, masked };
}

/** Both get the same processors, as many as threads, where the system lets us choose. */
function timed(program, words) {
  const pinned = THREADS < availableParallelism() && spawnSync('taskset', ['-V']).status === 0;
  const [command, ...rest] = pinned
    ? ['taskset', '-c', `0-${THREADS - 1}`, program, ...words]
    : [program, ...words];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - start) / 1000, stdout };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
