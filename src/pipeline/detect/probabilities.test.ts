import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../events.ts';
import { MASK_CLASS } from '../scene.ts';
import { classify, type Probabilities, unite } from './probabilities.ts';

type Triple = [thin: number, thick: number, shadow: number];

const one = (thin: number, thick: number, shadow: number): Probabilities => ({
  thin: Uint8Array.of(thin),
  thick: Uint8Array.of(thick),
  shadow: Uint8Array.of(shadow),
});

describe('two kinds of evidence together', () => {
  it.each<[string, Triple, Triple, Triple]>([
    ['sure of cloud, sure of shadow', [0, 255, 0], [0, 0, 255], [0, 255, 0]],
    ['likely cloud, sure of shadow', [0, 140, 0], [0, 0, 255], [0, 140, 115]],
    ['thin and thick', [200, 0, 30], [0, 255, 0], [112, 143, 0]],
    ['what leaves room for both', [10, 20, 30], [20, 10, 100], [20, 20, 100]],
  ])('%s', (_, a, b, expected) => {
    const { thin, thick, shadow } = unite(one(...a), one(...b));
    expect([thin[0], thick[0], shadow[0]]).toEqual(expected);
  });

  it('find cloud wherever one of them does, whatever the other says of shadow', () => {
    for (const threshold of [0.3, 0.4, 0.6, 0.9]) {
      const settings = { ...DEFAULT_SETTINGS, cloudThreshold: threshold, shadowThreshold: threshold };
      const likely = Math.ceil(255 * threshold);
      for (const [a, b] of [
        [one(0, likely, 0), one(0, 0, 255)],
        [one(0, 0, 255), one(0, likely, 0)],
      ])
        expect(classify(unite(a, b), Uint8Array.of(1), settings)[0]).toBe(MASK_CLASS.thick);
    }
  });
});
