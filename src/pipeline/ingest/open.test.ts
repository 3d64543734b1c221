import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import { dataFile, fixture, hasData } from '../testing/fixtures.ts';
import { patterned, written } from '../testing/patterned-image.ts';
import { buildTiff, field, plainData, plainTags } from '../testing/tiff-builder.ts';
import { applyOverrides, openScene } from './open.ts';

const roles = (scene: { bands: readonly { role: string }[] }) =>
  scene.bands.map((band) => band.role).join(' ');

describe('what a scene says of itself', () => {
  it('Sentinel-2 with names and baseline', async () => {
    const { scene } = await openScene(fixture('s2-described.tif'));
    expect(scene.sensor).toBe('sentinel-2');
    expect(roles(scene)).toBe('blue green red nir scl');
    expect(scene.bands[0]).toMatchObject({ description: 'B02', scale: 1e-4, offset: -0.1 });
    expect(scene.bands[4]).toMatchObject({ scale: 1, offset: 0 });
    expect(scene.nodata).toBe(0);
    expect(scene.decisions.map((d) => d.subject)).toEqual([
      'sensor',
      'bands',
      'quality-band',
      'radiometry',
      'nodata',
    ]);
    expect(scene.byteLength).toBe(40 * 30 * 5 * 2);
  });

  it('scale, offset and no data in the file', async () => {
    const { scene } = await openScene(fixture('scaled.tif'));
    expect(scene.bands[3]).toMatchObject({ role: 'nir', scale: 2e-4, offset: -0.05 });
    expect(scene.nodata).toBe(-32768);
    const radiometry = scene.decisions.find((d) => d.subject === 'radiometry');
    expect(radiometry && english(radiometry.text)).toBe('reflectance = DN x 0.0002 - 0.05');
  });

  it('NaN as no data', async () => {
    expect((await openScene(fixture('float-nan.tif'))).scene.nodata).toBeNaN();
  });

  it('an alpha band', async () => {
    expect(roles((await openScene(fixture('rgba.tif'))).scene)).toBe('red green blue alpha');
  });

  it.each([
    ['transparency', (x: number) => (x < 2 ? 0 : 255), 'alpha'],
    ['near infrared', (x: number) => (x < 2 ? 0 : 255 - (x % 3)), 'nir'],
    ['near infrared, dark', () => 0, 'nir'],
  ])('a fourth band of which the file does not say that it is %s', async (_, value, role) => {
    const { spec } = patterned('uint8', { width: 32, height: 32, bands: 4 });
    const fourth = Uint8Array.from({ length: 32 * 32 }, (_, i) => value(i % 32));
    const planes = [80, 90, 100].map((colour) => fourth.map((_, i) => colour + (i % 7)));
    const metadata = { ...spec.metadata, photometricInterpretation: 2, extraSamples: [0] };
    const blob = await written({ spec: { ...spec, metadata }, planes: [...planes, fourth] });
    const { scene } = await openScene(new File([blob], 'picture.tif'));
    expect(roles(scene)).toBe(`red green blue ${role}`);
    expect(scene.metadata.extraSamples).toEqual([0]);
  });

  it.each([
    ['associated', 1, 128, true],
    ['associated', 1, 255, false],
    ['associated', 1, 250, false],
    ['unassociated', 2, 128, false],
  ])('colours that are multiplied by alpha, where that shows (%s, %i, %i)', async (_, kind, part, isTold) => {
    const { spec } = patterned('uint8', { width: 32, height: 32, bands: 4 });
    const alpha = Uint8Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 2 ? 0 : i % 32 < 4 ? part : 255));
    const planes = [80, 90, 100].map((value) => alpha.map((a) => (value * a) / 255));
    const metadata = { ...spec.metadata, photometricInterpretation: 2, extraSamples: [kind] };
    const { scene } = await openScene(
      new File([await written({ spec: { ...spec, metadata }, planes: [...planes, alpha] })], 'picture.tif'),
    );
    expect(roles(scene)).toBe('red green blue alpha');
    expect(scene.leastAlpha).toBe(kind === 1 ? 0.9 * 255 : undefined);
    const told = scene.notices.find(({ code }) => code === 'premultiplied');
    expect(told && english(told.message)).toEqual(
      isTold ? expect.stringContaining('About 6 % of the pixels are partly transparent') : undefined,
    );
  });

  it.each([299, 325])('reflectance stays that beside a thermal band of up to %i kelvin', async (kelvin) => {
    const names = ['B2', 'B3', 'B4', 'B5', 'B10', 'SZA_like'];
    const size = { width: 32, height: 32, bands: names.length };
    const { spec } = patterned('float32', size);
    const planes = names.map((_, band) =>
      Float32Array.from({ length: 32 * 32 }, (_, i) => (band < 4 ? i / 2048 : kelvin - (i % 14))),
    );
    const items = names.map(
      (name, i) => `<Item name="DESCRIPTION" sample="${i}" role="description">${name}</Item>`,
    );
    const gdalMetadata = `<GDALMetadata>${items.join('')}</GDALMetadata>`;
    const blob = await written({ spec: { ...spec, metadata: { ...spec.metadata, gdalMetadata } }, planes });
    const { scene } = await openScene(new File([blob], 'LC08_022039_20200512.tif'));
    expect(roles(scene)).toBe('blue green red nir lwir other');
    expect(scene.bands[0]).toMatchObject({ scale: 1, offset: 0 });
  });

  it('an image without georeference works, with a notice', async () => {
    const { scene } = await openScene(fixture('no-georeference.tif'));
    expect(scene.grid).toMatchObject({ transform: null, crs: { code: 'LOCAL', units: 'pixels' } });
    expect(scene.notices.map((n) => n.code)).toContain('no-georeference');
  });

  it.each([
    ['scaled.tif', 'EPSG:32616', 'WGS 84 / UTM zone 16N', 'm', [452475, 30, 0, 3408645, 0, -30]],
    ['point.tif', 'EPSG:32616', 'WGS 84 / UTM zone 16N', 'm', [452475, 30, 0, 3408645, 0, -30]],
    ['geographic.tif', 'EPSG:4326', 'WGS 84', 'degrees', [13.25, 0.001, 0, 45.75, 0, -0.001]],
    ['rotated.tif', 'EPSG:32616', 'WGS 84 / UTM zone 16N', 'm', [452475, 8, 3, 3408645, 3, -8]],
    ['feet.tif', 'EPSG:2229', 'NAD83 / California zone 5 (ftUS)', 'us-ft', [452475, 30, 0, 3408645, 0, -30]],
  ] as const)('%s lies in %s', async (name, code, crsName, units, transform) => {
    const { grid } = (await openScene(fixture(name))).scene;
    expect(grid.crs).toEqual({ code, name: crsName, units });
    grid.transform?.forEach((value, i) => {
      expect(value).toBeCloseTo(transform[i], 9);
    });
  });

  it('a coordinate system without a code is LOCAL, with a notice', async () => {
    const { scene } = await openScene(fixture('own-crs.tif'));
    expect(scene.grid.crs).toMatchObject({ code: 'LOCAL', units: 'm' });
    expect(scene.notices.map((n) => n.code)).toContain('local-crs');
  });
});

