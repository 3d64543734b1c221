import { defineConfig } from 'i18next-cli';

/** `npm run texts` collects the texts of the code into a catalogue for each language (docs/decisions/0019-texts.md). */
export default defineConfig({
  // English first: its catalogue is what translators start from; the application does not load it.
  locales: ['en', 'de'],
  extract: {
    input: ['src/**/*.{ts,tsx}', 'workers/**/*.ts'],
    // The command line speaks English.
    ignore: ['src/cli/**', '**/*.test.*', '**/testing/**'],
    output: 'src/texts/locales/{{language}}.json',
    functions: ['t', 'phrase'],
    defaultNS: false,
    keySeparator: false,
    nsSeparator: false,
    extractFromComments: false,
    generateBasePluralForms: false,
    warnOnConflicts: 'error',
    // The same on every machine.
    sort: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  },
});
