import { expect, test } from 'vitest';
import { english, phrase } from './phrase.ts';

test('a phrase in English has its values in their places', () => {
  expect(english(phrase('Ready'))).toBe('Ready');
  expect(english(phrase('{{a}} and {{b}}, {{a}} again', { a: 'one', b: 2 }))).toBe('one and 2, one again');
});

test('one thing has the singular', () => {
  const bands = (count: number) =>
    english(phrase('{{count}} bands', { count, defaultValue_one: '{{count}} band' }));
  expect([0, 1, 2].map(bands)).toEqual(['0 bands', '1 band', '2 bands']);
});

test('a phrase can stand in a place, and what values hold is no place', () => {
  const inner = phrase('it claims {{count}} bands', { count: 3 });
  expect(english(phrase('{{file}} is damaged: {{what}}.', { file: '{{what}}.tif', what: inner }))).toBe(
    '{{what}}.tif is damaged: it claims 3 bands.',
  );
});
