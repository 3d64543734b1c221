import { expect, test } from 'vitest';
import { continueWords } from './continue-words.ts';

test.each([
  [0.42, 'Continue where it stopped (42\u00a0% done)'],
  [0.999, 'Continue where it stopped (>\u00a099\u00a0% done)'],
])('%d of a run: there is something to continue', (done, button) => {
  expect(continueWords(done)).toEqual({ said: expect.stringContaining('Continue, or'), button });
});

test('all of a run: there is a result to show, and nothing to continue', () => {
  expect(Object.values(continueWords(1)).join(' ')).not.toMatch(/continue/i);
});
