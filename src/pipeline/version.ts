/** Version of this software, as in package.json; written into every result. */
export const VERSION = '0.1.0';
