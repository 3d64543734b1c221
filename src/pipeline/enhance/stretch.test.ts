import { describe, expect, it } from 'vitest';
import { memorySource } from '../testing/memory-source.ts';
import { HISTOGRAM_BINS, percentile, sceneStretch } from './stretch.ts';

describe('stretch', () => {
  it('interpolates percentiles as NumPy does', () => {
    // np.percentile([1, 2, 4, 8], [0, 2, 50, 98, 100])
    const got = [0, 0.02, 0.5, 0.98, 1].map((share) => percentile([1, 2, 4, 8], share));
    [1, 1.06, 3, 7.76, 8].forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 12);
    });
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('takes 2 to 98 percent of the measured samples in reflectance', async () => {
    const source = memorySource({
      width: 101,
      height: 20,
      roles: ['blue', 'green', 'red'],
      nodata: 65535,
      offset: -0.1,
      sample: (x, y, band) => (band === 2 ? 65535 : band === 1 ? 3000 : y === 0 ? 65535 : 1000 + 100 * x),
    });
    const [blue, green, red] = await sceneStretch(source, [0, 1, 2]);
    expect(blue.low).toBeCloseTo(0.02, 6);
    expect(blue.high).toBeCloseTo(0.98, 6);
    expect(green.low).toBeLessThan(0.2);
    expect(green.high).toBeGreaterThan(0.2);
    expect(red).toMatchObject({ low: 0, high: 1 });
    // 101 columns of one value each, over twice the span of 96 of them.
    expect(blue.histogram).toHaveLength(HISTOGRAM_BINS);
    expect(blue.histogram.reduce((a, b) => a + b)).toBe(101 * 19);
    expect(blue.histogram.slice(0, 15).every((count) => count === 0)).toBe(true);
    expect(red.histogram.every((count) => count === 0)).toBe(true);
  });

  it('is that of the clear ground where the mask is known', async () => {
    const cloudy = (x: number) => x >= 60;
    const source = memorySource({
      width: 100,
      height: 10,
      roles: ['red'],
      sample: (x) => (cloudy(x) ? 9000 : 1000 + 10 * x),
    });
    const clearAt = (share: number) => async (_: unknown, width: number, height: number) =>
      Uint8Array.from({ length: width * height }, (_, i) => (i % width < share * width ? 1 : 0));
    const stretch = async (share: number) => (await sceneStretch(source, [0], undefined, clearAt(share)))[0];
    expect((await sceneStretch(source, [0]))[0].high).toBeCloseTo(0.9, 3);
    expect((await stretch(0.6)).high).toBeLessThan(0.16);
    // Nothing clear to speak of: all counts.
    expect((await stretch(0)).high).toBeCloseTo(0.9, 3);
  });

  it('is that of the result where hardly anything is clear', async () => {
    const roles = ['red', 'alpha'] as const;
    const source = memorySource({ width: 100, height: 10, roles, sample: (x) => 8000 + 10 * x });
    const clearAt = (clear: number) => async (_: unknown, width: number, height: number) =>
      new Uint8Array(width * height).fill(clear);
    const repairedAt = async (_: unknown, width: number, height: number) =>
      Float32Array.from({ length: 2 * width * height }, (_, i) =>
        i % 2 === 1 ? Number(i > 9) : i < 10 ? 0 : 0.05 + 0.001 * ((i / 2) % width),
      );
    const [dark] = await sceneStretch(source, [0], undefined, clearAt(0), repairedAt);
    expect(dark.low).toBeCloseTo(0.052, 3);
    expect(dark.high).toBeCloseTo(0.147, 3);
    expect(dark.histogram.reduce((a, b) => a + b)).toBe(1000 - 5);
    const [bright] = await sceneStretch(source, [0], undefined, clearAt(1), repairedAt);
    expect(bright.low).toBeGreaterThan(0.8);
  });

  it('reads a large scene through a sample', async () => {
    const source = memorySource({ width: 1030, height: 2, roles: ['red'], sample: (x) => x });
    const [{ low, high }] = await sceneStretch(source, [0]);
    expect(low).toBeCloseTo(0.02 * 0.103, 3);
    expect(high).toBeCloseTo(0.98 * 0.103, 3);
    expect(source.reads).toEqual([]);
  });
});
