import { describe, expect, it } from 'vitest';
import { standIns } from './stand-ins.ts';

describe('standIns', () => {
  it('are not needed where all pixels hold data, or none', () => {
    expect(standIns(new Uint8Array(12).fill(1), 4)).toBeNull();
    expect(standIns(new Uint8Array(12), 4)).toBeNull();
  });

  it('mirror the data across a straight edge, and stop at the border of the window', () => {
    const valid = Uint8Array.from({ length: 30 }, (_, i) => (i % 10 < 4 ? 1 : 0));
    const row = [0, 1, 2, 3, 2, 1, 0, 3, 3, 3];
    expect([...standIns(valid, 10)!]).toEqual([0, 10, 20].flatMap((start) => row.map((x) => start + x)));
  });

  it('take the nearest pixel with data where the mirror image holds none', () => {
    const valid = Uint8Array.from([0, 0, 1, 0, 0]);
    expect([...standIns(valid, 5)!]).toEqual([2, 2, 2, 2, 2]);
  });

  it('are pixels with data, no farther than the image in the nearest one, around data of odd shape', () => {
    const [width, height] = [60, 50];
    const valid = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return Math.sin(x / 5) + Math.cos(y / 7 + x / 20) > 0.9 ? 1 : 0;
    });
    const stands = standIns(valid, width)!;
    for (const [i, at] of stands.entries()) {
      expect(valid[at]).toBe(1);
      if (valid[i]) expect(at).toBe(i);
      let best = Infinity;
      for (const [j, is] of valid.entries()) {
        if (is)
          best = Math.min(
            best,
            Math.hypot((j % width) - (i % width), Math.floor(j / width) - Math.floor(i / width)),
          );
      }
      const distance = Math.hypot((at % width) - (i % width), Math.floor(at / width) - Math.floor(i / width));
      expect(distance).toBeLessThanOrEqual(2 * best + 1);
    }
  });
});