it.each([
  ['7', 7],
  ['7,0', 7],
  [' 7.0 ', 7],
  ['7 7 7', 7],
  ['0x07', 7],
  ['7e0', 7],
  ['7.5', null],
  ['none', null],
])('no data written as %j is %s, as GDAL reads it', async (text, nodata) => {
  const bytes = buildTiff({ data: plainData, directories: [plainTags({ 42113: field.ascii(text) })] });
  const { scene } = await openScene(new File([bytes], 'plain.tif'));
  expect(scene.nodata).toBe(nodata);
  expect(scene.metadata.gdalNodata).toBe(text);
  expect(scene.notices.some(({ code }) => code === 'nodata-out-of-range')).toBe(nodata === null);
});

describe('overrides', () => {
  it('change what was decided, and say so', async () => {
    const source = await openScene(fixture('s2-described.tif'));
    const changed = applyOverrides(source, {
      roles: ['red', 'green', 'blue', 'nir', 'quality'],
      offset: 0,
      nodata: null,
    }).scene;
    expect(roles(changed)).toBe('red green blue nir quality');
    expect(changed.bands[0]).toMatchObject({ scale: 1e-4, offset: 0 });
    expect(changed.nodata).toBeNull();
    expect(changed.decisions.filter((d) => d.because.text === 'set by you').map((d) => d.subject)).toEqual([
      'bands',
      'radiometry',
      'nodata',
    ]);
    expect(changed.decisions.some((d) => d.subject === 'quality-band')).toBe(false);
    expect(source.scene.bands[0].role).toBe('blue');
  });

  it('no data is what the result says, in the spelling of the file where that means the same', async () => {
    const source = await openScene(fixture('s2-described.tif'));
    const { nodata: own, metadata } = source.scene;
    const said = (nodata?: number | null) => applyOverrides(source, { nodata }).scene.metadata.gdalNodata;
    expect(said(own)).toBe(metadata.gdalNodata);
    expect(said()).toBe(metadata.gdalNodata);
    expect([said(7), said(null)]).toEqual(['7', null]);
  });

  it.each([
    ['s2-described.tif', -9999, 'whole numbers from 0 to 65535'],
    ['s2-described.tif', 0.5, 'whole numbers from 0 to 65535'],
    ['s2-described.tif', Number.NaN, 'whole numbers from 0 to 65535'],
    ['scaled.tif', 32768, 'whole numbers from -32768 to 32767'],
    ['float-nan.tif', 1e300, 'do not reach so far'],
  ])('%s: %d cannot mean no data', async (name, nodata, why) => {
    const source = await openScene(fixture(name));
    expect(() => applyOverrides(source, { nodata })).toThrow(
      expect.objectContaining({
        code: 'scene/nodata-out-of-range',
        message: expect.stringContaining(`${nodata} cannot mean no data here: ${source.scene.sampleType}`),
      }),
    );
    expect(() => applyOverrides(source, { nodata })).toThrow(why);
  });

  it('no data of floats is the number as they hold it', async () => {
    const source = await openScene(fixture('float-nan.tif'));
    const said = (nodata: number) => applyOverrides(source, { nodata }).scene.nodata;
    expect([said(0.1), said(Number.NaN)]).toEqual([Math.fround(0.1), Number.NaN]);
  });

  it('a band that was taken for quality gets the radiometry of the others', async () => {
    const source = await openScene(fixture('s2-described.tif'));
    const { bands } = applyOverrides(source, { roles: ['blue', 'green', 'red', 'nir', 'swir16'] }).scene;
    expect(bands[4]).toMatchObject({ scale: 1e-4, offset: -0.1 });
  });

  it('roles for another number of bands are told', async () => {
    const source = await openScene(fixture('s2-described.tif'));
    expect(() => applyOverrides(source, { roles: ['blue', 'green', 'red'] })).toThrow(
      expect.objectContaining({ code: 'scene/roles-mismatch', message: expect.stringContaining('for 3') }),
    );
  });
});

