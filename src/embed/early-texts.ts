/** English until `comparison-map.ts` has come, which brings the other languages. */
export let t = (text: string): string => text;
export let language = 'en';

/** Says everything from now on in another language, in all elements of the page. */
export function speak(translate: (text: string) => string, spoken: string): void {
  t = translate;
  language = spoken;
}
