import { describe, expect, it } from 'vitest';
import { combinationsOf, hasQualityBand } from './combinations.ts';
import { fakeScene } from './testing/fake-scene.ts';

describe('band combinations', () => {
  it('are those that the bands allow', () => {
    const scene = fakeScene();
    expect(combinationsOf(scene, [2, 1, 0]).map(({ id }) => id)).toEqual([
      'true-colour',
      'infrared',
      'shortwave',
      'agriculture',
      'ndvi',
      ...[0, 1, 2, 3, 4, 5].map((index) => `band-${index}`),
    ]);
    expect(combinationsOf(scene, [2, 1, 0])[4]).toMatchObject({ bands: [3, 2, 2], drawn: 'ndvi' });
  });

  it('fall back to the first bands', () => {
    const scene = fakeScene();
    const nameless = { ...scene, bands: scene.bands.map((band) => ({ ...band, role: 'other' as const })) };
    expect(combinationsOf(nameless, [0, 1, 2])[0]).toEqual({
      id: 'first-bands',
      name: 'First bands',
      bands: [0, 1, 2],
      drawn: 'colours',
    });
    expect(combinationsOf(nameless, [0, 0, 0])[0].name).toBe('Single band');
  });

  it('know a quality band from transparency', () => {
    const scene = fakeScene();
    const withBand = (role: 'alpha' | 'scl' | 'quality') => ({
      ...scene,
      bands: [...scene.bands, { index: 6, role, description: '', scale: 1, offset: 0 }],
    });
    expect(hasQualityBand(withBand('alpha'))).toBe(false);
    expect(hasQualityBand(withBand('quality'))).toBe(false);
    expect(hasQualityBand(withBand('scl'))).toBe(true);
  });
});
