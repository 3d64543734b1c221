import { describe, expect, it } from 'vitest';
import type { SampleType, Sensor } from '../scene.ts';
import { wavelengthsOf } from './band-wavelengths.ts';
import { assignRoles, type BandEvidence, roleOfName } from './roles.ts';
import { guessSensor } from './sensors.ts';

function roles(
  descriptions: string | number,
  sensor: Sensor,
  sampleType: SampleType = 'uint16',
  more: Partial<BandEvidence> = {},
) {
  const list =
    typeof descriptions === 'number' ? new Array<string>(descriptions).fill('') : descriptions.split(',');
  return assignRoles({
    descriptions: list,
    sensor,
    sampleType,
    photometric: 1,
    extraSamples: [],
    ...more,
  }).roles.join(' ');
}

describe('roles from names', () => {
  it.each([
    ['B02', 'sentinel-2', 'blue'],
    ['B8A', 'sentinel-2', 'nir08'],
    ['B4', 'sentinel-2', 'red'],
    ['B4', 'landsat-oli', 'red'],
    ['B4', 'landsat-tm-etm', 'nir'],
    ['SR_B4', 'landsat-oli', 'red'],
    ['SR_B7', 'landsat-tm-etm', 'swir22'],
    ['ST_B10', 'landsat-oli', 'lwir'],
    ['LC08_L2SP_021039_20201130_SR_B5', 'landsat-oli', 'nir'],
    ['T31UFS_20200101T105441_B11_20m', 'sentinel-2', 'swir16'],
    ['Band 6: SWIR 1', 'landsat-oli', 'swir16'],
    ['Red', 'unknown', 'red'],
    ['near infrared', 'unknown', 'nir'],
    ['NIR', 'aerial', 'nir'],
    ['Red edge 2', 'unknown', 'rededge2'],
    ['green_i', 'unknown', 'green05'],
    ['Green I', 'unknown', 'green05'],
    ['Yellow', 'unknown', 'yellow'],
    ['swir16', 'unknown', 'swir16'],
    ['B3 (Green)', 'unknown', 'green'],
    ['SCL', 'unknown', 'scl'],
    ['QA_PIXEL', 'landsat-oli', 'qa_pixel'],
    ['pixel_qa', 'landsat-tm-etm', 'qa_pixel'],
    ['QA60', 'sentinel-2', 'qa60'],
    ['fmask', 'unknown', 'fmask'],
    ['MSK_CLDPRB', 'sentinel-2', 'cloud_probability'],
    ['QA_RADSAT', 'landsat-oli', 'quality'],
    ['SR_QA_AEROSOL', 'landsat-oli', 'quality'],
    ['SAA', 'landsat-oli', 'quality'],
    ['SZA', 'landsat-oli', 'quality'],
    ['LC08_L1TP_022039_20200512_VAA', 'landsat-oli', 'quality'],
    ['VZA', 'sentinel-2', 'quality'],
    ['ST_CDIST', 'landsat-oli', 'quality'],
    ['ST_ATRAN', 'landsat-oli', 'quality'],
    ['ST_EMIS', 'landsat-tm-etm', 'quality'],
    ['SR_ATMOS_OPACITY', 'landsat-tm-etm', 'quality'],
    ['QA10', 'sentinel-2', 'quality'],
    ['dataMask', 'sentinel-2', 'quality'],
    ['CLM', 'sentinel-2', 'quality'],
    ['sur_refl_b01', 'modis', 'red'],
    ['sur_refl_b02_1', 'modis', 'nir'],
    ['Nadir_Reflectance_Band3', 'modis', 'blue'],
    ['sur_refl_b05', 'modis', 'other'],
    ['sur_refl_b07', 'modis', 'swir22'],
    ['sur_refl_qc_500m', 'modis', 'quality'],
    ['sur_refl_szen', 'modis', 'quality'],
    ['StateQA', 'modis', 'quality'],
    ['BRDF_Albedo_Band_Mandatory_Quality_Band1', 'modis', 'quality'],
    ['B4', 'unknown', null],
    ['reduced', 'unknown', null],
  ] as const)('%s on %s is %s', (name, sensor, role) => {
    expect(roleOfName(name, sensor)).toBe(role);
  });

  it('gives each role once and uses the narrow near infrared where there is no broad one', () => {
    expect(roles('B02,B03,B04,B8A,B11,B12,SCL', 'sentinel-2')).toBe('blue green red nir swir16 swir22 scl');
    expect(roles('red,green,blue,red', 'unknown')).toBe('red green blue other');
  });

  it('takes a single band without a name beside blue, green and red for the near infrared', () => {
    expect(roles('blue,green,red,', 'unknown')).toBe('blue green red nir');
    expect(roles('red,green,blue,,', 'unknown')).toBe('red green blue other other');
    expect(roles('red,green,blue,temperature', 'unknown')).toBe('red green blue other');
  });

  it('does not guess colours where names say that they are absent', () => {
    expect(roles('nir,swir16,swir22', 'unknown')).toBe('nir swir16 swir22');
  });
});

