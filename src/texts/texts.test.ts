import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { phrase } from '../pipeline/phrase.ts';
import { dateName } from '../ui/date-words.ts';
import { decimal, fileSize } from '../ui/words.ts';
import { accented } from './pseudo.ts';
import { chooseLanguage, languageFor, locale, t } from './texts.ts';

test('of the wanted languages, the first that there is', () => {
  const there = ['en-XA', 'de', 'pt-BR'];
  expect(languageFor(['fr', 'de-AT', 'en'], there)).toBe('de');
  expect(languageFor(['en-GB', 'de'], there)).toBe('en');
  expect(languageFor(['pt-br'], there)).toBe('pt-BR');
  expect(languageFor(['en-xa'], there)).toBe('en-XA');
  expect(languageFor(['fr', 'xx-XX', ''], there)).toBe('en');
  expect(languageFor([], there)).toBe('en');
});

test('English is what stands in the code, with its values and numbers', () => {
  expect(t('Save the result')).toBe('Save the result');
  expect(t('{{done}} of {{total}} tiles', { done: 0, total: 12 })).toBe('0 of 12 tiles');
  const scenes = (count: number) => t('{{count}} scenes', { count, defaultValue_one: '{{count}} scene' });
  expect([0, 1, 2].map(scenes)).toEqual(['0 scenes', '1 scene', '2 scenes']);
  expect(locale()).toBe('en-GB');
});

test('phrases are said as texts are, phrases within them too', () => {
  const what = phrase('it claims {{bands}} bands', { bands: 3 });
  expect(t(phrase('The file is damaged: {{what}}.', { what }))).toBe(
    'The file is damaged: it claims 3 bands.',
  );
  expect(t(phrase('{{a}} and {{b}}'), { a: 1, b: 2 })).toBe('1 and 2');
});

test('what users call their files changes no text', () => {
  for (const name of ['$t(Save).tif', '{{name}}.tif', '<b>&.tif', 'a.b:c_one'])
    expect(t('Opening {{name}}', { name })).toBe(`Opening ${name}`);
});

test('another language has its own texts, but not its own values', async () => {
  expect(accented('Open {{name}}')).toBe('[Öþéñ {{name}}]');
  await chooseLanguage(['en-XA']);
  expect(t('Open {{name}}', { name: 'a.tif' })).toBe('[Öþéñ a.tif]');
  expect(t('{{count}} scenes', { count: 1, defaultValue_one: '{{count}} scene' })).toBe('[1 šçéñéš]');
  expect(t('{{a}}.', { a: phrase('Ready') })).toBe('[[Ŕéáđý].]');
  expect(locale()).toBe('en-GB');
});

const LOCALES = new URL('locales/', import.meta.url);
const read = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(file, LOCALES), 'utf8'));

test.each(readdirSync(LOCALES))('%s has every value in its place', (file) => {
  const english = read('en.json');
  const places = (text: string) => (text.match(/\{\{\w+\}\}|<\/?b>/g) ?? []).sort();
  // Of one thing, the number may be left unsaid.
  const counted = (text: string) => places(text).filter((place) => place !== '{{count}}');
  for (const [key, text] of Object.entries(read(file))) {
    const form = /_(zero|one|two|few|many|other)$/.exec(key);
    const source =
      english[key] ?? english[key.slice(0, form?.index)] ?? english[`${key.slice(0, form?.index)}_other`];
    // Not translated yet: said in English.
    if (text === '') continue;
    if (form) expect(counted(text), key).toEqual(counted(source));
    else expect(places(text), key).toEqual(places(source));
  }
});

test('in German, texts, plurals and numbers are German', async () => {
  await chooseLanguage(['de-AT']);
  expect(t('Save the result')).toBe('Ergebnis speichern');
  const scenes = (count: number) => t('{{count}} scenes', { count, defaultValue_one: '{{count}} scene' });
  expect([0, 1, 2].map(scenes)).toEqual(['0 Szenen', '1 Szene', '2 Szenen']);
  expect(decimal(0.123, 2)).toBe('0,12');
  expect(fileSize(1_234_567).replace('\u00a0', ' ')).toBe('1,2 MB');
  expect(dateName({ acquired: '2017-08-29', name: 'a.tif' })).toBe('29. Aug. 2017');
  await chooseLanguage(['en']);
  expect(t('Save the result')).toBe('Save the result');
});
