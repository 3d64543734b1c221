import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import type { SampleType, Sensor } from '../scene.ts';
import { decideRadiometry } from './radiometry.ts';

interface Case {
  sensor?: Sensor;
  sampleType?: SampleType;
  texts?: string[];
  items?: Record<string, string>;
  /** In the file, for every band. */
  scale?: number;
  /** Share of samples that are 0: a border of nothing. */
  border?: number;
  /** The number that stands in a border of a tenth. */
  below?: number;
  /** Lowest and highest sample; values are spread evenly between. */
  range?: readonly [number, number];
}

const ROLES = ['blue', 'green', 'red', 'scl', 'nir'] as const;

function decide({ sensor = 'unknown', sampleType = 'uint16', ...more }: Case) {
  const { texts = [], items = {}, range = [0, 1], scale, border = 0 } = more;
  const [low, high] = range;
  const empty = Math.round(border * 1000);
  const values = Float64Array.from({ length: 1001 }, (_, i) =>
    i < empty ? 0 : low + ((high - low) * (i - empty)) / (1000 - empty),
  );
  if (more.below !== undefined) values.fill(more.below, 0, 100);
  const scales = scale === undefined ? [] : [0, 1, 2, 4].map((sample) => ({ sample, value: String(scale) }));
  return decideRadiometry({
    roles: ROLES,
    sampleType,
    sensor,
    texts,
    items: [
      ...Object.entries(items).map(([name, value]) => ({ name, sample: null, role: '', domain: '', value })),
      ...scales.map((item) => ({ name: 'SCALE', role: 'scale', domain: '', ...item })),
    ],
    sample: { sorted: [values, values, values, values], zeroShare: border, highestAlpha: 0, partShare: 0 },
  });
}