describe('roles from the order of bands', () => {
  it.each([
    [3, 'uint8', 'unknown', 'red green blue'],
    [4, 'uint8', 'unknown', 'red green blue nir'],
    [4, 'uint16', 'unknown', 'blue green red nir'],
    [4, 'uint16', 'aerial', 'red green blue nir'],
    [6, 'uint16', 'unknown', 'blue green red nir swir16 swir22'],
    [7, 'uint8', 'unknown', 'blue green red nir swir16 lwir swir22'],
    [8, 'uint16', 'unknown', 'coastal blue green05 green yellow red rededge1 nir'],
    [7, 'int16', 'modis', 'red nir blue green other swir16 swir22'],
    [7, 'uint16', 'landsat-oli', 'coastal blue green red nir swir16 swir22'],
    [
      12,
      'uint16',
      'unknown',
      'coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 swir16 swir22',
    ],
    [
      13,
      'uint16',
      'unknown',
      'coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22',
    ],
  ] as const)('%i bands of %s, %s', (count, type, sensor, expected) => {
    expect(roles(count, sensor, type)).toBe(expected);
  });

  it('takes the fourth of four colours for alpha where the file says so', () => {
    expect(roles(4, 'unknown', 'uint8', { photometric: 2, extraSamples: [2] })).toBe('red green blue alpha');
  });

  it('takes a band without a name for alpha where the file says so and the others have names', () => {
    const six = 'blue,green,red,nir,swir16,swir22';
    for (const kind of [1, 2]) {
      const more = { extraSamples: [0, 0, 0, 0, 0, kind] };
      expect(roles(`${six},`, 'unknown', 'uint16', more)).toBe(`${six.replaceAll(',', ' ')} alpha`);
    }
    expect(roles('red,green,blue,', 'unknown', 'uint8', { photometric: 2, extraSamples: [2] })).toBe(
      'red green blue alpha',
    );
    const named = { photometric: 2, extraSamples: [2] };
    expect(roles('red,green,blue,nir', 'unknown', 'uint8', named)).toBe('red green blue nir');
  });

  it('guesses nothing where neither names nor their number tell, but for the colours of a picture', () => {
    const others = (count: number) => new Array<string>(count).fill('other').join(' ');
    for (const count of [9, 11, 14, 120]) {
      expect(roles(count, 'unknown')).toBe(others(count));
      const picture = roles(count, 'unknown', 'uint16', { photometric: 2 });
      expect(picture).toBe(`red green blue ${others(count - 3)}`);
    }
  });

  it('ignores names that only count', () => {
    expect(roles('Band 1,Band 2,Band 3,Band 4', 'landsat-tm-etm')).toBe('blue green red nir');
  });
});

describe('roles from wavelengths', () => {
  const spectrum = Array.from({ length: 180 }, (_, i) => 0.42 + i * 0.0115);
  const picked = (wavelengths: readonly (number | null)[], descriptions?: readonly string[]) => {
    const names = descriptions ?? wavelengths.map(() => '');
    return roles(names.join(), 'unknown', 'int16', { wavelengths }).split(' ');
  };

  it('of many narrow bands, those nearest to the centres are the ones that the networks see', () => {
    const found = picked(spectrum);
    for (const [role, centre] of Object.entries({ blue: 0.492, green: 0.56, red: 0.665, swir22: 2.19 })) {
      expect(found.filter((one) => one === role)).toHaveLength(1);
      expect(Math.abs(spectrum[found.indexOf(role)] - centre)).toBeLessThan(0.006);
    }
    expect(found.slice(0, 3)).toEqual(['other', 'other', 'coastal']);
  });

  it('those of Sentinel-2 are its bands', () => {
    const centres = [
      0.443, 0.492, 0.56, 0.665, 0.704, 0.741, 0.783, 0.833, 0.865, 0.945, 1.374, 1.614, 2.202,
    ];
    expect(picked(centres).join(' ')).toBe(
      'coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22',
    );
  });

  it('those of PlanetScope SuperDove are its bands', () => {
    const centres = [0.443, 0.49, 0.531, 0.565, 0.61, 0.665, 0.705, 0.865];
    expect(picked(centres).join(' ')).toBe('coastal blue green05 green yellow red rededge1 nir');
  });

  it('what is not there is not guessed, and names count more', () => {
    expect(picked([0.56, 0.66, 0.84])).toEqual(['green', 'red', 'nir']);
    expect(picked([0.66, 0.56, 0.49, null], ['', '', '', 'SCL'])).toEqual(['red', 'green', 'blue', 'scl']);
    expect(picked([0.66, 0.56, 0.49], ['blue', 'green', 'red'])).toEqual(['blue', 'green', 'red']);
  });

  it.each([
    ['Band 3 (482.0 Nanometers)', {}, 0.482],
    ['band 3 (0.482 Micrometers)', {}, 0.482],
    ['482nm', {}, 0.482],
    ['B02_492nm', {}, 0.492],
    ['0.482 µm', {}, 0.482],
    ['B3', { wavelength: '482.0', wavelength_units: 'Nanometers' }, 0.482],
    ['B3', { wavelength: '482.0' }, 0.482],
    ['B3', { wavelength: '0.482', wavelength_units: 'Micrometers' }, 0.482],
    ['B3', { CENTRAL_WAVELENGTH_UM: '0.482', wavelength: '900' }, 0.482],
    ['10 mm', {}, null],
    ['B3', { wavelength: 'unknown' }, null],
  ])('%j with %j is at %s', (description, values, expected) => {
    const items = Object.entries(values).map(([name, value]) => {
      return { name, sample: 1, role: '', domain: 'IMAGERY', value };
    });
    expect(wavelengthsOf(items, ['', description])).toEqual([null, expected]);
  });
});

