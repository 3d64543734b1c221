/**
 * Measures how soon the page shows its largest content, with the processor slowed down four times, and how long the page
 * takes to answer a user while a job runs.
 *
 *   npm run bench:responsiveness         results go to bench/results/
 */
import { measureBuiltApp } from './lib/built-app.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const SLOWER = 4;

await measureBuiltApp('responsiveness', async (browser, address) => {
  const paints = [];
  const jobs = [];
  for (let i = 0; i < RUNS; i++) {
    paints.push(await largestPaint(browser, address));
    jobs.push(await answersDuringJob(browser, address));
  }
  return {
    largestPaintMs: { slowDown: SLOWER, runs: paints },
    interactionToNextPaintMs: {
      worst: jobs.map((answers) => Math.max(...answers.map(({ ms }) => ms))),
      runs: jobs,
    },
  };
});

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

/**
 * What a user does while the sample is processed, each with the longest time from an event of it to the next paint, as the
 * Event Timing API tells it (in steps of 8 ms; what took less than 16 ms is told as 0).
 */
async function answersDuringJob(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    globalThis.interactions = [];
    new PerformanceObserver((list) => {
      for (const { duration, interactionId } of list.getEntries())
        if (interactionId) globalThis.interactions.push(duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  });
  await page.goto(`${address}?sample&backend=wasm`);
  await page.getByRole('heading', { name: /Finding clouds|Repairing tiles/ }).waitFor();
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
  const answers = [];
  for (const [name, act] of Object.entries(deeds)) {
    await page.evaluate(() => globalThis.interactions.splice(0));
    await act();
    await page.waitForTimeout(300);
    const durations = await page.evaluate(() => globalThis.interactions);
    const atWork = await page.getByRole('heading', { name: /Finding clouds|Repairing tiles/ }).isVisible();
    answers.push({ deed: name, ms: Math.max(0, ...durations), duringJob: atWork });
  }
  await page.close();
  return answers;
}

async function keys(locator, ...names) {
  await locator.focus();
  for (const name of names) await locator.press(name);
}
