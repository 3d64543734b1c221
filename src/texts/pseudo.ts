import type { Catalogue } from './texts.ts';

/** By position in the alphabet. */
const SMALL = [...'áƀçđéƒĝĥíĵķļɱñöþɋŕšţüṽŵẋýž'];
const LARGE = [...'ÁƁÇĐÉƑĜĤÍĴĶĻṀÑÖÞɊŔŠŢÜṼŴẊÝŽ'];

/** `Open {{name}}` as `[Öþéñ {{name}}]`: readable, and plainly translated. */
export function accented(text: string): string {
  const words = text.replace(/\{\{\w+\}\}|[a-z]|[A-Z]/g, (found) => {
    if (found.length > 1) return found;
    const at = found.toLowerCase().charCodeAt(0) - 97;
    return found < 'a' ? LARGE[at] : SMALL[at];
  });
  return `[${words}]`;
}

/** Forms for numbers are not told apart: the text itself stands for all. */
const isForm = (key: string) => /_(zero|one|two|few|many|other)$/.test(key);

/**
 * The catalogue of `en-XA`, the usual tag of a pseudo-language by which tests find what is not translated: it has every
 * text that is asked for.
 */
const catalogue: Catalogue = new Proxy(
  {},
  {
    get: (_, key) => (typeof key === 'string' ? accented(key) : undefined),
    getOwnPropertyDescriptor: (_, key) =>
      typeof key === 'string' && !isForm(key)
        ? { value: accented(key), configurable: true, enumerable: true }
        : undefined,
  },
);

export default catalogue;