describe('sensor', () => {
  const guess = (name: string, items: Record<string, string> = {}, bands: string[] = []) =>
    guessSensor(
      name,
      Object.entries(items).map(([key, value]) => ({ name: key, sample: null, role: '', domain: '', value })),
      '',
      bands,
    ).sensor;

  it.each([
    ['S2A_MSIL2A_20230115T105401_N0509_R051_T31UFS.tif', 'sentinel-2'],
    ['T31UFS_20200101T105441_B02_10m.tif', 'sentinel-2'],
    ['LC08_L2SP_021039_20201130.tif', 'landsat-oli'],
    ['LE07_L1TP_021047_20000221.tif', 'landsat-tm-etm'],
    ['l8-gulf.tif', 'landsat-oli'],
    ['m_3211850_nw_11_060_20200511.tif', 'aerial'],
    ['MOD09A1.A2020001.h18v04.061.tif', 'modis'],
    ['Nadir_Reflectance', 'modis'],
    ['brdf_MCD43A4_2020.tif', 'modis'],
    ['holiday.tif', 'unknown'],
  ])('%s is %s', (name, sensor) => {
    expect(guess(name)).toBe(sensor);
  });

  it.each([
    [
      'LC08_L1TP_022039_20200512_20200820_02_T1',
      ['B1', 'B2', 'B3', 'B4', 'B5', 'B8', 'B10', 'B11', 'QA_PIXEL'],
      'landsat-oli',
    ],
    ['HLS.L30.T16RBU.2020133T163901.v2.0', ['B02', 'B05', 'B06', 'B07', 'Fmask'], 'landsat-oli'],
    ['LE07_L1TP_021047_20000221.tif', ['B01', 'B02'], 'landsat-tm-etm'],
    ['like-landsat-8.tif', ['B2', 'B8A', 'B11'], 'sentinel-2'],
    ['like-landsat-8.tif', ['B02', 'B03', 'SCL'], 'sentinel-2'],
    ['x.tif', ['B02', 'B03'], 'sentinel-2'],
    ['x.tif', ['B2', 'B11'], 'sentinel-2'],
    ['x.tif', ['B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B10', 'B11'], 'landsat-oli'],
    ['x.tif', ['B2', 'B3', 'B4', 'B8', 'B10', 'B11', 'B12'], 'sentinel-2'],
    ['x.tif', ['sur_refl_b01', 'sur_refl_b02'], 'modis'],
    ['x.tif', ['Nadir_Reflectance_Band1', 'Nadir_Reflectance_Band2'], 'modis'],
    ['MOD09A1.A2020001_sur_refl', ['b01', 'b02'], 'modis'],
  ] as const)('of a file named %s with bands %s is %s', (name, bands, sensor) => {
    expect(guess(name, {}, [...bands])).toBe(sensor);
  });

  it('believes metadata before names', () => {
    expect(guess('s2-like.tif', { SPACECRAFT_ID: 'LANDSAT_8' })).toBe('landsat-oli');
    expect(guess('x.tif', { SENSOR: 'NAIP' })).toBe('aerial');
    expect(guess('x.tif', { COMMENT: 'compared with Sentinel-2' })).toBe('unknown');
  });

  it('knows the names that GDAL gives the bands of Sentinel-2, whose order is not that of their wavelengths', () => {
    const names = ['B4', 'B3', 'B2', 'B8'].map(
      (name, i) => `${name}, central wavelength ${[665, 560, 490, 842][i]} nm`,
    );
    const sensor = guess('x.tif', {}, names);
    expect(sensor).toBe('sentinel-2');
    const { roles } = assignRoles({
      descriptions: names,
      sensor,
      sampleType: 'uint16',
      photometric: 1,
      extraSamples: [],
    });
    expect(roles).toEqual(['red', 'green', 'blue', 'nir']);
  });

  it('tells Landsat 4 to 7 from 8 and 9 by the bands that are there', () => {
    expect(guess('x.tif', {}, ['SR_B1', 'SR_B2', 'SR_B3', 'SR_B4', 'SR_B5', 'SR_B7'])).toBe('landsat-tm-etm');
    expect(guess('x.tif', {}, ['SR_B2', 'SR_B3', 'SR_B4', 'SR_B5', 'SR_B6', 'SR_B7'])).toBe('landsat-oli');
  });
});
