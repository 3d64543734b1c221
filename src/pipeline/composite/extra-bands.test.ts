import { describe, expect, it } from 'vitest';
import { type BandRole, CANONICAL_BANDS, MASK_CLASS } from '../scene.ts';
import { cloudy, ground, reflectance, runOver, sameBands } from '../testing/cloudy-run.ts';
import { baseOf, fakeNetworks } from '../testing/fake-networks.ts';

/** With independent texture in every band on the ground: else the relation could not be told from the clear pixels. */
function textured(x: number, y: number, band: number): number {
  const value = reflectance(x, y, band);
  const noise = ((x * 7919 + y * 104729 + band * 1299709 + x * y * 31) % 1000) / 1e4;
  return value > 0.45 || value < 0.05 ? value : value + noise;
}

describe('bands that the networks do not know', () => {
  it('lets further bands follow a linear relation, and copies alpha and quality bands', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'rededge1', 'alpha', 'scl'];
    const seen = (x: number, y: number, band: number) => Math.round(1e4 * textured(x, y, band));
    const linear = (x: number, y: number) => 500 + 0.4 * seen(x, y, 2) + 0.5 * seen(x, y, 3);
    const { after, source, mask } = await runOver(
      cloudy({
        roles,
        sample: (x, y, band) => {
          if (band === 6) return linear(x, y);
          if (band > 6) return band === 7 ? 255 : 4;
          return seen(x, y, band);
        },
      }),
      { featherPixels: 0 },
    );
    expect(sameBands(after.slice(7), source.bands.slice(7))).toBe(true);
    let worst = 0;
    mask.forEach((value, i) => {
      if (value === MASK_CLASS.clear) return;
      worst = Math.max(worst, Math.abs(after[6][i] - (500 + 0.4 * after[2][i] + 0.5 * after[3][i])));
    });
    // Of 500 .. 7000; the ridge takes the rest.
    expect(worst).toBeLessThan(40);
  });

  it('lets further bands follow over ground that is all the same', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'coastal'];
    const { after } = await runOver(cloudy({ roles, sample: (x) => (x < 60 ? 7000 : 1503) }));
    expect(after.map((band) => band[0])).toEqual(new Array(7).fill(1503));
  });

  it.each([
    ['rededge1', 'coastal'],
    ['green05', 'yellow'],
  ] as const)(
    'do not go below 0 where they hold light (%s, %s), unless clear pixels do',
    async (one, other) => {
      const roles: BandRole[] = [...CANONICAL_BANDS, one, other, 'lwir'];
      const scene = cloudy({
        roles,
        sampleType: 'float32',
        scale: 1,
        sample: (x, y, band) => {
          const nir = textured(x, y, 3);
          // Of clear ground: above 0, from -0.05 on, the same of no light.
          return [nir - 0.09, nir - 0.15, nir - 0.15][band - 6] ?? textured(x, y, band);
        },
      });
      const darker = fakeNetworks({
        repair: (inputs) => [...baseOf(inputs).map((value) => 0.3 * value), 0.02],
      });
      const { after, source, mask } = await runOver(scene, { featherPixels: 0 }, undefined, darker);
      const least = (band: ArrayLike<number>, isClear: boolean) =>
        Math.min(...Array.from(band).filter((_, i) => (mask[i] === MASK_CLASS.clear) === isClear));
      const seen = source.bands.map((band) => least(band, true));
      const repaired = after.map((band) => least(band, false));
      expect(seen[6]).toBeGreaterThan(0);
      expect(repaired[6]).toBe(0);
      expect(seen[7]).toBeLessThan(-0.04);
      expect(repaired[7]).toBeCloseTo(seen[7], 2);
      expect(repaired[8]).toBeLessThan(repaired[7]);
    },
  );

  it('do not take gaps of a band for measurements, nor lose the other bands with one that is empty', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'lwir', 'rededge1', 'other'];
    const seen = (x: number, y: number, band: number) => Math.round(1e4 * reflectance(x, y, band));
    const rededge = (x: number, y: number) => Math.round(1e4 * ground(x, y, 2.5));
    const gaps = cloudy({
      roles,
      nodata: 0,
      sample: (x, y, band) => {
        if (band === 6) return x > 85 && x < 120 && y < 120 ? 0 : 40_000;
        return band < 6 ? seen(x, y, band) : band === 7 ? rededge(x, y) : 0;
      },
    });
    const whole = cloudy({
      roles: [...CANONICAL_BANDS, 'rededge1'],
      nodata: 0,
      sample: (x, y, band) => (band < 6 ? seen(x, y, band) : rededge(x, y)),
    });
    const { after, mask } = await runOver(gaps, { featherPixels: 0 });
    const inMask = after.map((band) => [...band].filter((_, i) => mask[i] !== MASK_CLASS.clear));
    const warmth = inMask[6].filter((value) => value !== 0);
    expect(Math.min(...warmth)).toBeGreaterThan(39_900);
    expect(Math.max(...warmth)).toBeLessThan(40_100);
    expect(after[6].filter((value) => value === 0)).toHaveLength(34 * 120);
    expect(after[8].every((value) => value === 0)).toBe(true);
    const { after: expected } = await runOver(whole, { featherPixels: 0 });
    expect(sameBands([after[7]], [expected[6]])).toBe(true);
  });
});
