import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { parseCommand, UsageError } from './arguments.ts';

const CORES = 8;
const parse = (words: string) => parseCommand(words.split(' ').filter(Boolean), CORES);

test('an input alone takes the defaults', () => {
  expect(parse('a.tif')).toEqual({
    inputs: ['a.tif'],
    output: null,
    products: [],
    reference: null,
    ownMask: null,
    selfCheck: false,
    resume: false,
    dates: [],
    settings: DEFAULT_SETTINGS,
    overrides: {},
    report: null,
    reportHtml: null,
    overwrite: false,
    quiet: false,
    jobs: 1,
    threads: 2,
  });
});

test('every option is understood', () => {
  const words =
    'a.tif b.tif -o out --mask --provenance --confidence --overwrite --report - --report-html page.html --reference clear.tif --own-mask mine.geojson --self-check --date may.tif --date july.tif ' +
    '--mask-source union --cloud-threshold 0.4 --shadow-threshold 0.6 --buffer 5 --feather 2 --light ' +
    '--bands blue,GREEN,red --scale 0.0001 --offset=-0.1 --nodata 0 -j 3 -t 4 -q';
  expect(parse(words)).toEqual({
    inputs: ['a.tif', 'b.tif'],
    output: 'out',
    products: ['mask', 'provenance', 'confidence'],
    reference: 'clear.tif',
    ownMask: 'mine.geojson',
    selfCheck: true,
    resume: false,
    dates: ['may.tif', 'july.tif'],
    settings: {
      maskSource: 'union',
      cloudThreshold: 0.4,
      shadowThreshold: 0.6,
      bufferPixels: 5,
      featherPixels: 2,
      generator: 'light',
    },
    overrides: { roles: ['blue', 'green', 'red'], scale: 0.0001, offset: -0.1, nodata: 0 },
    report: '-',
    reportHtml: 'page.html',
    overwrite: true,
    quiet: true,
    jobs: 3,
    threads: 4,
  });
});

test('no-data values that are no numbers', () => {
  expect(parse('a.tif --nodata none')).toMatchObject({ overrides: { nodata: null } });
  expect(parse('a.tif --nodata NaN')).toMatchObject({ overrides: { nodata: Number.NaN } });
});

test('a small buffer takes the feather with it', () => {
  expect(parse('a.tif --buffer 1')).toMatchObject({ settings: { bufferPixels: 1, featherPixels: 1 } });
});

test('a composite of all dates', () => {
  expect(parse('a.tif --date b.tif --composite medoid')).toMatchObject({ settings: { composite: 'medoid' } });
  expect(parse('a.tif --date b.tif')).not.toHaveProperty('settings.composite');
});

test('processors are shared by the scenes', () => {
  expect(parse('a.tif -j 4')).toMatchObject({ threads: 2 });
  expect(parse('a.tif -j 8')).toMatchObject({ threads: 1 });
  expect(parseCommand(['a.tif'], 1)).toMatchObject({ threads: 1 });
});

test('help and version win over everything else', () => {
  expect(parse('--help')).toBe('help');
  expect(parse('a.tif --version')).toBe('version');
});

describe('refused with the reason', () => {
  test.each([
    ['', /No input/],
    ['a.tif --outptu b.tif', /outptu/],
    ['a.tif --report=', /--report/],
    ['a.tif --cloud-threshold 2', /--cloud-threshold is a number from 0 to 1, not '2'/],
    ['a.tif --cloud-threshold half', /'half'/],
    ['a.tif --buffer 33', /from 0 to 32/],
    ['a.tif --buffer 1.5', /whole number/],
    ['a.tif --buffer 2 --feather 3', /--feather is a number from 0 to 2/],
    ['a.tif --jobs 0', /--jobs/],
    ['a.tif --scale 0', /must not be 0/],
    ['a.tif --offset Infinity', /--offset/],
    ['a.tif --bands blue,grene', /'grene' is no band role/],
    ['a.tif --mask-source guess', /network, quality-band, union/],
    ['a.tif --composite medoid', /needs other dates/],
    ['a.tif --date b.tif --composite mean', /least-cloudy, medoid, median/],
  ])('%s', (words, reason) => {
    expect(() => parse(words)).toThrow(UsageError);
    expect(() => parse(words)).toThrow(reason);
  });
});
