import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownMaskCover } from '../found-mask.ts';
import { memoryPages } from '../pages.ts';
import type { Grid } from '../scene.ts';
import { maskFile as fileOf, type MaskPicture } from '../testing/mask-file.ts';
import { openPlane, planTiles, readPlane } from '../tiles.ts';
import { reachOf } from './edits.ts';
import { openMask } from './own-mask.ts';
import { polygonsOf } from './polygons.ts';

const GRID: Grid = {
  width: 64,
  height: 48,
  transform: [500_000, 10, 0, 4_000_000, 0, -10],
  crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
};

const polygon = (ring: number[][], more: object = {}) =>
  JSON.stringify({ type: 'Polygon', coordinates: [ring], ...more });

describe('polygons of a GeoJSON', () => {
  it('come from degrees', () => {
    // On the central meridian of the zone, whose easting is 500000 m (gdaltransform: 500000 3999809.4331).
    const text = polygon([
      [-87, 36.143],
      [-86.999, 36.143],
      [-86.999, 36.142],
    ]);
    const [operation] = polygonsOf(text, GRID);
    if (operation.kind !== 'polygon') throw new Error('no polygon');
    const [x, y] = operation.rings[0];
    expect(x).toBeCloseTo(0, 3);
    expect(y).toBeCloseTo((4_000_000 - 3_999_809.4331) / 10, 3);
  });

  it('come from degrees to a scene that counts them from another meridian', () => {
    const grid: Grid = {
      ...GRID,
      transform: [272.7, 0.001, 0, 30.7, 0, -0.001],
      crs: { code: 'EPSG:4326', name: 'WGS 84', units: 'degrees' },
    };
    const text = polygon([
      [-87.29, 30.69],
      [-87.28, 30.69],
      [-87.28, 30.68],
    ]);
    const [operation] = polygonsOf(text, grid);
    if (operation.kind !== 'polygon') throw new Error('no polygon');
    expect(operation.rings[0][0]).toBeCloseTo(10, 6);
    expect(operation.rings[0][1]).toBeCloseTo(10, 6);
  });

  it("come from the scene's coordinates, with classes and many parts", () => {
    const ring = [
      [500_100, 3_999_900],
      [500_200, 3_999_900],
      [500_200, 3_999_800],
    ];
    const text = JSON.stringify({
      type: 'FeatureCollection',
      crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::32616' } },
      features: [
        {
          type: 'Feature',
          properties: { class: 'thin' },
          geometry: { type: 'Polygon', coordinates: [ring] },
        },
        {
          type: 'Feature',
          properties: null,
          geometry: { type: 'MultiPolygon', coordinates: [[ring], [ring]] },
        },
      ],
    });
    const operations = polygonsOf(text, GRID);
    expect(operations.map((operation) => operation.class)).toEqual([1, 2, 2]);
    expect(reachOf(operations[0])).toEqual({ x: 10, y: 10, width: 10, height: 10 });
  });

  it.each([
    ['no JSON', 'nonsense', 'mask/not-a-mask'],
    ['no polygon', '{"type":"Point","coordinates":[1,2]}', 'mask/not-a-mask'],
    ['nothing', 'null', 'mask/not-a-mask'],
    ['no feature', '{"type":"FeatureCollection","features":[null]}', 'mask/not-a-mask'],
    ['no list of features', '{"type":"FeatureCollection","features":{}}', 'mask/not-a-mask'],
    ['a polygon without coordinates', '{"type":"Polygon"}', 'mask/not-a-mask'],
    ['many of them', '{"type":"MultiPolygon","coordinates":[null]}', 'mask/not-a-mask'],
    ['a polygon that is a line', '{"type":"Polygon","coordinates":[[1,2],[3,4]]}', 'mask/not-a-mask'],
    ['a polygon without numbers', '{"type":"Polygon","coordinates":[[["1",null]]]}', 'mask/not-a-mask'],
    [
      'another system',
      polygon(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { crs: { properties: { name: 'EPSG:32617' } } },
      ),
      'mask/not-a-mask',
    ],
    [
      'another place',
      polygon([
        [10, 50],
        [11, 50],
        [11, 51],
      ]),
      'mask/elsewhere',
    ],
  ])('are refused where there is %s', (_, text, code) => {
    expect(() => polygonsOf(text, GRID)).toThrow(expect.objectContaining({ code }));
  });
});

/** 20 m pixels: half the scene's resolution. */
const maskFile = (value: MaskPicture['value'], more: Partial<MaskPicture> = {}) =>
  fileOf({ width: 32, height: 24, pixel: 20, value, ...more });

