import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import { sameCrs } from '../scene.ts';
import { TAG } from '../tiff/tags.ts';
import type { Directory } from './directory.ts';
import { georeference } from './georeference.ts';

/** Keys of a GeoTIFF: numbers by key, parameters as doubles, names as text. */
interface Keys {
  readonly numbers: Readonly<Record<number, number>>;
  readonly doubles?: Readonly<Record<number, number>>;
  readonly names?: Readonly<Record<number, string>>;
}

function directoryOf({ numbers, doubles = {}, names = {} }: Keys, more: Directory['tags'] = new Map()) {
  const rows: number[][] = Object.entries(numbers).map(([key, value]) => [Number(key), 0, 1, value]);
  const values = Object.entries(doubles).map(([key, value], i) => {
    rows.push([Number(key), TAG.geoDoubleParams, 1, i]);
    return value;
  });
  let text = '';
  for (const [key, name] of Object.entries(names)) {
    rows.push([Number(key), TAG.geoAsciiParams, name.length + 1, text.length]);
    text += `${name}|`;
  }
  rows.sort((a, b) => a[0] - b[0]);
  const tags: [number, readonly number[] | string][] = [
    [TAG.geoKeyDirectory, [1, 1, 0, rows.length, ...rows.flat()]],
    [TAG.geoDoubleParams, values],
    [TAG.geoAsciiParams, text],
    [TAG.modelTiepoint, [0, 0, 0, -3000, 3000, 0]],
    [TAG.modelPixelScale, [30, 30, 0]],
    ...more,
  ];
  return { position: 0, tags: new Map(tags) };
}

const gridOf = (keys: Keys, more?: Directory['tags']) => georeference(directoryOf(keys, more), 200, 100).grid;
const crsOf = (keys: Keys) => gridOf(keys).crs;

/** Lambert's azimuthal projection around a point, as GDAL writes one that has no name. */
const around = (latitude: number, longitude: number, name = 'unknown'): Keys => ({
  numbers: { 1024: 1, 1025: 1, 2048: 4326, 3072: 32767, 3074: 32767, 3075: 10, 3076: 9001 },
  doubles: { 3088: longitude, 3089: latitude },
  names: { 1026: name, 3073: name },
});

describe('systems that a file defines itself', () => {
  it('are told apart by their parameters, not by their names', () => {
    expect(crsOf(around(31, -87))).toMatchObject({ code: 'LOCAL', name: 'unknown', units: 'm' });
    expect(sameCrs(crsOf(around(31, -87)), crsOf(around(48, 11)))).toBe(false);
    expect(sameCrs(crsOf(around(31, -87)), crsOf(around(31, -87, 'mine')))).toBe(true);
    const point = { ...around(31, -87), numbers: { ...around(31, -87).numbers, 1025: 2 } };
    expect(sameCrs(crsOf(around(31, -87)), crsOf(point))).toBe(true);
  });

  it('are told apart by their names where they have no parameters', () => {
    const named = (name: string): Keys => ({ numbers: { 1024: 1, 3072: 32767 }, names: { 3073: name } });
    expect(sameCrs(crsOf(named('north pit')), crsOf(named('south pit')))).toBe(false);
    expect(sameCrs(crsOf(named('north pit')), crsOf(named('north pit')))).toBe(true);
  });
});

it('a local system has the name and units that it gives itself', () => {
  const keys: Keys = { numbers: { 1024: 32767, 1025: 1, 3076: 9002 }, names: { 1026: 'north pit' } };
  expect(crsOf(keys)).toMatchObject({ code: 'LOCAL', name: 'north pit', units: 'ft' });
  expect(sameCrs(crsOf(keys), crsOf({ ...keys, names: { 1026: 'south pit' } }))).toBe(false);
});

it('a place without any coordinate system is told as that', () => {
  const { grid, notices } = georeference(directoryOf({ numbers: { 1025: 1 } }), 200, 100);
  expect(grid.crs.code).toBe('LOCAL');
  expect(grid.transform).not.toBeNull();
  expect(notices.map(({ message }) => english(message))).toEqual([
    'The file says where it lies, but not in which coordinate system: it is kept as it is, without a basemap.',
  ]);
});

it('a system with a code is that code, whatever its name', () => {
  const zone = (name: string) => crsOf({ numbers: { 1024: 1, 3072: 32616 }, names: { 1026: name } });
  expect(sameCrs(zone('WGS 84 / UTM zone 16N'), zone('UTM 16 North'))).toBe(true);
});

it('of a definition in place of a name, the name is taken', () => {
  const text =
    'ESRI PE String = PROJCS["NAD_1983_Albers",GEOGCS["GCS_North_American_1983",DATUM["D",SPHEROID["S",1,1]]]]';
  expect(crsOf({ numbers: { 1024: 1, 3072: 32767 }, names: { 3073: text } }).name).toBe('NAD_1983_Albers');
});

it('a negative scale of rows is read as GDAL reads it: rows run south', () => {
  const { transform } = gridOf(around(31, -87), new Map([[TAG.modelPixelScale, [30, -30, 0]]]));
  expect(transform).toEqual([-3000, 30, 0, 3000, 0, -30]);
});

it('of a scale with a tie point and a matrix, which no file should hold both, the former counts, as for GDAL', () => {
  const matrix = [20, 0, 0, 500_000, 0, -20, 0, 4_000_000, 0, 0, 0, 0, 0, 0, 0, 1];
  const more = new Map<number, readonly number[]>([[TAG.modelTransformation, matrix]]);
  expect(gridOf(around(31, -87), more).transform).toEqual([-3000, 30, 0, 3000, 0, -30]);
  more.set(TAG.modelPixelScale, [0, 0, 0]);
  expect(gridOf(around(31, -87), more).transform).toEqual([500_000, 20, 0, 4_000_000, 0, -20]);
});