describe('radiometry', () => {
  it.each<[string, Case, number, number, RegExp]>([
    [
      'Sentinel-2 since 04.00',
      { sensor: 'sentinel-2', items: { PROCESSING_BASELINE: '05.09' }, range: [1040, 9000] },
      1e-4,
      -0.1,
      /05\.09/,
    ],
    [
      'Sentinel-2 before',
      { sensor: 'sentinel-2', items: { PROCESSING_BASELINE: '02.14' } },
      1e-4,
      0,
      /before 04\.00/,
    ],
    [
      'Sentinel-2 by its name',
      { sensor: 'sentinel-2', texts: ['S2A_MSIL2A_20230115T105401_N0509_R051_T31UFS'], range: [1040, 9000] },
      1e-4,
      -0.1,
      /product's name/,
    ],
    [
      'Sentinel-2 with its offset',
      { sensor: 'sentinel-2', items: { BOA_ADD_OFFSET_1: '-1000' }, range: [1040, 9000] },
      1e-4,
      -0.1,
      /-1000/,
    ],
    [
      'Sentinel-2 whose name tells of an offset that was taken out',
      { sensor: 'sentinel-2', texts: ['S2A_MSIL2A_20230115T105401_N0509_R051_T31UFS'], range: [150, 9000] },
      1e-4,
      0,
      /05\.09.*many samples lie below \d+.*taken out/,
    ],
    [
      'Sentinel-2 whose darkest water lies below its offset',
      { sensor: 'sentinel-2', items: { BOA_ADD_OFFSET_1: '-1000' }, range: [950, 9000] },
      1e-4,
      -0.1,
      /-1000/,
    ],
    [
      'Sentinel-2 with its offset and a border of negative numbers',
      { sensor: 'sentinel-2', items: { BOA_ADD_OFFSET_1: '-1000' }, range: [1040, 9000], below: -9999 },
      1e-4,
      -0.1,
      /-1000/,
    ],
    [
      'Sentinel-2 harmonised',
      { sensor: 'sentinel-2', texts: ['S2_SR_HARMONIZED'], range: [1100, 9000] },
      1e-4,
      0,
      /harmonised/,
    ],
    [
      'Sentinel-2 by its dark samples',
      { sensor: 'sentinel-2', range: [1040, 9000] },
      1e-4,
      -0.1,
      /none below 1000/,
    ],
    [
      'Sentinel-2 with darker samples',
      { sensor: 'sentinel-2', range: [200, 9000] },
      1e-4,
      0,
      /nothing was added/,
    ],
    ['Sentinel-2 all bright', { sensor: 'sentinel-2', range: [4000, 9000] }, 1e-4, 0, /please check/],
    [
      'Landsat level 2 by name',
      { sensor: 'landsat-oli', texts: ['LC08_L2SP_021039_20201130'], range: [6900, 20_000] },
      2.75e-5,
      -0.2,
      /level 2/,
    ],
    [
      'Landsat level 2 by name, rescaled',
      { sensor: 'landsat-oli', texts: ['LC08_L2SP_021039_20201130_x10000'], range: [80, 5200] },
      1e-4,
      0,
      /below 336.*please check/,
    ],
    [
      'Landsat level 2 by values',
      { sensor: 'landsat-tm-etm', range: [7300, 42_000] },
      2.75e-5,
      -0.2,
      /level 2/,
    ],
    ['Landsat x 10000', { sensor: 'landsat-oli', range: [150, 6000] }, 1e-4, 0, /x 10000/],
    [
      'Landsat level 1',
      { sensor: 'landsat-oli', texts: ['LC08_L1TP_021039'], range: [5000, 30_000] },
      2e-5,
      -0.1,
      /level 1/,
    ],
    ['MODIS of dark ground', { sensor: 'modis', sampleType: 'int16', range: [20, 1200] }, 1e-4, 0, /MODIS/],
    ['8 bits', { sampleType: 'uint8', range: [0, 255] }, 1 / 255, 0, /display/],
    ['floats', { sampleType: 'float32', range: [0, 1.2] }, 1, 0, /0 and 1/],
    [
      'floats of Sentinel-2 with its offset',
      {
        sensor: 'sentinel-2',
        sampleType: 'float32',
        items: { BOA_ADD_OFFSET_1: '-1000' },
        range: [1040, 9000],
      },
      1e-4,
      -0.1,
      /-1000/,
    ],
    [
      'floats of Landsat level 2, all dark',
      {
        sensor: 'landsat-oli',
        sampleType: 'float32',
        texts: ['LC08_L2SP_021039_20201130'],
        range: [7300, 15_000],
      },
      2.75e-5,
      -0.2,
      /level 2/,
    ],
    [
      'floats of Landsat that are reflectance',
      { sensor: 'landsat-oli', sampleType: 'float32', texts: ['LC08_L2SP_021039'], range: [0, 0.5] },
      1,
      0,
      /0 and 1/,
    ],
    [
      'floats of Sentinel-2 in percent',
      { sensor: 'sentinel-2', sampleType: 'float32', range: [0, 90] },
      0.01,
      0,
      /percent/,
    ],
    ['floats x 10000', { sampleType: 'float32', range: [0, 9000] }, 1e-4, 0, /x 10000/],
    [
      'Sentinel-2 with a border of zeros',
      { sensor: 'sentinel-2', range: [1040, 9000], border: 0.1 },
      1e-4,
      -0.1,
      /none below 1000/,
    ],
    [
      'Sentinel-2 with its scale alone in the file, and its offset beside',
      { sensor: 'sentinel-2', scale: 1e-4, items: { BOA_ADD_OFFSET_1: '-1000' }, range: [1040, 9000] },
      1e-4,
      -0.1,
      /-1000/,
    ],
    [
      'Sentinel-2 with its scale in the file, from which the offset beside was taken out',
      { sensor: 'sentinel-2', scale: 1e-4, items: { BOA_ADD_OFFSET_1: '-1000' }, range: [40, 8000] },
      1e-4,
      0,
      /in the file/,
    ],
    [
      'Sentinel-2 with its scale in the file, and no word of an offset',
      { sensor: 'sentinel-2', scale: 1e-4, range: [1040, 9000] },
      1e-4,
      0,
      /in the file/,
    ],
    [
      'floats of reflectance, with the scale that they had as integers',
      { sampleType: 'float32', scale: 1e-4, range: [0, 0.6] },
      1,
      0,
      /0 and 1; scale 0.0001 .* applied already, please check/,
    ],
    [
      '8 bits, with the scale that they had as integers',
      { sampleType: 'uint8', scale: 1e-4, range: [0, 255] },
      1 / 255,
      0,
      /display.*applied already, please check/,
    ],
    [
      'floats of reflectance x 10000 with that scale, all dark',
      { sampleType: 'float32', scale: 1e-4, range: [0, 120] },
      1e-4,
      0,
      /are in the file/,
    ],
    [
      'Landsat level 2 with a border of zeros',
      { sensor: 'landsat-oli', range: [7300, 19_000], border: 0.2 },
      2.75e-5,
      -0.2,
      /level 2/,
    ],
    [
      'Landsat level 2 that does not say it is from Landsat',
      { range: [7300, 12_600] },
      2.75e-5,
      -0.2,
      /Collection 2.*please check/,
    ],
    [
      'PlanetScope surface reflectance of dark ground',
      { texts: ['20230105_102411_00_2414_3B_AnalyticMS_SR_8b.tif'], range: [100, 1300] },
      1e-4,
      0,
      /PlanetScope/,
    ],
    [
      'percent by the scale in the file',
      { scale: 0.01, range: [100, 8000] },
      1e-4,
      0,
      /78.* divided by 100,/,
    ],
    [
      'reflectance x 10000 by the scale in the file',
      { scale: 2, range: [100, 4000], sensor: 'sentinel-2' },
      2e-4,
      0,
      /divided by 10000,/,
    ],
    ['reflectance of saturated samples', { scale: 1e-4, range: [0, 65_535] }, 1e-4, 0, /in the file$/],
    ['a falling scale', { scale: -0.01, range: [-8000, -100] }, -1e-4, 0, /divided by 100,/],
    ['16 bits of an unknown sensor', { range: [200, 8000] }, 1e-4, 0, /not known/],
  ])('%s', (_, evidence, scale, offset, because) => {
    const { bands, decision } = decide(evidence);
    expect(bands[1].scale).toBeCloseTo(scale, 12);
    expect(bands[1].offset).toBeCloseTo(offset, 12);
    expect(english(decision.because)).toMatch(because);
    // Quality bands hold classes: never scaled.
    expect(bands[3]).toEqual({ scale: 1, offset: 0 });
  });

  it('scales unknown ranges by their brightest samples', () => {
    const { bands } = decide({ range: [100, 60_000] });
    expect(bands[0].scale * 60_000).toBeGreaterThan(0.85);
    expect(bands[0].scale * 60_000).toBeLessThan(1);
  });

  describe('with a temperature in the file', () => {
    const withTemperature = (scaled: readonly number[], scale = 1e-4) => {
      const values = Float64Array.from({ length: 1001 }, (_, i) => 10 * i);
      const item = (role: string, sample: number, value: number) => {
        return { name: role.toUpperCase(), role, domain: '', sample, value: String(value) };
      };
      const { bands, decision } = decideRadiometry({
        roles: ['lwir', 'blue', 'green', 'red', 'scl'],
        sampleType: 'uint16',
        sensor: 'unknown',
        texts: [],
        items: [
          item('scale', 0, 0.00341802),
          item('offset', 0, 149),
          ...scaled.map((band) => item('scale', band, scale)),
        ],
        sample: { sorted: [values, values, values], zeroShare: 0, highestAlpha: 0, partShare: 0 },
      });
      return { bands, said: english(decision.text) };
    };

    it('leaves bands that are no light alone, and tells how the others are scaled', () => {
      const { bands, said } = withTemperature([1, 2, 3]);
      expect(bands.map(({ scale }) => scale)).toEqual([0.00341802, 1e-4, 1e-4, 1e-4, 1]);
      expect(bands[0].offset).toBe(149);
      expect(said).toBe('reflectance = DN x 0.0001');
    });

    it('knows that of Landsat level 2', () => {
      const { bands, decision } = decideRadiometry({
        roles: ['blue', 'green', 'red', 'lwir'],
        sampleType: 'uint16',
        sensor: 'landsat-oli',
        texts: ['LC08_L2SP_021039_20201130_20210316_02_T1'],
        items: [],
        sample: {
          sorted: [1, 2, 3].map(() => Float64Array.from({ length: 1001 }, (_, i) => 8000 + 10 * i)),
          zeroShare: 0,
          highestAlpha: 0,
          partShare: 0,
        },
      });
      expect(bands[2]).toEqual({ scale: 2.75e-5, offset: -0.2 });
      expect(bands[3]).toEqual({ scale: 0.00341802, offset: 149 });
      expect(english(decision.text)).toBe('reflectance = DN x 0.0000275 - 0.2');
    });

    it('keeps what the file says of it where light is divided', () => {
      const { bands } = withTemperature([1, 2, 3], 0.01);
      expect(bands[1].scale).toBeCloseTo(1e-4, 9);
      expect(bands[0]).toEqual({ scale: 0.00341802, offset: 149 });
    });

    it('does not scale light as the temperature, where only that has a scale', () => {
      const { bands, said } = withTemperature([]);
      expect(bands[1]).toEqual({ scale: 1e-4, offset: 0 });
      expect(said).toBe('reflectance = DN x 0.0001');
    });
  });
});
