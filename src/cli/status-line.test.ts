import { expect, test } from 'vitest';
import type { Progress } from '../pipeline/events.ts';
import { progressText, statusLine } from './status-line.ts';
import { duration, errorText, forTerminal, shortName } from './words.ts';

const at = (done: number, total: number, secondsLeft: number | null = null): Progress => ({
  type: 'progress',
  stage: 'generate',
  done,
  total,
  secondsLeft,
});

function terminal(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

test('progress in words', () => {
  expect(progressText(at(3, 7, 65))).toBe('generate 42 %, 1:05 to go');
  expect(progressText(at(0, 7))).toBe('generate 0 %');
  expect(progressText(at(0, 0))).toBe('generate 100 %');
});

test.each([
  [0.2, '0 s'],
  [59.4, '59 s'],
  [60, '1:00'],
  [3600, '1:00:00'],
  [7209, '2:00:09'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('one line in a terminal, cut to its width, cleared at the end', () => {
  const tty = terminal(true, 30);
  const line = statusLine(['a.tif', 'b.tif'], tty, false);
  line.update(0, at(1, 2));
  line.update(1, at(2, 2, 5));
  expect(tty.written.at(-1)).toBe('\r\x1b[K0 of 2 done | a.tif: generate');
  line.print('a note');
  expect(tty.written).toContain('\r\x1b[Ka note\n');
  line.end(0);
  expect(tty.written.at(-1)).toBe('\r\x1b[K1 of 2 done | b.tif: generate');
  line.end(1);
  expect(tty.written.at(-1)).toBe('\r\x1b[K');
});

test.each([
  ['no terminal', false, false],
  ['quiet', true, true],
])('%s: no line, but what is printed', (_, isTTY, quiet) => {
  const out = terminal(isTTY);
  const line = statusLine(['a.tif'], out, quiet);
  line.update(0, at(1, 2));
  line.print('a note');
  line.end(0);
  expect(out.written).toEqual(['a note\n']);
});

test('errors name code, reason and remedy, in the words of a command line', () => {
  const error = {
    code: 'network/no-range',
    message: { text: 'No ranges.' },
    remedy: { text: 'Open it from disk.' },
  } as const;
  const text = errorText(forTerminal(error), '/data/x.tif');
  expect(text).toMatch(/^x\.tif: error network\/no-range: No ranges\.\n {2}Download the file first/);
});

test('names of paths and addresses', () => {
  expect(shortName('/data/a b.tif')).toBe('a b.tif');
  expect(shortName('https://example.org/x/y.tif?token=a/b')).toBe('y.tif');
});
