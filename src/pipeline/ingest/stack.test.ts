import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import type { Samples, SampleType } from '../scene.ts';
import { hasGdal } from '../testing/gdal.ts';
import { buildTiff, field, plainData, plainTags } from '../testing/tiff-builder.ts';
import { bandItem, parseItems } from '../tiff/gdal-metadata.ts';
import { SAMPLE_ARRAYS } from './layout.ts';
import { openScene } from './open.ts';

/** The files of a scene of 120 x 90 pixels of 10 m, made by GDAL from raw samples. */
let folder: string;
const ORIGIN = [452470, 3408650] as const;

interface Raster {
  readonly type?: SampleType;
  /** Metres. */
  readonly pixel?: number;
  readonly crs?: string;
  readonly origin?: readonly [number, number];
  readonly nodata?: number;
  readonly value?: (x: number, y: number) => number;
}

const GDAL_TYPES = { uint8: 'Byte', uint16: 'UInt16', int16: 'Int16', float32: 'Float32' } as const;
const wavy = (x: number, y: number) => 1000 + ((x * 7919 + y * 104_729) % 3001) + 40 * x;

function make(name: string, raster: Raster = {}): File {
  const { type = 'uint16', pixel = 10, crs = 'EPSG:32616', origin = ORIGIN, nodata, value = wavy } = raster;
  const [width, height] = [1200 / pixel, 900 / pixel];
  const samples = new SAMPLE_ARRAYS[type](width * height);
  for (let i = 0; i < samples.length; i++) samples[i] = value(i % width, Math.floor(i / width));
  const raw = join(folder, `${name}.raw`);
  writeFileSync(raw, new Uint8Array(samples.buffer));
  const dataType = { uint8: 1, uint16: 12, int16: 2, float32: 4 }[type as keyof typeof GDAL_TYPES];
  writeFileSync(
    join(folder, `${name}.hdr`),
    `ENVI\nsamples = ${width}\nlines = ${height}\nbands = 1\ndata type = ${dataType}\ninterleave = bsq\nbyte order = 0\n`,
  );
  const [left, top] = origin;
  const path = join(folder, name);
  const corners = [left, top, left + width * pixel, top - height * pixel].map(String);
  const noData = nodata === undefined ? [] : ['-a_nodata', String(nodata)];
  const options = ['-q', '-a_srs', crs, '-a_ullr', ...corners, ...noData, '-co', 'COMPRESS=DEFLATE'];
  execFileSync('gdal_translate', [...options, raw, path], { stdio: 'pipe' });
  return new File([readFileSync(path)], name);
}

/** What gdalwarp makes of a file on the grid of 10 m. */
function warped(name: string, method: string, type: SampleType): Samples {
  const raw = join(folder, `${name}-${method}.warped`);
  const [left, top] = ORIGIN;
  const extent = [left, top - 900, left + 1200, top].map(String);
  execFileSync(
    'gdalwarp',
    [
      '-q',
      '-et',
      '0',
      '-r',
      method,
      '-tr',
      '10',
      '10',
      '-te',
      ...extent,
      '-of',
      'ENVI',
      join(folder, name),
      raw,
    ],
    { stdio: 'pipe' },
  );
  return new SAMPLE_ARRAYS[type](new Uint8Array(readFileSync(raw)).buffer);
}

const WHOLE = { x: 0, y: 0, width: 120, height: 90 };

