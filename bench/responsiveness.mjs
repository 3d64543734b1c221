/**
 * Measures how soon the page shows its largest content, with the processor slowed down four times, and how long the page
 * takes to answer a user while a job runs and once it is done.
 *
 *   npm run bench:responsiveness         results go to bench/results/
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureBuiltApp } from './lib/built-app.mjs';
import { writeMadeUpScene } from './lib/made-up-scene.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const SLOWER = 4;
/** Pixels along a side: enough for the job to last longer than what is done meanwhile. */
const SIDE = 2048;
const CLOUD_SHARE = 0.3;
/** Pixels of the screen per pixel of the layout. With fewer there is less to draw, which is what takes time without a GPU. */
const DENSITIES = [1, 0.25];
/** The Event Timing API tells of an event after it has been painted. */
const TOLD_AFTER_MS = 1200;

const folder = mkdtempSync(join(tmpdir(), 'unclouded-bench-'));
const scene = join(folder, 'scene.tif');
await writeMadeUpScene(scene, SIDE, CLOUD_SHARE);
try {
  await measureBuiltApp('responsiveness', async (browser, address) => {
    await warmUp(browser, address);
    const largestPaintMs = [];
    for (let i = 0; i < RUNS; i++) largestPaintMs.push(await largestPaint(browser, address));
    const interactions = [];
    for (const density of DENSITIES) {
      const runs = [];
      for (let i = 0; i < RUNS; i++) runs.push(await answersOf(browser, address, density));
      const worst = (of) => ({
        duringJob: runs.map(({ duringJob }) => Math.max(...duringJob.map(of))),
        afterwards: runs.map(({ afterwards }) => Math.max(...afterwards.map(of))),
      });
      interactions.push({
        density,
        toNextPaintMs: worst(({ ms }) => ms),
        handledMs: worst(({ handledMs }) => handledMs),
        runs,
      });
    }
    return {
      scene: { side: SIDE, bands: 6, cloudShare: CLOUD_SHARE },
      largestPaintMs: { slowDown: SLOWER, runs: largestPaintMs },
      interactions,
    };
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** The first page of a browser also starts its processes. */
async function warmUp(browser, address) {
  const page = await browser.newPage();
  await page.goto(`${address}models/generator/card.html`);
  await page.close();
}

/** Largest contentful paint of a first visit, nothing in the cache, in ms from the start of the navigation. */
async function largestPaint(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.goto(address);
  await page.getByRole('button', { name: 'Try the sample scene' }).waitFor();
  const time = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        });
      }),
  );
  await context.close();
  return Math.round(time);
}

/** How long deeds take while the scene is processed, and once it is done. */
async function answersOf(browser, address, deviceScaleFactor) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor });
  await page.addInitScript(() => {
    globalThis.interactions = [];
    new PerformanceObserver((list) => {
      for (const { duration, interactionId, startTime, processingEnd } of list.getEntries())
        if (interactionId) globalThis.interactions.push({ duration, handled: processingEnd - startTime });
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  });
  await page.goto(`${address}?backend=wasm`);
  await page.getByLabel('GeoTIFF files').first().setInputFiles(scene);
  const atWork = page.getByRole('heading', { name: /Finding clouds|Repairing tiles/ });
  await atWork.waitFor();
  const duringJob = await answers(page);
  if (!(await atWork.isVisible())) throw new Error('The job was done before the deeds: take a larger scene.');
  await page.getByRole('heading', { name: 'Done' }).waitFor({ timeout: 600_000 });
  const afterwards = await answers(page);
  await page.close();
  return { duringJob, afterwards };
}

/**
 * What a user does, each with the longest time from an event of it to the next paint (`ms`, in steps of 8 ms), as the Event
 * Timing API tells it, and of that the time until the page's own code had handled the event (`handledMs`): the rest is the
 * browser's, which draws. Events that took less than 16 ms in all are not told: 0.
 */
async function answers(page) {
  const map = page.getByRole('region', { name: 'Map of the scene' });
  const deeds = {
    'fold the panel': () => page.getByRole('button', { name: 'Fold the panel' }).click(),
    'unfold the panel': () => page.getByRole('button', { name: 'Unfold the panel' }).click(),
    'other bands': () => keys(page.getByLabel('Bands'), 'ArrowDown', 'ArrowUp'),
    brightness: () => keys(page.getByLabel('Brightness'), 'ArrowRight', 'ArrowRight', 'ArrowLeft'),
    stretch: () => keys(page.getByLabel('Drawn white'), 'ArrowLeft', 'ArrowLeft', 'ArrowRight'),
    overlay: () => keys(page.getByLabel('Overlay shown on the map'), 'ArrowDown', 'ArrowUp'),
    'move the map': () => keys(map, 'ArrowRight', 'ArrowLeft', '+', '-'),
    'zoom in': () => page.getByRole('button', { name: 'Zoom in' }).click(),
    'whole scene': () => page.getByRole('button', { name: 'Show the whole scene' }).click(),
    'keys and colours': () => page.getByRole('button', { name: 'Keys and colours' }).click(),
    'close the sheet': () => page.getByRole('button', { name: 'Close' }).click(),
  };
  const found = [];
  for (const [deed, act] of Object.entries(deeds)) {
    await page.evaluate(() => globalThis.interactions.splice(0));
    await act();
    await page.waitForTimeout(TOLD_AFTER_MS);
    const events = await page.evaluate(() => globalThis.interactions);
    const longest = (of) => Math.round(Math.max(0, ...events.map(of)));
    found.push({
      deed,
      ms: longest(({ duration }) => duration),
      handledMs: longest(({ handled }) => handled),
    });
  }
  return found;
}

async function keys(locator, ...names) {
  await locator.focus();
  for (const name of names) await locator.press(name);
}