describe('a mask as GeoTIFF', () => {
  const read = async (file: File) => {
    const pages = memoryPages();
    const layout = planTiles(GRID, 16);
    const { own, keep } = await openMask(file, file.name, layout);
    await keep(pages);
    const plane = openPlane(layout, pages, `own/${own.id}`);
    const covers = ownMaskCover(layout, pages, own.id);
    return { own, covers, values: readPlane(plane, { x: 0, y: 0, width: 64, height: 48 }) };
  };

  it('is laid on the grid of the scene, classes as they are', async () => {
    const { values } = await read(maskFile((x, y) => (x + y) % 4));
    values.forEach((value, i) => {
      expect(value).toBe((((i % 64) >> 1) + (Math.floor(i / 64) >> 1)) % 4);
    });
  });

  it.each([1, 255])('of 0 and %i says where thick cloud is', async (mark) => {
    const { values } = await read(maskFile((x) => (x > 20 ? mark : 0)));
    expect([values[41], values[42]]).toEqual([0, 2]);
  });

  it.each([1, 2, 3])('that names its classes is taken by them, if it holds only %i', async (mark) => {
    const names = ['clear', 'thin', 'thick', 'shadow'].map(
      (name, i) => `<Item name="CLASS_${i}">${name}</Item>`,
    );
    const metadata = `<GDALMetadata>${names.join('')}</GDALMetadata>`;
    const { values } = await read(maskFile((x) => (x > 20 ? mark : 0), { metadata }));
    expect([values[41], values[42]]).toEqual([0, mark]);
  });

  it('larger than the scene, with a single pixel of cloud, is taken by that pixel', async () => {
    const spot = (mark: number) => maskFile((x, y) => (x === 11 && y === 5 ? mark : 0), { width: 4000 });
    const { values } = await read(spot(255));
    expect(values[10 * 64 + 22]).toBe(2);
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(4 * 2);
    await expect(read(spot(7))).rejects.toMatchObject({ code: 'mask/not-a-mask' });
  });

  it('of a part of the scene says how much it covers, and leaves the rest clear', async () => {
    const { values, covers } = await read(maskFile(() => 2, { width: 8 }));
    expect(covers).toBe(0.25);
    expect([values[15], values[16]]).toEqual([2, 0]);
    expect((await read(maskFile((x) => x % 3))).covers).toBe(1);
  });

  it('covers what it calls clear, and nothing where it says no data', async () => {
    expect((await read(maskFile((x) => (x < 8 ? 255 : x % 3)))).covers).toBe(0.75);
    expect((await read(maskFile((x) => (x < 8 ? 255 : 0)))).covers).toBe(1);
    expect((await read(maskFile((x) => (x < 8 ? 1 : 0), { nodata: '0' }))).covers).toBe(1);
    expect((await read(maskFile((x) => (x < 8 ? 9 : x % 2), { nodata: '9' }))).covers).toBe(0.75);
  });

  it('goes by an id of its content', async () => {
    const a = await read(maskFile((x) => x % 3));
    const b = await read(maskFile((x) => x % 3));
    const c = await read(maskFile((x) => (x + 1) % 3));
    expect(a.own.id).toBe(b.own.id);
    expect(a.own.id).not.toBe(c.own.id);
  });

  it('that is a UDM2 of Planet is understood by its bands', async () => {
    // Columns: clear, snow, shadow, light haze, heavy haze, cloud, nothing.
    const udm2 = (x: number, _: number, band: number) =>
      band < 6 ? Number(band === x % 7) : band === 6 ? 80 + x : Number(x % 7 === 6);
    const { values, covers } = await read(maskFile(udm2, { bands: 8 }));
    expect(Array.from({ length: 7 }, (_, x) => values[2 * x])).toEqual([0, 0, 3, 1, 2, 2, 0]);
    expect(covers).toBeCloseTo(1 - 4 / 32, 6);
    const { values: clear } = await read(maskFile((_x, _y, band) => Number(band === 0), { bands: 8 }));
    expect(clear.every((value) => value === 0)).toBe(true);
  });

  it.each([
    [3, (x: number) => (x > 20 ? 255 : 0)],
    [8, (x: number) => x % 3],
  ])('of %i bands of anything else is refused', async (bands, value) => {
    await expect(read(maskFile(value, { bands }))).rejects.toMatchObject({
      code: 'mask/not-a-mask',
      message: expect.stringContaining(`${bands} bands`),
    });
  });

  it('is refused with values that are no classes', async () => {
    await expect(read(maskFile((x) => 10 * x))).rejects.toMatchObject({ code: 'mask/not-a-mask' });
  });
});

describe('a GeoJSON behind an address', () => {
  afterEach(() => vi.unstubAllGlobals());
  const open = (signal?: AbortSignal) =>
    openMask(new URL('https://example.org/mine.json'), 'mine.json', planTiles(GRID, 16), signal);

  it('that is not there is told as that', async () => {
    vi.stubGlobal('fetch', async () => new Response('{"message":"Not found"}', { status: 404 }));
    await expect(open()).rejects.toMatchObject({ code: 'network/unreachable' });
  });

  it('is no longer waited for once nobody wants it', async () => {
    const aborted = (_: URL, { signal }: RequestInit = {}) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    vi.stubGlobal('fetch', aborted);
    const controller = new AbortController();
    const opening = expect(open(controller.signal)).rejects.toMatchObject({ code: 'job/cancelled' });
    controller.abort();
    await opening;
  });
});
