import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../pipeline/errors.ts';
import type { RegionScore } from '../pipeline/events.ts';
import type { SceneOutcome } from './protocol.ts';
import { errorText, forTerminal, notBegunText, outcomeText } from './words.ts';

describe('what was done to a scene', () => {
  const score = (psnr: number) => ({ psnr }) as RegionScore;
  const shares = { observed: 0.6, thinCorrected: 0.3, shadowCorrected: 0, generated: 0.1, leftCloudy: 0 };
  const text = (selfCheck: object | null, evaluation: object | null) =>
    outcomeText('/data/x.tif', {
      run: { shares, dates: [], evaluation },
      selfCheck,
      outputs: [{ path: '/data/y.tif' }],
      seconds: { open: 1, run: 2, write: 3 },
    } as unknown as SceneOutcome);
  const done = 'x.tif: 60.0 % observed, 30.0 % thin cloud corrected, 10.0 % generated (6 s) -> /data/y.tif';

  test('is one line', () => expect(text(null, null)).toBe(done));

  test('the error that was measured stands under it', () => {
    const check = {
      before: { thin: score(18.44), thick: score(9), clear: score(40) },
      after: { thin: score(31.21), thick: score(27), clear: score(40) },
    };
    const evaluation = {
      reference: 'clear.tif',
      before: { clear: score(Infinity) },
      after: { clear: score(Infinity) },
    };
    expect(text(check, evaluation).split('\n')).toEqual([
      done,
      '  self-check: PSNR 31.2 dB thin cloud (18.4 before), 27.0 dB thick cloud (9.0 before)',
      '  against clear.tif: PSNR ∞ dB clear (∞ before)',
    ]);
  });
});

test('a stopped scene whose work is kept can go on', () => {
  const error = { code: 'job/cancelled', message: { text: '' }, remedy: { text: '' } } as const;
  expect(forTerminal(error).remedy).toEqual({ text: 'Run the command again to start over.' });
  expect(forTerminal(error, true).remedy).toEqual({ text: 'Run the same command again to go on.' });
});

test('scenes that were not begun are counted', () => {
  expect([1, 7].map(notBegunText)).toEqual(['1 scene not begun', '7 scenes not begun']);
});

test.each<ErrorCode>([
  'scene/too-few-bands',
  'scene/not-one-scene',
  'scene/nodata-out-of-range',
  'file/changed',
  'backend/lost',
  'model/corrupt',
  'internal/unexpected',
])('%s: no remedy that only the app has', (code) => {
  const remedy = { text: 'Drop the files, open the panel, leave it empty, reload the page.' };
  const told = errorText(forTerminal({ code, message: { text: 'It failed.' }, remedy }));
  expect(told).toContain(`error ${code}: It failed.\n`);
  expect(told).not.toMatch(/drop|panel|reload|open|empty/i);
});
