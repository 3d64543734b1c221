import { expect, it } from 'vitest';
import type { LibraryEntry } from '../../services/library-types.ts';
import { foundEntries, WORTH_SEARCHING } from './found.ts';

const TITLES = ['Olinda, July', 'Olinda, May', 'São Luís 2021', 'Straße', null];
const entry = (title: string | null, i: number) =>
  ({ id: String(i), record: title === null ? null : { title }, problem: null }) as unknown as LibraryEntry;
const many = [...TITLES, ...Array.from({ length: WORTH_SEARCHING }, (_, i) => `other ${i}`)].map(entry);
const found = (text: string, entries = many) =>
  foundEntries(entries, text).map(({ record }) => record?.title);

it('comparisons are found by every word of what is typed, whatever its case and accents', () => {
  expect(found('OLINDA')).toEqual(['Olinda, July', 'Olinda, May']);
  expect(found(' july olin ')).toEqual(['Olinda, July']);
  expect(found('sao luis')).toEqual(['São Luís 2021']);
  expect(found('strasse')).toEqual(['Straße']);
  expect(found('nowhere')).toEqual([]);
});

it('all are there while nothing is typed, and where they are few', () => {
  expect(found(' ')).toHaveLength(many.length);
  const few = many.slice(0, WORTH_SEARCHING);
  expect(found('olinda', few)).toHaveLength(few.length);
});
