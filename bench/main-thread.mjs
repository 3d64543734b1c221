/**
 * Measures the tasks of the main thread over 50 ms while the app, with its map on screen, processes the sample.
 *
 *   npm run bench:main-thread            results go to bench/results/
 */
import { measureBuiltApp } from './lib/built-app.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);

await measureBuiltApp('main-thread', async (browser, address) => {
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measureOnce(browser, address));
  return {
    longestTaskMs: Math.max(0, ...runs.flat()),
    runs: runs.map((tasks) => ({ tasksOver50Ms: tasks })),
  };
});

/** Durations in ms, from the moment the detector starts to the report. */
async function measureOnce(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  await page.goto(`${address}?sample&backend=wasm`);
  await page.getByRole('heading', { name: 'Finding clouds and shadows' }).waitFor();
  await page.evaluate(() => globalThis.longTasks.splice(0));
  await page.getByRole('heading', { name: 'Done' }).waitFor({ timeout: 300_000 });
  const tasks = await page.evaluate(() => globalThis.longTasks);
  await page.close();
  return tasks;
}
