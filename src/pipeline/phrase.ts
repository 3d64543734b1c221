/** What stands in the places of a phrase. A phrase in a place is translated, too. */
export type PhraseValues = Readonly<Record<string, string | number | Phrase>>;

/**
 * A text for people: in English, with places for values (`{{name}}`). The interface says it in the language of the user
 * (src/texts), the command line and reports in English. Plain data: it crosses to and from workers.
 */
export interface Phrase {
  readonly text: string;
  /** `count` is the number that decides between singular and plural, `defaultValue_one` the singular in English. */
  readonly values?: PhraseValues;
}

/** Marks a text for translation: `npm run texts` collects what is written in these calls. */
export function phrase(text: string, values?: PhraseValues): Phrase {
  return values ? { text, values } : { text };
}

/** For `JSON.stringify`: phrases as texts in English, whatever they stand in. */
export function inEnglish(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('text' in value)) return value;
  const isPhrase = Object.keys(value).every((key) => key === 'text' || key === 'values');
  return isPhrase && typeof value.text === 'string' ? english(value as Phrase) : value;
}

/** A phrase in English. */
export function english({ text, values = {} }: Phrase): string {
  const { count, defaultValue_one: singular } = values;
  const form = count === 1 && typeof singular === 'string' ? singular : text;
  return form.replace(/\{\{(\w+)\}\}/g, (place, name: string) => {
    const value = values[name] ?? place;
    return typeof value === 'object' ? english(value) : String(value);
  });
}
