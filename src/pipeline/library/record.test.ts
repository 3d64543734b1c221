import { describe, expect, it } from 'vitest';
import { MASK_CLASS } from '../scene.ts';
import {
  interpretationOf,
  type RecordStep,
  readComparisonRecord,
  requireDescribed,
  tidyTitle,
} from './record.ts';

/** As version 1 wrote it: a record that must be readable for ever. Never change it. */
const VERSION_1 = `{"version":1,"id":"5b1c7a54-7c1a-4b77-a0a0-2b1b6b5f3c11","title":"Olinda","savedAt":"2026-11-23T06:40:00.000Z",
"scene":{"name":"olinda.tif","width":349,"height":352,"bands":6,"crs":"EPSG:31985"},
"interpretation":{"roles":["blue","green","red","nir","swir16","swir22"],"scale":0.0039,"offset":0,"nodata":null},
"files":{"before.tif":400000,"after.tif":410000,"mask.tif":9000,"provenance.tif":9100},
"summary":{"shares":{"observed":0.7,"thinCorrected":0.1,"shadowCorrected":0.05,"generated":0.15,"leftCloudy":0},"meanConfidence":61.5,"backend":"wasm"},
"view":{"bands":[2,1,0],"stretch":[{"low":0.1,"high":0.4},{"low":0.1,"high":0.4},{"low":0.1,"high":0.4}],"gamma":1.2,"overlay":"mask","overlayOpacity":0.55,"swipe":0.25,"window":{"x":10,"y":20,"width":100,"height":90}}}`;

const part = (of: 'scene' | 'interpretation' | 'view' | 'files', change: object) =>
  changed({ [of]: { ...JSON.parse(VERSION_1)[of], ...change } });
const changed = (change: object) => JSON.stringify({ ...JSON.parse(VERSION_1), ...change });

describe('a record', () => {
  it('of version 1 is read, with shares that it does not know as nothing', () => {
    const record = readComparisonRecord(VERSION_1);
    expect(record.title).toBe('Olinda');
    expect(record.summary.shares).toEqual({
      observed: 0.7,
      thinCorrected: 0.1,
      shadowCorrected: 0.05,
      generated: 0.15,
      otherDates: 0,
      otherDatesChanged: 0,
      leftCloudy: 0,
    });
    expect(record.view.window).toEqual({ x: 10, y: 20, width: 100, height: 90 });
    expect(readComparisonRecord(JSON.stringify(record))).toEqual(record);
  });

  it('of an earlier version goes through every step from there on', () => {
    const rename: RecordStep = ({ name, ...rest }) => ({ ...rest, title: name });
    const mark: RecordStep = (record) => ({ ...record, title: `${record.title}, marked` });
    const first = changed({ version: 1, title: undefined, name: 'Olinda' });
    expect(readComparisonRecord(first, [rename, mark])).toMatchObject({
      version: 3,
      title: 'Olinda, marked',
    });
    const second = changed({ version: 2 });
    expect(readComparisonRecord(second, [rename, mark])).toMatchObject({
      version: 3,
      title: 'Olinda, marked',
    });
  });

  it('keeps fields that this version does not know', () => {
    expect(readComparisonRecord(changed({ note: 'from elsewhere' }))).toMatchObject({
      note: 'from elsewhere',
    });
  });

  it('of a later version is told apart from a damaged one', () => {
    expect(() => readComparisonRecord('{"version":99}')).toThrow(
      expect.objectContaining({ code: 'library/newer' }),
    );
  });

  it.each([
    ['no JSON', '{"version":1'],
    ['a list', '[]'],
    ['an id that is a path', changed({ id: '../../elsewhere' })],
    ['no time', changed({ savedAt: 'yesterday' })],
    ['images without a length', changed({ files: { 'before.tif': 1 } })],
    ['roles for other bands', changed({ interpretation: { roles: ['red'] } })],
    ['no view', changed({ view: null })],
    ['a version before the first', changed({ version: 0 })],
    ['half a version', changed({ version: 0.5 })],
    ['a band that is not there on display', part('view', { bands: [6, 1, 0] })],
    ['a part of a band on display', part('view', { bands: [0.5, 1, 0] })],
    ['no brightness', part('view', { gamma: 0 })],
    ['a divider beside the map', part('view', { swipe: 57 })],
    ['a layer more than opaque', part('view', { overlayOpacity: -1 })],
    ['a part turned inside out', part('view', { window: { x: 0, y: 0, width: -5, height: 5 } })],
    ['a width of -1', part('scene', { width: -1 })],
    ['1e308 bands', part('scene', { bands: 1e308 })],
    ['a scale of 0', part('interpretation', { scale: 0 })],
    ['an image of no bytes', part('files', { 'after.tif': 0 })],
  ])('with %s is refused as damaged', (_, text) => {
    expect(() => readComparisonRecord(text)).toThrow(expect.objectContaining({ code: 'library/damaged' }));
  });
});

it('a record is that of its images, or refused as damaged', () => {
  const { scene: described } = readComparisonRecord(VERSION_1);
  const scene = (width: number, bands: number) =>
    ({ grid: { width, height: 352 }, bands: new Array(bands).fill({}) }) as unknown as Parameters<
      typeof requireDescribed
    >[0];
  expect(() => requireDescribed(scene(349, 6), described)).not.toThrow();
  for (const other of [scene(350, 6), scene(349, 3)]) {
    expect(() => requireDescribed(other, described)).toThrow(
      expect.objectContaining({ code: 'library/damaged' }),
    );
  }
});

it('a title is trimmed and never empty', () => {
  expect(tidyTitle('  two\n words ', 'x')).toBe('two words');
  expect(tidyTitle('   ', 'x')).toBe('x');
  expect(tidyTitle('a'.repeat(500), 'x')).toHaveLength(120);
  expect(tidyTitle(`${'a'.repeat(118)}🌍`, 'x')).toHaveLength(120);
  // Half of a character cannot stand in the address of a frame.
  expect(tidyTitle(`${'a'.repeat(119)}🌍`, 'x')).toBe('a'.repeat(119));
});

describe('the interpretation of a scene', () => {
  const band = (role: 'red' | 'scl', scale: number) => ({
    index: 0,
    role,
    description: '',
    scale,
    offset: 0.1,
  });
  const scene = (scales: readonly number[], nodata: number | null) =>
    ({
      bands: [...scales.map((scale) => band('red', scale)), band('scl', 1)],
      nodata,
    }) as unknown as Parameters<typeof interpretationOf>[0];

  it('holds scale and offset where all bands of light share them', () => {
    expect(interpretationOf(scene([2, 2], MASK_CLASS.nodata))).toEqual({
      roles: ['red', 'red', 'scl'],
      scale: 2,
      offset: 0.1,
      nodata: 255,
    });
    expect(interpretationOf(scene([2, 3], null))).toEqual({ roles: ['red', 'red', 'scl'], nodata: null });
  });

  it('leaves out NaN, which always means no data and which JSON does not know', () => {
    expect(interpretationOf(scene([2], Number.NaN))).not.toHaveProperty('nodata');
  });
});