describe('real scenes', () => {
  const scenes = [
    [
      'real/l8-gulf-cloudy.tif',
      'landsat-oli',
      'coastal blue green red nir swir16 swir22 cirrus qa_pixel',
      1e-4,
    ],
    [
      'real/s2-rois2017_winter_112_p797-cloudy.tif',
      'sentinel-2',
      'coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22',
      1e-4,
    ],
    ['train/naip/chico_2018_3.tif', 'aerial', 'blue green red nir', 1 / 255],
    ['train/l7-se-16.tif', 'landsat-tm-etm', 'blue green red nir swir16 swir22', 1 / 255],
  ] as const;
  for (const [path, sensor, expected, scale] of scenes) {
    it.skipIf(!hasData(path))(path, async () => {
      const { scene } = await openScene(dataFile(path));
      expect(scene.sensor).toBe(sensor);
      expect(roles(scene)).toBe(expected);
      expect(scene.bands[1]).toMatchObject({ scale, offset: 0 });
    });
  }

  it.skipIf(!hasData('real/rice1/cloudy/10.png'))(
    'a picture of RICE is no GeoTIFF, and that is said',
    async () => {
      const opening = openScene(dataFile('real/rice1/cloudy/10.png'));
      await expect(opening).rejects.toMatchObject({
        code: 'file/not-a-tiff',
        message: expect.stringContaining('PNG'),
      });
    },
  );
});
