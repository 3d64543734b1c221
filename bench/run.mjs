/**
 * Measures in Chromium, on WASM: the time for a scene of 1024 x 1024 pixels and six bands with 30 % cloud
 * against the time spent in the networks alone, and the longest task of the main thread.
 *
 *   npm run bench            results go to bench/results/
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { findBrowser } from '../scripts/browser.mjs';

const SIZE = 1024;
const CLOUD_SHARE = 0.3;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const backend = process.env.BENCH_BACKEND ?? 'wasm';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}.cache/bench`;
await build({
  root,
  logLevel: 'error',
  build: { outDir, emptyOutDir: true, rollupOptions: { input: `${root}bench/index.html` } },
});
const server = await preview({ root, build: { outDir }, preview: { port: 4291 }, logLevel: 'error' });
const browser = await chromium.launch({
  executablePath: findBrowser() ?? undefined,
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--use-angle=swiftshader'],
});

try {
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measureOnce());
  const best = runs.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  const result = {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    browser: `Chromium ${browser.version()}`,
    scene: { size: SIZE, bands: 6, cloudShare: CLOUD_SHARE },
    medianRatio: median(runs.map((run) => run.ratio)),
    longestMainThreadTaskMs: Math.max(...runs.map((run) => run.longestTaskMs)),
    runs,
  };
  mkdirSync(`${root}bench/results`, { recursive: true });
  const file = `bench/results/scene-${backend}-${result.date.slice(0, 10)}.json`;
  writeFileSync(root + file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify({ ...result, runs: undefined, best }, null, 2));
  console.log(`written to ${file}`);
} finally {
  await browser.close();
  await server.close();
}

async function measureOnce() {
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls.local[0]}bench/index.html?backend=${backend}`);
  await page.waitForFunction(() => 'measure' in globalThis);
  const run = await page.evaluate(([size, share]) => globalThis.measure(size, share), [SIZE, CLOUD_SHARE]);
  const network = { detect: { calls: 0, seconds: 0 }, generate: { calls: 0, seconds: 0 } };
  for (const worker of page.workers()) {
    const entries = await worker.evaluate(() =>
      performance.getEntriesByType('measure').map(({ name, duration }) => ({ name, duration })),
    );
    for (const { name, duration } of entries) {
      if (!(name in network)) continue;
      network[name].calls++;
      network[name].seconds += duration / 1000;
    }
  }
  await page.close();
  const networkSeconds = network.detect.seconds + network.generate.seconds;
  const { longTasks, ...rest } = run;
  return {
    ...rest,
    network,
    networkSeconds,
    ratio: run.seconds / networkSeconds,
    longestTaskMs: Math.max(0, ...longTasks),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
