import { describe, expect, it } from 'vitest';
import { MASK_CLASS } from '../scene.ts';
import { checkFlags, clearDespite, createChecks, doubtsOf } from './doubt.ts';
import type { Fit } from './fit.ts';

const SIDE = 256;
const window = { x: 0, y: 0, width: SIDE, height: SIDE };
const plane = (value: (x: number, y: number) => number) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => value(i % SIDE, Math.floor(i / SIDE)));
/** Takes the date as it is. */
const asIs: Fit = {
  columns: 1,
  rows: 1,
  predictors: 3,
  targets: 3,
  blocks: [Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)],
  residual: Float32Array.of(0.005),
  error: Float32Array.of(0.005),
  left: [1, 1, 1, 1, 1, 1],
  scene: { residual: 0.005, measured: 0.005, difference: 0, samples: 1000 },
  means: { date: [], target: [] },
};
const three = (value: (x: number, y: number) => number) => [0, 1, 2].map(() => plane(value));

/** Roofs of 6 x 6 pixels all over; the date flags them as thin cloud. */
const isRoof = (x: number, y: number) => x % 20 < 6 && y % 20 < 6;
const roofs = Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
  isRoof(i % SIDE, Math.floor(i / SIDE)) ? MASK_CLASS.thin : 0,
);
const ground = (x: number, y: number) => (isRoof(x, y) ? 0.35 : 0.1);

function doubtsAbout(flags: Uint8Array, date: (x: number, y: number) => number) {
  const checks = createChecks({
    width: SIDE,
    height: SIDE,
    transform: null,
    crs: { code: 'LOCAL', name: '', units: 'pixels' },
  });
  checkFlags(checks, window, flags, asIs, three(date), three(ground));
  return doubtsOf(checks);
}

describe("doubts about a date's mask", () => {
  it('arise where what it flags is bright on the clear target too', () => {
    const doubts = doubtsAbout(roofs, (x, y) => ground(x, y) + 0.015)!;
    expect(doubts.wrong).toBe(1);
    expect(doubts.classes).toEqual([false, true, false, false]);
    const flags = roofs.slice();
    // Thick cloud is believed, and the margin around it; what holds no data is never clear.
    flags[100 * SIDE + 100] = MASK_CLASS.thick;
    flags[0] = MASK_CLASS.nodata;
    const clear = clearDespite(doubts, window, flags, 3);
    clear.forEach((is, i) => {
      const inMargin = Math.hypot((i % SIDE) - 100, Math.floor(i / SIDE) - 100) <= 3;
      expect(is).toBe(i === 0 || inMargin ? 0 : 1);
    });
  });

  it('end where there is cloud', () => {
    const inCloud = (x: number, y: number) => Math.hypot(x - 60, y - 60) < 25;
    const flags = roofs.map((flag, i) => (inCloud(i % SIDE, Math.floor(i / SIDE)) ? MASK_CLASS.thin : flag));
    const date = (x: number, y: number) => (inCloud(x, y) ? 0.4 : ground(x, y));
    // A third of what is flagged is cloud indeed.
    expect(doubtsAbout(flags, date)).toBeNull();
    // Of a small one only the places around it are believed.
    const small = (x: number, y: number) => Math.hypot(x - 60, y - 60) < 9;
    const few = roofs.map((flag, i) => (small(i % SIDE, Math.floor(i / SIDE)) ? MASK_CLASS.thin : flag));
    const doubts = doubtsAbout(few, (x, y) => (small(x, y) ? 0.4 : ground(x, y)))!;
    const clear = clearDespite(doubts, window, few, 3);
    few.forEach((flag, i) => {
      if (flag && small(i % SIDE, Math.floor(i / SIDE))) expect(clear[i]).toBe(0);
    });
    expect(clear[200 * SIDE + 200]).toBe(1);
  });

  it('need enough that can be checked; a thin veil that is brighter everywhere is none of them', () => {
    const one = roofs.map((flag, i) => (i < 12 * SIDE && i % SIDE < 40 ? flag : 0));
    expect(doubtsAbout(one, ground)).toBeNull();
    expect(doubtsAbout(roofs, (x, y) => ground(x, y) + 0.03)).toBeNull();
  });
});
