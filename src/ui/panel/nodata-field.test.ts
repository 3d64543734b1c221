import { expect, test } from 'vitest';
import { NODATA_PATTERN, nodataOf, nodataText } from './nodata-field.ts';

/** As browsers judge a `pattern`. */
const fits = (text: string) => new RegExp(`^(?:${NODATA_PATTERN})$`, 'v').test(text);

test.each([null, 0, -9999, 0.5, -3.4028234663852886e38, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY])(
  'no data of a file may stay as it is: %s',
  (nodata) => {
    expect(fits(nodataText(nodata))).toBe(true);
    expect(nodataOf(nodataText(nodata))).toBe(nodata);
  },
);

test.each(['1.2.3', '-', '.', 'e5', '1e', 'none', '0 0'])('%s is no number', (text) => {
  expect(fits(text)).toBe(false);
});
