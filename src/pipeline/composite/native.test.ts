import { describe, expect, it } from 'vitest';
import type { Band } from '../scene.ts';
import { confidenceOf } from './composite.ts';
import { featherAlpha } from './feather.ts';
import { mixInto, sampleMaker } from './native.ts';

describe('native samples', () => {
  it('are rounded, kept in range, and never no-data', () => {
    expect([-3, 1.4, 1.6, 300].map(sampleMaker('uint8', null))).toEqual([0, 1, 2, 255]);
    expect([-3, 0.2, 0.6].map(sampleMaker('uint8', 0))).toEqual([1, 1, 1]);
    expect([300, 254.6, 254.4].map(sampleMaker('uint8', 255))).toEqual([254, 254, 254]);
    expect([6.8, 7.2].map(sampleMaker('int16', 7))).toEqual([6, 8]);
    expect([-40000, 40000].map(sampleMaker('int16', null))).toEqual([-32768, 32767]);
    expect(sampleMaker('int16', -9999)(-9999)).not.toBe(-9999);
    expect(Math.fround(sampleMaker('float32', 0)(0))).toBeGreaterThan(0);
    expect(sampleMaker('float64', Number.NaN)(0.25)).toBe(0.25);
  });

  it('are mixed in native units, where alpha is above 0 and the sample is data', () => {
    const band: Band = { index: 0, role: 'red', description: '', scale: 1e-4, offset: -0.1 };
    const samples = Uint16Array.of(3000, 3000, 3000, 0);
    const repaired = Float32Array.of(0.1, 0.1, 0.1, 0.1);
    const alpha = Float32Array.of(0, 0.5, 1, 1);
    mixInto(samples, repaired, alpha, band, sampleMaker('uint16', 0), (sample) => sample !== 0);
    expect([...samples]).toEqual([3000, 2500, 2000, 0]);
  });

  it('have a confidence that falls with the error', () => {
    expect([0, 0.05, 10].map(confidenceOf)).toEqual([100, 37, 0]);
  });
});

describe('feather', () => {
  it('fades in inside the mask, not towards no-data, and alike on both sides of a tile border', () => {
    // A row: clear up to 4, cloud from 5 to 14, no data from 15 on.
    const read = (w: { x: number; y: number; width: number; height: number }) =>
      Uint8Array.from({ length: w.width * w.height }, (_, i) => {
        const x = w.x + (i % w.width);
        const y = w.y + Math.floor(i / w.width);
        return y < 0 || y >= 3 || x < 0 || x >= 20 ? 255 : x < 5 ? 0 : x < 15 ? 2 : 255;
      });
    const row = (x: number, width: number) => [
      ...featherAlpha({ x, y: 0, width, height: 3 }, 3, read).slice(0, width),
    ];
    expect(row(0, 20)).toEqual([0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...row(0, 6), ...row(6, 14)]).toEqual(row(0, 20));
    expect([...featherAlpha({ x: 4, y: 0, width: 2, height: 1 }, 0, read)]).toEqual([0, 1]);
  });
});
