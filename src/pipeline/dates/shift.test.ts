import { describe, expect, it } from 'vitest';
import { addToCrossPower, createCrossPower, findShift } from './shift.ts';

const SIDE = 128;

const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;

/** Smooth noise at scales of 2 to 64 pixels, at a position of any fraction. */
function ground(x: number, y: number): number {
  let value = 0;
  for (let scale = 2; scale <= 64; scale *= 2) {
    const [u, v] = [x / scale + scale, y / scale + scale];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const ease = (t: number) => t * t * (3 - 2 * t);
    const [s, t] = [ease(u - i), ease(v - j)];
    const upper = random(i, j) * (1 - s) + random(i + 1, j) * s;
    const lower = random(i, j + 1) * (1 - s) + random(i + 1, j + 1) * s;
    value += 0.02 * Math.sqrt(scale) * (upper * (1 - t) + lower * t);
  }
  return value;
}

function picture(dx: number, dy: number, gain = 1): Float32Array {
  return Float32Array.from(
    { length: SIDE * SIDE },
    (_, i) => gain * ground((i % SIDE) - dx, Math.floor(i / SIDE) - dy),
  );
}

describe('shift', () => {
  it.each([
    [0, 0],
    [1, 0],
    [0.37, -0.62],
    [-3.25, 2.4],
  ])(
    'of (%f, %f) pixels is found to a tenth of a pixel, whatever the gain and in spite of gaps',
    (dx, dy) => {
      const cross = createCrossPower(SIDE);
      const usable = new Uint8Array(SIDE * SIDE).fill(1);
      for (let i = 0; i < usable.length; i++)
        if (Math.hypot((i % SIDE) - 40, i / SIDE - 70) < 14) usable[i] = 0;
      addToCrossPower(cross, picture(0, 0), picture(dx, dy, 1.4), usable);
      const found = findShift(cross)!;
      expect(Math.abs(found.dx - dx)).toBeLessThan(0.1);
      expect(Math.abs(found.dy - dy)).toBeLessThan(0.1);
      expect(found.peak).toBeGreaterThan(0.2);
    },
  );

  it('has a low peak where the pictures have nothing in common', () => {
    const cross = createCrossPower(SIDE);
    const noise = (seed: number) =>
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => random(i % SIDE, seed * Math.floor(i / SIDE)));
    addToCrossPower(cross, noise(1), noise(2.345), new Uint8Array(SIDE * SIDE).fill(1));
    expect(findShift(cross)!.peak).toBeLessThan(0.1);
    expect(findShift(createCrossPower(SIDE))).toBeNull();
  });
});
