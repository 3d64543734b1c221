import { DEFAULT_SETTINGS } from '../src/pipeline/events.ts';
import { createEngine, preferredBackends } from '../src/services/create-engine.ts';
import { syntheticScene } from './scene.ts';

const engine = createEngine({
  prefer: preferredBackends(location.search),
  modelsUrl: new URL('../models/', document.baseURI),
});

/** Called by run.mjs. Times in seconds; the network's own times are read from the worker. */
async function measure(size: number, cloudShare: number) {
  return measureRun(await syntheticScene(size, cloudShare));
}

/** Called by memory-browser.mjs, with the file that it put into the page's input. */
async function measureFile() {
  return measureRun(document.querySelector('input')?.files?.[0] as File);
}

async function measureRun(scene: File) {
  await engine.open(scene);
  const backend = await engine.warmUp(DEFAULT_SETTINGS.generator);
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longTasks.push(Math.round(entry.duration));
  });
  observer.observe({ type: 'longtask' });
  const stages: Record<string, number> = {};
  let last = performance.now();
  const report = await engine.run({ ...DEFAULT_SETTINGS, maskSource: 'quality-band' }, (event) => {
    if (event.type !== 'progress') return;
    const now = performance.now();
    stages[event.stage] = (stages[event.stage] ?? 0) + (now - last) / 1000;
    last = now;
  });
  observer.disconnect();
  return { backend, tiles: report.tiles, shares: report.shares, seconds: report.seconds, stages, longTasks };
}

Object.assign(globalThis, { measure, measureFile });
