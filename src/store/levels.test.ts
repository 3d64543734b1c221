import { expect, it } from 'vitest';
import { createAppStore } from './create-store.ts';
import { atLevels, OWN_LEVELS, withNearer } from './levels.ts';
import { createFakeEngine } from './testing/fake-engine.ts';
import { fakeSample } from './testing/fake-scene.ts';

it('moves black and white over the scene’s own stretch, and keeps them apart', async () => {
  const store = createAppStore({ engine: createFakeEngine(), sample: fakeSample, saveFile: () => {} });
  const { open, setLevels, setCombination } = store.getState().actions;
  await open(new File([], 'scene.tif'));
  expect(store.getState().stretch[0]).toMatchObject({ low: 0.02, high: 0.32 });
  setLevels({ black: 0.1, white: 0.5 });
  const { low, high } = store.getState().stretch[2];
  expect(low).toBeCloseTo(0.05, 9);
  expect(high).toBeCloseTo(0.17, 9);
  setLevels({ black: 0.9, white: 0.2 });
  const { black, white } = store.getState().levels;
  expect(white).toBeGreaterThan(black);
  setLevels({ black: 0.1, white: 0.5 });
  await setCombination('infrared');
  expect(store.getState().stretch[0].low).toBeCloseTo(0.05, 9);
  setLevels(OWN_LEVELS);
  expect(store.getState().stretch).toEqual(atLevels(store.getState().ownStretch, OWN_LEVELS));
});

it('a press moves the nearer of black and white', () => {
  const levels = { black: 0, white: 1 };
  expect(withNearer(levels, 0.3)).toEqual({ black: 0.3, white: 1 });
  expect(withNearer(levels, 0.7)).toEqual({ black: 0, white: 0.7 });
  expect(withNearer(levels, 1.4)).toEqual({ black: 0, white: 1.4 });
});

it('follows the clear ground once a run has found the clouds, but not where the user has set the range', async () => {
  const engine = createFakeEngine();
  const first = await engine.stretch([0, 1, 2]);
  let found = false;
  engine.stretch = async () => first.map((range) => (found ? { ...range, high: range.high / 2 } : range));
  const run = engine.run;
  engine.run = async (...given) => {
    const report = await run(...given);
    found = true;
    return report;
  };
  const store = createAppStore({ engine, sample: fakeSample, saveFile: () => {} });
  const { open, setLevels, run: runAgain } = store.getState().actions;
  await open(new File([], 'scene.tif'));
  expect(store.getState().stretch[0].high).toBeCloseTo(first[0].high / 2, 9);
  setLevels({ black: 0.2, white: 0.8 });
  const { stretch } = store.getState();
  found = false;
  await runAgain({ fresh: true });
  expect(store.getState().stretch).toEqual(stretch);
});
