import { expect, it } from 'vitest';
import { cloneGap } from './clone.ts';
import type { Fit } from './fit.ts';

const SIDE = 48;
const window = { x: 0, y: 0, width: SIDE, height: SIDE };
const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;
const ground = (x: number, y: number) => 0.1 + 0.1 * random(x, y);
const plane = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => value(i % SIDE, Math.floor(i / SIDE)));
const flags = (is: (x: number, y: number) => boolean) => Uint8Array.from(plane((x, y) => (is(x, y) ? 1 : 0)));

/** Takes a date of one band as it is. */
const asIs: Fit = {
  columns: 1,
  rows: 1,
  predictors: 1,
  targets: 1,
  blocks: [Float64Array.of(1, 0)],
  residual: Float32Array.of(0.005),
  error: Float32Array.of(0.005),
  left: [1, 1, 1, 1, 1, 1],
  scene: { residual: 0.005, measured: 0.005, difference: 0, samples: 1000 },
  means: { date: [], target: [] },
};

it('fills a gap from dates of which it holds only one at a time', async () => {
  const inGap = (x: number, y: number) => x >= 8 && x < 40 && y >= 8 && y < 40;
  // The dates see the west, the east, and all of it, with another light each; the third disagrees in the middle.
  const sees = [(x: number) => x < 28, (x: number) => x >= 20, () => true];
  const light = [0.01, -0.02, 0.03];
  const choice = Uint8Array.from(plane((x) => (x < 24 ? 1 : 2)));
  const held = new Float32Array(SIDE * SIDE);
  const reads = [0, 0, 0];
  const cloned = await cloneGap(
    {
      window,
      known: flags((x, y) => !inGap(x, y)),
      gap: flags(inGap),
      choice,
      usable: sees.map((is) => flags(is)),
      fits: [asIs, asIs, asIs],
      open: [false, false, false, false],
    },
    [plane(ground)],
    async (date) => {
      reads[date]++;
      const changed = (x: number, y: number) => (date === 2 && Math.hypot(x - 24, y - 24) < 5 ? 0.2 : 0);
      held.set(plane((x, y) => (sees[date](x) ? ground(x, y) + light[date] + changed(x, y) : Number.NaN)));
      return [held];
    },
    1,
  );
  const { sites, planes, changed } = cloned!;
  expect(sites).toHaveLength(32 * 32);
  let worst = 0;
  sites.forEach((i, s) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    worst = Math.max(worst, Math.abs(planes[0][s] - ground(x, y)));
    if (Math.hypot(x - 24, y - 24) < 5) expect(changed[s]).toBe(1);
  });
  expect(worst).toBeLessThan(1e-3);
  // The last one is taken nowhere: it is only compared.
  expect(reads).toEqual([2, 2, 1]);
});
