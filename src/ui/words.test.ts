import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { createAppStore } from '../store/create-store.ts';
import { createFakeEngine } from '../store/testing/fake-engine.ts';
import { fakeReport } from '../store/testing/fake-scene.ts';
import { announcement } from './LiveRegion.tsx';
import { duration, fileSize, percent, sampleText, sharesInWords } from './words.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('words', () => {
  it('tells shares, and leaves out what is not there', () => {
    const { shares } = fakeReport(1, DEFAULT_SETTINGS);
    expect(plain(sharesInWords(shares))).toBe(
      '71 % observed, 12 % thin cloud corrected, 9 % shadow corrected, 8 % generated',
    );
  });

  it('tells shares that add up to 100 %', () => {
    const none = { thinCorrected: 0, shadowCorrected: 0, otherDates: 0, otherDatesChanged: 0, leftCloudy: 0 };
    const said = (observed: number, thinCorrected: number, generated: number) =>
      plain(sharesInWords({ ...none, observed, thinCorrected, generated }));
    expect(said(0.436, 0.555, 0.009)).toBe('44 % observed, 55 % thin cloud corrected, 1 % generated');
    expect(said(0.335, 0.335, 0.33)).toBe('34 % observed, 33 % thin cloud corrected, 33 % generated');
    expect(said(0.5, 0.497, 0.003)).toBe('50 % observed, 50 % thin cloud corrected, < 1 % generated');
    expect(said(0.997, 0, 0.003)).toBe('> 99 % observed, < 1 % generated');
    expect(said(1, 0, 0)).toBe('100 % observed');
  });

  it('does not round something to nothing, nor nearly all to all', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map((share) => plain(percent(share)))).toEqual([
      '0 %',
      '< 1 %',
      '50 %',
      '> 99 %',
      '100 %',
    ]);
  });

  it('tells durations, sizes and samples', () => {
    expect([0.2, 59.4, 60, 75, 3599].map(duration)).toEqual(['1 s', '59 s', '1 min', '1 min 15 s', '60 min']);
    expect([0, 999, 3_145_728, 2.5e10].map(fileSize).map(plain)).toEqual(['0 B', '999 B', '3.1 MB', '25 GB']);
    expect([12, 0.123456, Number.NaN, 1e-5].map(sampleText)).toEqual(['12', '0.1235', 'NaN', '0.00001']);
  });

  it('announces stages, not tiles', () => {
    const store = createAppStore({
      engine: createFakeEngine(),
      sample: { name: '', scene: new URL('https://a.b'), truth: new URL('https://a.b') },
      saveFile: () => {},
    });
    const at = (done: number) =>
      announcement({
        ...store.getState(),
        job: { status: 'running', stage: 'detect', done, total: 9, secondsLeft: null, paused: false },
      });
    expect(at(1)).toBe(at(8));
    const report = fakeReport(4, store.getState().settings);
    expect(announcement({ ...store.getState(), job: { status: 'done', report } })).toContain('observed');
  });
});
