import type { LibraryEntry } from '../../services/library-types.ts';

/** So many comparisons are found by eye. */
export const WORTH_SEARCHING = 8;

/** The comparisons whose title holds every word of a text; all of them where nothing is typed, or where they are few. */
export function foundEntries(entries: readonly LibraryEntry[], text: string): readonly LibraryEntry[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (words.length === 0 || entries.length <= WORTH_SEARCHING) return entries;
  return entries.filter(({ record }) => {
    const title = plain(record?.title ?? '');
    return words.every((word) => title.includes(word));
  });
}

/** Without case and accents; by way of capitals, which have no ß. */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
