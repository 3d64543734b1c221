import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RegionScore } from '../events.ts';
import { mirrorPositions } from '../windows.ts';
import { addPixelErrors, emptySums, scoreOf, spectralAngle } from './metrics.ts';
import { SSIM_RADIUS, ssimMap } from './ssim.ts';

interface Fixture {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly all: RegionScore;
  readonly region: RegionScore;
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('./fixtures/metrics.json', import.meta.url), 'utf8'),
);
const { width, height, bands } = fixture;
const wide = width + 2 * SSIM_RADIUS;
const high = height + 2 * SSIM_RADIUS;
const columns = mirrorPositions(-SSIM_RADIUS, wide, 0, width);
const rows = mirrorPositions(-SSIM_RADIUS, high, 0, height);

/** The picture of make-metrics.py with mirrored context. */
function planes(noisy: boolean): Float32Array[] {
  return Array.from({ length: bands }, (_, b) =>
    Float32Array.from({ length: wide * high }, (_, i) => {
      const [x, y] = [columns[i % wide], rows[Math.floor(i / wide)]];
      const truth = 2000 + ((x * 37 + y * 53 + b * 11 + x * y * (b + 1)) % 900);
      return (truth + (noisy ? ((x * 17 + y * 29 + b * 7) % 401) - 150 : 0)) / 1e4;
    }),
  );
}

function score(inRegion: (x: number, y: number) => boolean) {
  const [picture, truth] = [planes(true), planes(false)];
  const maps = picture.map((plane, b) => ssimMap(plane, truth[b], wide, high));
  const sums = emptySums();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inRegion(x, y)) continue;
      const ssim = maps.reduce((sum, map) => sum + map[y * width + x] / bands, 0);
      addPixelErrors(sums, picture, truth, (y + SSIM_RADIUS) * wide + x + SSIM_RADIUS, ssim, [1, 2], 0.01005);
    }
  }
  return scoreOf(sums)!;
}

describe('metrics', () => {
  it.each([
    ['all', () => true],
    ['region', (x: number, y: number) => (x + 2 * y) % 5 < 2],
  ] as const)('agree with scikit-image over %s', (name, inRegion) => {
    const got = score(inRegion);
    const wanted = fixture[name];
    expect(got.pixels).toBe(wanted.pixels);
    expect(got.psnr).toBeCloseTo(wanted.psnr, 4);
    expect(got.mae).toBeCloseTo(wanted.mae, 7);
    expect(got.rmse).toBeCloseTo(wanted.rmse, 7);
    expect(got.sam).toBeCloseTo(wanted.sam, 4);
    expect(got.ssim).toBeCloseTo(wanted.ssim, 5);
    expect(got.ndvi).toBeCloseTo(wanted.ndvi!, 6);
    expect(got.coverage).toBeCloseTo(wanted.coverage!, 9);
  });

  it('are perfect for equal pictures, and absent for no pixels', () => {
    const same = planes(false);
    const sums = emptySums();
    addPixelErrors(sums, same, same, 0, 1);
    expect(scoreOf(sums)).toMatchObject({ psnr: Infinity, mae: 0, rmse: 0, ssim: 1 });
    expect(scoreOf(emptySums())).toBeNull();
    expect(ssimMap(same[0], same[0], wide, high).every((v) => Math.abs(v - 1) < 1e-9)).toBe(true);
  });

  it('measure the angle, not the brightness', () => {
    const spectrum = (...values: number[]) => values.map((v) => Float32Array.of(v));
    expect(spectralAngle(spectrum(0.1, 0.2), spectrum(0.2, 0.4), 0)).toBeCloseTo(0, 2);
    expect(spectralAngle(spectrum(1, 0), spectrum(0, 1), 0)).toBeCloseTo(90, 9);
    expect(spectralAngle(spectrum(0, 0), spectrum(0, 1), 0)).toBeNull();
  });
});
