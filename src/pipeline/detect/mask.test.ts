import { describe, expect, it } from 'vitest';
import { squaredDistance } from '../distance.ts';
import { DEFAULT_SETTINGS } from '../events.ts';
import { bufferMask, dropSpecks, SPECK_PIXELS } from './mask.ts';
import { classify } from './probabilities.ts';

/** A mask drawn in digits, `.` for clear and `n` for no data. */
const draw = (...rows: string[]) =>
  Uint8Array.from([...rows.join('')].map((c) => (c === '.' ? 0 : c === 'n' ? 255 : Number(c))));

describe('mask', () => {
  it('classifies by the thresholds, thin or thick by the larger', () => {
    const found = {
      thin: Uint8Array.from([100, 140, 60, 0, 0, 255]),
      thick: Uint8Array.from([20, 20, 80, 0, 0, 0]),
      shadow: Uint8Array.from([0, 0, 0, 127, 128, 0]),
    };
    const valid = Uint8Array.from([1, 1, 1, 1, 1, 0]);
    const half = { ...DEFAULT_SETTINGS, cloudThreshold: 0.5, shadowThreshold: 0.5 };
    expect([...classify(found, valid, half)]).toEqual([0, 1, 2, 0, 3, 255]);
  });

  it('drops groups that are too small, and keeps larger ones with all their classes', () => {
    const mask = draw(
      '2........', //
      '.2....222',
      '......213',
      '.........',
    );
    const kept = draw(
      '.........', //
      '......222',
      '......213',
      '.........',
    );
    expect(SPECK_PIXELS).toBe(6);
    expect(dropSpecks(mask, 9, 4)).toEqual(kept);
  });

  it('grows cloud as thin and shadow as shadow, by distance, and leaves no data alone', () => {
    const grown = bufferMask(
      draw(
        '.........', //
        '..2...3.n',
        '.........',
      ),
      9,
      3,
      2,
    );
    expect(grown).toEqual(
      draw(
        '.111.333.', //
        '11211333n',
        '.111.333.',
      ),
    );
  });

  it('measures Euclidean distances as a plain search does', () => {
    const [w, h] = [23, 17];
    const set = Uint8Array.from({ length: w * h }, (_, i) => ((i * 7919) % 61 === 0 ? 1 : 0));
    const got = squaredDistance(set, w, h, 6);
    for (let i = 0; i < set.length; i++) {
      let best = Infinity;
      set.forEach((is, j) => {
        const d = ((i % w) - (j % w)) ** 2 + (Math.floor(i / w) - Math.floor(j / w)) ** 2;
        if (is && d <= 36) best = Math.min(best, d);
      });
      expect(got[i]).toBe(best);
    }
  });
});
