import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from './events.ts';
import { run } from './run.ts';
import { CANONICAL_BANDS, MASK_CLASS } from './scene.ts';
import { cloudy, reflectance, runOver, SMALL_TILES } from './testing/cloudy-run.ts';
import { baseOf, fakeNetworks } from './testing/fake-networks.ts';
import { memorySource } from './testing/memory-source.ts';

describe('the mask that is found', () => {
  it('takes the mask from a quality band where asked, and from the network where there is none', async () => {
    const withScl = cloudy({
      roles: [...CANONICAL_BANDS, 'scl', 'quality'],
      sample: (x, _, band) => (band === 6 ? (x < 20 ? 9 : 4) : 2000),
    });
    const quality = await runOver(withScl, { maskSource: 'quality-band', bufferPixels: 0 });
    expect(quality.networks.calls.some((call) => call.startsWith('detect'))).toBe(false);
    expect([...quality.mask.slice(18, 22)]).toEqual([2, 2, 0, 0]);
    const none = await runOver(cloudy({ roles: [...CANONICAL_BANDS, 'quality'], sample: () => 2000 }), {
      maskSource: 'quality-band',
    });
    expect(none.codes).toContain('mask/no-quality-band');
    expect(none.networks.calls.some((call) => call.startsWith('detect'))).toBe(true);
    const union = await runOver(
      cloudy({
        roles: [...CANONICAL_BANDS, 'scl'],
        sample: (x, y, b) => (b < 6 ? 1e4 * reflectance(x, y, b) : x < 20 ? 9 : 4),
      }),
      { maskSource: 'union', bufferPixels: 0 },
    );
    expect(union.mask[19]).toBe(MASK_CLASS.thick);
    expect(union.mask[60 * 200 + 66]).toBe(MASK_CLASS.thick);
  });

  it('tells the encoding of a quality band by its pixels, not by overviews, which may be interpolated', async () => {
    const classes = cloudy({
      roles: [...CANONICAL_BANDS, 'fmask'],
      sample: (x, _, band) => (band === 6 ? (x < 20 ? 4 : 1) : 2000),
    });
    const source = memorySource(classes);
    const between = async (...request: Parameters<typeof source.readDecimated>) => {
      const raster = await source.readDecimated(...request);
      return { ...raster, bands: raster.bands.map((samples) => samples.map((value) => value * 58 + 1)) };
    };
    const settings = { ...DEFAULT_SETTINGS, maskSource: 'quality-band', bufferPixels: 0 } as const;
    const { result } = await run(
      { ...source, readDecimated: between },
      fakeNetworks(),
      settings,
      () => {},
      SMALL_TILES,
    );
    expect([...result.mask({ x: 18, y: 0, width: 4, height: 1 })]).toEqual([2, 2, 0, 0]);
  });

  it('weighs shadow beside the clear ground, but repairs with what was seen', async () => {
    // The network says as much of a dark disc and of a bright one.
    const inDisc = (x: number, y: number, from: number) => Math.hypot(x - from, y - 60) < 15;
    const light = (x: number, y: number) => (inDisc(x, y, 50) ? 1000 : inDisc(x, y, 140) ? 3000 : 2000);
    const given = new Set<number>();
    const networks = fakeNetworks({
      classify: ([blue]) => (blue > 0.19 && blue < 0.21 ? [1, 0, 0, 0] : [0.55, 0, 0, 0.45]),
      repair: (inputs) => {
        given.add(inputs[14]);
        return [...baseOf(inputs), 0.02];
      },
    });
    const synthetic = cloudy({ sample: (x, y) => light(x, y) });
    const { mask } = await runOver(synthetic, { bufferPixels: 0 }, SMALL_TILES, networks);
    expect(mask[60 * 200 + 50]).toBe(MASK_CLASS.shadow);
    expect(mask[60 * 200 + 140]).toBe(MASK_CLASS.clear);
    expect([...given].sort()).toEqual([0, Math.fround(115 / 255)]);
  });

  it('leaves shadow of a quality band as it says', async () => {
    const bright = (x: number) => (x < 20 ? 3000 : 2000);
    const synthetic = cloudy({
      roles: [...CANONICAL_BANDS, 'scl'],
      sample: (x, _, band) => (band === 6 ? (x < 20 ? 3 : 4) : bright(x)),
    });
    const networks = fakeNetworks({ classify: () => [0.9, 0, 0, 0.1] });
    const { mask } = await runOver(
      synthetic,
      { maskSource: 'union', bufferPixels: 0 },
      SMALL_TILES,
      networks,
    );
    expect([...mask.slice(18, 22)]).toEqual([3, 3, 0, 0]);
  });
});