describe.skipIf(!hasGdal)('several files of one scene', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const failure = (files: File[]) =>
    openScene(files).then(
      () => null,
      (thrown: unknown) => thrown,
    );

  it('Sentinel-2: bands of 10, 20 and 60 m as gdalwarp brings them to 10 m', async () => {
    const stem = 'T16RBU_20240512T163901';
    const scl = (x: number, y: number) => (x * 3 + y) % 12;
    const files = [
      make(`${stem}_SCL_20m.tif`, { type: 'uint8', pixel: 20, value: scl }),
      make(`${stem}_B8A_20m.tif`, {
        pixel: 20,
        nodata: 0,
        value: (x, y) => (x > 20 && y > 30 ? 0 : wavy(x, y)),
      }),
      make(`${stem}_B01_60m.tif`, { pixel: 60, nodata: 0 }),
      make(`${stem}_B04_10m.tif`, { nodata: 0 }),
      make(`${stem}_B02_10m.tif`, { nodata: 0, value: (x, y) => 500 + x + 2 * y }),
      make(`${stem}_B03_10m.tif`, { nodata: 0 }),
      make(`${stem}_B02_20m.tif`, { pixel: 20 }),
      make(`${stem}_AOT_20m.tif`, { pixel: 20 }),
    ];
    const source = await openScene(files);
    const { scene } = source;
    expect(scene.name).toBe(stem);
    expect(scene.sensor).toBe('sentinel-2');
    expect(scene.bands.map(({ role }) => role)).toEqual(['coastal', 'blue', 'green', 'red', 'nir', 'scl']);
    expect(scene.bands.map(({ description }) => description)).toEqual([
      'B01',
      'B02',
      'B03',
      'B04',
      'B8A',
      'SCL',
    ]);
    expect(scene.grid).toMatchObject({ width: 120, height: 90 });
    expect(scene.grid.transform).toEqual([ORIGIN[0], 10, 0, ORIGIN[1], 0, -10]);
    expect({ type: scene.sampleType, nodata: scene.nodata }).toEqual({ type: 'uint16', nodata: 0 });
    expect(scene.notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['files-stacked', 'files-left-aside']),
    );

    const { bands } = await source.read(WHOLE);
    expect(Array.from(bands[1].subarray(0, 3))).toEqual([500, 501, 502]);
    for (const [band, name, method, type] of [
      [0, `${stem}_B01_60m.tif`, 'bilinear', 'uint16'],
      [4, `${stem}_B8A_20m.tif`, 'bilinear', 'uint16'],
      [5, `${stem}_SCL_20m.tif`, 'near', 'uint8'],
    ] as const) {
      const expected = warped(name, method, type);
      const off = Math.max(...Array.from(expected, (value, i) => Math.abs(value - bands[band][i])));
      expect(off, name).toBeLessThanOrEqual(method === 'near' ? 0 : 1);
    }
    // Any window gives what the whole gives.
    const window = { x: 37, y: 21, width: 50, height: 33 };
    const part = await source.read(window, [4, 1]);
    part.bands.forEach((samples, k) => {
      const whole = bands[[4, 1][k]];
      samples.forEach((value, i) => {
        const at = (window.y + Math.floor(i / window.width)) * 120 + window.x + (i % window.width);
        expect(value).toBe(whole[at]);
      });
    });
    const small = await source.readDecimated(WHOLE, 12, 9, [1, 5]);
    expect(small.bands[0][13]).toBe(500 + 15 + 2 * 15);
    expect(small.bands[1][13]).toBe(scl(7, 7));
  });

  it('keeps unit and items of each band, but not what an item of the band alone says of its colour', async () => {
    const items = (name: string) =>
      `<GDALMetadata><Item name="wavelength" sample="0">${name}</Item>` +
      `<Item name="UNITTYPE" sample="0" role="unittype">refl ${name}</Item>` +
      '<Item name="COLORINTERP" sample="0" role="colorinterp">Red</Item></GDALMetadata>';
    const files = ['B02', 'B03', 'B04'].map((name) => {
      const tags = plainTags({
        258: field.short(16),
        277: field.short(1),
        279: field.long(512, 512, 512, 512),
        42112: field.ascii(items(name)),
      });
      return new File([buildTiff({ data: plainData, directories: [tags] })], `${name}.tif`);
    });
    const { scene } = await openScene(files);
    const kept = parseItems(scene.metadata.gdalMetadata);
    const named = (name: string) => kept.filter((item) => item.name === name);
    expect(named('wavelength').map(({ sample, value }) => [sample, value])).toEqual([
      [0, 'B02'],
      [1, 'B03'],
      [2, 'B04'],
    ]);
    expect([0, 1, 2].map((band) => bandItem(kept, band, 'unittype'))).toEqual([
      'refl B02',
      'refl B03',
      'refl B04',
    ]);
    expect(named('COLORINTERP')).toEqual([]);
  });

  it('Landsat: SR_B* and QA_PIXEL, whose no-data value is another', async () => {
    const stem = 'LC08_L2SP_022039_20200512_20200820_02_T1';
    const files = [4, 2, 3, 5, 6, 7].map((n) =>
      make(`${stem}_SR_B${n}.TIF`, { pixel: 30, nodata: 0, value: () => 9000 }),
    );
    files.push(make(`${stem}_QA_PIXEL.TIF`, { pixel: 30, nodata: 1, value: () => 21_824 }));
    const { scene } = await openScene(files);
    expect(scene.sensor).toBe('landsat-oli');
    expect(scene.bands.map(({ role }) => role).join(' ')).toBe('blue green red nir swir16 swir22 qa_pixel');
    expect(scene.bands[0].scale).toBe(2.75e-5);
    expect(scene.nodata).toBe(0);
  });

  it('Landsat level 1 with its thermal and panchromatic bands', async () => {
    const stem = 'LC08_L1TP_022039_20200512_20200820_02_T1';
    const files = [11, 10, 1, 2, 3, 4, 5, 6, 7, 9].map((n) => make(`${stem}_B${n}.TIF`, { pixel: 30 }));
    files.push(make(`${stem}_B8.TIF`, { pixel: 15 }), make(`${stem}_QA_PIXEL.TIF`, { pixel: 30 }));
    const { scene } = await openScene(files);
    expect(scene.sensor).toBe('landsat-oli');
    expect(scene.grid.transform?.[1]).toBe(30);
    expect(scene.bands.map(({ role }) => role).join(' ')).toBe(
      'coastal blue green red nir cirrus swir16 swir22 lwir qa_pixel',
    );
    expect(scene.bands[1]).toMatchObject({ scale: 2e-5, offset: -0.1 });
    expect(scene.bands[8].description).toBe('B10');
  });

  it('plain names, types that differ, and as no data the value that nothing measured can equal', async () => {
    const source = await openScene([
      make('red.tif', { type: 'int16', nodata: -9999, value: (x) => (x === 5 ? -9999 : x) }),
      make('green.tif', { type: 'uint8', nodata: 255, value: (x) => (x === 6 ? 255 : x) }),
      make('blue.tif', { type: 'uint16', value: () => 60_000 }),
    ]);
    expect(source.scene.bands.map(({ role }) => role)).toEqual(['blue', 'green', 'red']);
    expect({ type: source.scene.sampleType, nodata: source.scene.nodata }).toEqual({
      type: 'int32',
      nodata: -9999,
    });
    const { bands } = await source.read({ x: 4, y: 0, width: 4, height: 1 });
    expect(bands.map((band) => Array.from(band))).toEqual([
      [60_000, 60_000, 60_000, 60_000],
      [4, 5, -9999, 7],
      [4, -9999, 6, 7],
    ]);
  });

  it.each([
    ['uint8', 'int16', -32768, 0, 255],
    ['uint16', 'int32', -(2 ** 31), 0, 65535],
    ['int16', 'int32', -(2 ** 31), 0, -9999],
    ['float32', 'float32', Number.NaN, 0, -9999],
  ] as const)('no data of %s bands that use different values, as %s', async (type, wider, nodata, a, b) => {
    const holding = (own: number, at: number) => (x: number) => (x === at ? own : 10 + x);
    const swapped = (x: number) => (x === 7 ? a : x === 6 ? b : 10 + x);
    const source = await openScene([
      make('blue.tif', { type, nodata: a, value: holding(a, 4) }),
      make('green.tif', { type, nodata: b, value: swapped }),
      make('red.tif', { type, value: swapped }),
    ]);
    const { scene } = source;
    expect({ type: scene.sampleType, nodata: scene.nodata }).toEqual({ type: wider, nodata });
    expect(scene.metadata.gdalNodata).toBe(String(nodata));
    expect(scene.notices.map(({ code }) => code)).toContain('nodata-differs');
    const decided = scene.decisions.find(({ subject }) => subject === 'nodata');
    expect(english(decided?.because ?? { text: '' })).toMatch(/the files name different values/);
    const { bands } = await source.read({ x: 4, y: 0, width: 4, height: 1 });
    expect(bands.map((band) => Array.from(band))).toEqual([
      [nodata, 15, 16, 17],
      [14, 15, nodata, a],
      [14, 15, b, a],
    ]);
    // What samples mean does not change with the type that they are kept in.
    if (type === 'uint8') expect(scene.bands[0].scale).toBe(1 / 255);
  });

  it('a coarser band that names no value shares that of the others, and is not blended with it', async () => {
    const value = (x: number) => (x < 10 ? 0 : 1000);
    const source = await openScene([
      make('blue.tif', { pixel: 20, value }),
      ...['green.tif', 'red.tif'].map((name) => make(name, { nodata: 0 })),
    ]);
    const { bands } = await source.read({ x: 18, y: 0, width: 4, height: 1 }, [0]);
    expect(Array.from(bands[0])).toEqual([0, 0, 1000, 1000]);
  });

  it.each([
    ['another coordinate system', { crs: 'EPSG:32617' }, 'scene/different-grids', /coordinate system/],
    ['another place', { origin: [462470, 3408650] as const }, 'scene/different-grids', /extent/],
  ])('refuses %s', async (_, other, code, message) => {
    const error = await failure([make('B02.tif'), make('B03.tif'), make('B04.tif', other)]);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses files that are not one scene, and says why', async () => {
    const one = (files: File[], message: RegExp) =>
      expect(failure(files)).resolves.toMatchObject({
        code: 'scene/not-one-scene',
        message: expect.stringMatching(message),
        remedy: expect.stringContaining('single-band files'),
      });
    await one([make('S2_20240512_B02.tif'), make('S2_20240517_B03.tif')], /different dates/);
    await one([make('one.tif'), make('two.tif')], /no name/);
    await one([make('x_B02.tif'), make('y_B02.tif')], /same band/);
    const stacked = join(folder, 'stacked.tif');
    execFileSync('gdal_translate', ['-q', '-b', '1', '-b', '1', join(folder, 'one.tif'), stacked]);
    await one([make('B02.tif'), new File([readFileSync(stacked)], 'stacked.tif')], /holds 2 bands already/);
    await expect(failure([make('B02.tif'), new File(['x'], 'B03.tif')])).resolves.toMatchObject({
      code: 'file/not-a-tiff',
      message: expect.stringContaining('B03.tif'),
    });
  });
});
