import { describe, expect, it } from 'vitest';
import { seeded } from '../evaluate/random.ts';
import { addToJoin, createJoinSums, leftAt, solveJoin } from './joined.ts';

const SIDE = 256;
const window = { x: 0, y: 0, width: SIDE, height: SIDE };
const all = new Uint8Array(SIDE * SIDE).fill(1);
const random = seeded(5);
const noise = Float32Array.from(all, () => random.normal());
/** Waves of 100 pixels. */
const smooth = Float32Array.from(
  all,
  (_, i) => Math.sin((i % SIDE) / 16) * Math.sin(Math.floor(i / SIDE) / 16),
);

function leftOf(difference: Float32Array, usable = all) {
  const sums = createJoinSums();
  addToJoin(sums, window, [difference], usable);
  return solveJoin(sums);
}

describe('what is left of the difference of two dates once they are joined', () => {
  it('is all of noise, wherever, and the noise of what it is joined to', () => {
    for (const left of leftOf(noise)) expect(left).toBeCloseTo(Math.sqrt(1 + 1 / 8), 1);
  });

  it('is little beside the rim of what is smooth, and all of it far inside', () => {
    const left = leftOf(smooth);
    expect(left[0]).toBeLessThan(0.15);
    expect(left[2]).toBeLessThan(0.5);
    for (let r = 1; r < 4; r++) expect(left[r]).toBeGreaterThan(left[r - 1]);
    expect(left[5]).toBeGreaterThan(0.8);
  });

  it('is all of it where too little is clear to tell', () => {
    const few = all.map((_, i) => (i % SIDE < 30 && i < 30 * SIDE ? 1 : 0));
    expect(leftOf(smooth, few)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('changes evenly between the distances, and not beyond them', () => {
    const left = [0.2, 0.4, 0.6, 0.8, 1, 1.1];
    expect(leftAt(left, 0)).toBe(0.2);
    expect(leftAt(left, 1)).toBe(0.2);
    expect(leftAt(left, Math.SQRT2)).toBeCloseTo(0.3, 10);
    expect(leftAt(left, 16)).toBeCloseTo(1, 10);
    expect(leftAt(left, Number.POSITIVE_INFINITY)).toBeCloseTo(1.1, 10);
  });
});
