import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryPages } from '../pages.ts';
import type { Grid } from '../scene.ts';
import { buildTiff } from '../testing/tiff-builder.ts';
import { openPlane, planTiles, readPlane } from '../tiles.ts';
import { reachOf } from './edits.ts';
import { openMask, polygonsOf } from './own-mask.ts';

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

/** A byte per pixel, 20 m pixels from the scene's corner: half the scene's resolution. */
function maskFile(value: (x: number, y: number) => number, { width = 32, metadata = '' } = {}): File {
  const height = 24;
  const short = (...values: number[]) => ({ type: 3, values });
  const double = (...values: number[]) => ({ type: 12, values });
  const bytes = buildTiff({
    data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
    directories: [
      {
        256: short(width),
        257: short(height),
        258: short(8),
        259: short(1),
        262: short(1),
        273: { type: 4, values: [16] },
        277: short(1),
        278: short(height),
        279: { type: 4, values: [width * height] },
        33550: double(20, 20, 0),
        33922: double(0, 0, 0, 500_000, 4_000_000, 0),
        34735: short(1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32616),
        ...(metadata && { 42112: { type: 2, values: [...new TextEncoder().encode(metadata), 0] } }),
      },
    ],
  });
  return new File([bytes], 'mine.tif');
}

describe('a mask as GeoTIFF', () => {
  const read = async (file: File) => {
    const pages = memoryPages();
    const layout = planTiles(GRID, 16);
    const { own, keep } = await openMask(file, file.name, layout);
    await keep(pages);
    const plane = openPlane(layout, pages, `own/${own.id}`);
    return { own, values: readPlane(plane, { x: 0, y: 0, width: 64, height: 48 }) };
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

  it('goes by an id of its content', async () => {
    const a = await read(maskFile((x) => x % 3));
    const b = await read(maskFile((x) => x % 3));
    const c = await read(maskFile((x) => (x + 1) % 3));
    expect(a.own.id).toBe(b.own.id);
    expect(a.own.id).not.toBe(c.own.id);
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
