import { createInstance, type i18n } from 'i18next';
import type { Phrase, PhraseValues } from '../pipeline/phrase.ts';

/** Texts by what they are in English; `…_one`, `…_other` and so on where they depend on a number. */
export type Catalogue = Readonly<Record<string, string>>;

/**
 * The languages besides English, which needs no catalogue: the texts in the code are English. A catalogue is fetched when
 * its language is chosen.
 */
const CATALOGUES: Readonly<Record<string, () => Promise<{ readonly default: Catalogue }>>> = {
  de: () => import('./locales/de.json'),
  'en-XA': () => import('./pseudo.ts'),
};

const ENGLISH = 'en';

function speaking(language: string, catalogue: Catalogue): i18n {
  const made = createInstance();
  void made.init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: catalogue } },
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    returnEmptyString: false,
    // What is shown goes through React or `textContent`.
    interpolation: { escapeValue: false },
  });
  return made;
}

let current = speaking(ENGLISH, {});

/**
 * A text in the language of the user. `npm run texts` collects the texts of these calls, so they are written out there;
 * what is marked elsewhere comes as a {@link Phrase}.
 */
export function t(said: string | Phrase, given?: PhraseValues): string {
  const { text, values = given ?? {} }: Phrase = typeof said === 'string' ? { text: said } : said;
  const replace = Object.fromEntries(
    Object.entries(values).map(([place, filling]) => [
      place,
      typeof filling === 'object' ? t(filling) : filling,
    ]),
  );
  const { count, defaultValue_one } = replace;
  const plural = typeof count === 'number' ? { count, defaultValue_one } : {};
  return current.t(text, { ...plural, replace, nest: false });
}

/** The language for `Intl`: of numbers, dates and lists. */
export function locale(): string {
  const { language } = current;
  return language.startsWith(ENGLISH) ? 'en-GB' : language;
}

/**
 * Goes over to the first of the wanted languages that there is; to be called before anything is shown.
 * @param wanted BCP 47 tags, the most wanted first
 */
export async function chooseLanguage(wanted: readonly string[]): Promise<void> {
  const language = languageFor(wanted, Object.keys(CATALOGUES));
  if (language === current.language) return;
  try {
    current = speaking(language, (await CATALOGUES[language]?.())?.default ?? {});
  } catch {
    // A catalogue that cannot be had leaves the page in English.
  }
}

/** Chooses the language of a page of our own, from its address (`?lang=`) or the browser, and says it in the page. */
export async function startPage({ search }: Location, root: HTMLElement): Promise<void> {
  const asked = new URLSearchParams(search).get('lang');
  await chooseLanguage([...(asked ? [asked] : []), ...navigator.languages]);
  root.lang = current.language;
  root.dir = current.dir();
}

/** The first wanted language among those that there are: itself, or without its region (`de` for `de-AT`); else English. */
export function languageFor(wanted: readonly string[], there: readonly string[]): string {
  for (const tag of wanted) {
    const same = there.find((known) => known.toLowerCase() === tag.toLowerCase());
    if (same !== undefined) return same;
    const [language] = tag.toLowerCase().split('-');
    if (language === ENGLISH || there.includes(language)) return language;
  }
  return ENGLISH;
}
