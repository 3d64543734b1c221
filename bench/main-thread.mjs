/**
 * Measures the tasks of the main thread over 50 ms while the app, with its map on screen, processes the sample.
 *
 *   npm run bench:main-thread            results go to bench/results/
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { findBrowser } from '../scripts/browser.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}.cache/bench-app`;
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({ root, build: { outDir }, preview: { port: 4292 }, logLevel: 'error' });
const browser = await chromium.launch({
  executablePath: findBrowser() ?? undefined,
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
  ],
});

try {
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measureOnce());
  const result = {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    load: loadavg()[0],
    browser: `Chromium ${browser.version()}, map drawn by SwiftShader on the processor`,
    longestTaskMs: Math.max(0, ...runs.flat()),
    runs: runs.map((tasks) => ({ tasksOver50Ms: tasks })),
  };
  mkdirSync(`${root}bench/results`, { recursive: true });
  const file = `bench/results/main-thread-${result.date.slice(0, 10)}.json`;
  writeFileSync(root + file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  console.log(`written to ${file}`);
} finally {
  await browser.close();
  await server.close();
}

/** Durations in ms, from the moment the detector starts to the report. */
async function measureOnce() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  await page.goto(`${server.resolvedUrls.local[0]}?sample&backend=wasm`);
  await page.getByRole('heading', { name: 'Finding clouds and shadows' }).waitFor();
  await page.evaluate(() => globalThis.longTasks.splice(0));
  await page.getByRole('heading', { name: 'Done' }).waitFor({ timeout: 300_000 });
  const tasks = await page.evaluate(() => globalThis.longTasks);
  await page.close();
  return tasks;
}
