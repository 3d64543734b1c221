import { describe, expect, it } from 'vitest';
import type { Grid } from '../scene.ts';
import { processorTime } from '../testing/processor-time.ts';
import { planTiles } from '../tiles.ts';
import { editClasses, type MaskOperation } from './edits.ts';
import { openMask } from './own-mask.ts';
import { MAX_TEXT_BYTES, polygonsOf } from './polygons.ts';

/** 10 km each way about 87° W, 36° N. */
const GRID: Grid = {
  width: 1024,
  height: 1024,
  transform: [500_000, 10, 0, 4_000_000, 0, -10],
  crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
};
const WINDOW = { x: 0, y: 0, width: 1024, height: 1024 };

const polygon = (rings: unknown, more: object = {}) =>
  JSON.stringify({ type: 'Polygon', coordinates: rings, ...more });
const box = (left: number, bottom: number, right: number, top: number) => [
  [left, bottom],
  [right, bottom],
  [right, top],
  [left, top],
  [left, bottom],
];
const collections = (count: number) =>
  '{"type":"GeometryCollection","geometries":['.repeat(count) + ']}'.repeat(count);
const covered = (operations: readonly MaskOperation[]) =>
  editClasses(new Uint8Array(1024 * 1024), WINDOW, operations).reduce(
    (sum, value) => sum + Number(value > 0),
    0,
  );

describe('a GeoJSON made to do harm', () => {
  it.each([
    ['collections in collections', collections(5000), 'mask/not-a-mask', /without end/],
    [
      'lists in lists',
      `{"type":"Polygon","coordinates":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      'mask/not-a-mask',
      /no coordinates/,
    ],
    [
      'a number beyond all bounds',
      '{"type":"Polygon","coordinates":[[[1e999,1]]]}',
      'mask/not-a-mask',
      /no coordinates/,
    ],
    ['NaN', '{"type":"Polygon","coordinates":[[[NaN,1]]]}', 'mask/not-a-mask', /no GeoJSON/],
    ['an empty polygon only', polygon([]), 'mask/not-a-mask', /no polygon/],
    ['an empty ring', polygon([[]]), 'mask/not-a-mask', /no coordinates/],
    [
      'a system that is an object',
      polygon([box(0, 0, 1, 1)], { crs: { properties: { name: { a: 1 } } } }),
      'mask/not-a-mask',
      /\{"a":1\}/,
    ],
    [
      'a system of a million letters',
      polygon([box(0, 0, 1, 1)], { crs: { properties: { name: 'x'.repeat(1e6) } } }),
      'mask/not-a-mask',
      /x{80},/,
    ],
    [
      'a latitude of 200',
      polygon([[...box(-86.9, 36.05, -86.89, 36.1), [-86.9, 200]]]),
      'mask/elsewhere',
      /-86\.9, 200/,
    ],
    [
      'a corner at 1e300',
      polygon([[...box(500_000, 3_990_000, 501_000, 3_991_000), [1e300, 1e300]]]),
      'mask/elsewhere',
      /1e\+300/,
    ],
    ['half of the earth', polygon([box(-180, 0, 0, 90)]), 'mask/elsewhere', /cannot place/],
    ['all of the earth', polygon([box(-180, -90, 180, 90)]), 'mask/elsewhere', /cannot place/],
  ])('%s: is refused', (_, text, code, message) => {
    expect(() => polygonsOf(text, GRID)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('far more text than a mask needs is not read', async () => {
    const bytes = new Uint8Array(0);
    const file = { name: 'mine.json', size: MAX_TEXT_BYTES + 1, read: async () => bytes };
    await expect(openMask(file, 'mine.json', planTiles(GRID))).rejects.toMatchObject({
      code: 'mask/not-a-mask',
      message: expect.stringContaining('longer than 128 MB'),
    });
  });
});

describe('a GeoJSON that is unusual but sound', () => {
  it.each([
    ['a country around the scene', polygon([box(-125, 25, -65, 49)]), 1024 * 1024],
    ['heights', polygon([box(501_000, 3_995_000, 502_000, 3_996_000).map((place) => [...place, 250])]), 1e4],
    [
      'an empty polygon beside others',
      JSON.stringify({
        type: 'GeometryCollection',
        geometries: [
          { type: 'Polygon', coordinates: [] },
          { type: 'MultiPolygon', coordinates: [[], [box(501_000, 3_995_000, 502_000, 3_996_000)]] },
          { type: 'Point', coordinates: [1, 2] },
        ],
      }),
      1e4,
    ],
  ])('%s: is taken', (_, text, pixels) => {
    expect(covered(polygonsOf(text, GRID))).toBe(pixels);
  });

  it('two crossing triangles are both filled', () => {
    const crossed = [
      [500_000, 3_990_000],
      [505_000, 3_995_000],
      [505_000, 3_990_000],
      [500_000, 3_995_000],
    ];
    expect(covered(polygonsOf(polygon([crossed]), GRID))).toBeCloseTo(125_000, -3);
  });

  it('a coast of a million corners takes seconds', async () => {
    const corners = Array.from({ length: 1e6 }, (_, i) => {
      const angle = (i / 1e6) * 2 * Math.PI;
      const radius = 4000 + 300 * Math.sin(5000 * angle);
      return [505_000 + radius * Math.cos(angle), 3_995_000 + radius * Math.sin(angle)];
    });
    const spent = processorTime();
    const operations = polygonsOf(polygon([corners]), GRID);
    const layout = planTiles(GRID);
    for (const window of layout.windows)
      editClasses(new Uint8Array(window.width * window.height), window, operations);
    expect(spent()).toBeLessThan(30_000);
    // The ring's mean of the squared radius: 4000² + 300² / 2.
    expect(covered(operations) * 100).toBeCloseTo(Math.PI * (4000 ** 2 + 300 ** 2 / 2), -5);
  }, 60_000);

  it('is no longer laid once nobody wants it', async () => {
    const grid = { ...GRID, width: 4096, height: 4096 };
    const corners = Array.from({ length: 1e5 }, (_, i) => [500_000 + (i % 2) * 40_000, 4_000_000 - i / 3]);
    const abort = new AbortController();
    setTimeout(() => abort.abort());
    const opening = openMask(
      new File([polygon([corners])], 'mine.json'),
      'mine.json',
      planTiles(grid),
      abort.signal,
    );
    await expect(opening).rejects.toMatchObject({ code: 'job/cancelled' });
  });
});
