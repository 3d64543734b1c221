import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import type { SampleType, Sensor } from '../scene.ts';
import { decideRadiometry } from './radiometry.ts';

interface Case {
  sensor?: Sensor;
  sampleType?: SampleType;
  texts?: string[];
  items?: Record<string, string>;
  /** Lowest and highest sample; values are spread evenly between. */
  range?: readonly [number, number];
}

function decide({ sensor = 'unknown', sampleType = 'uint16', texts = [], items = {}, range = [0, 1] }: Case) {
  const [low, high] = range;
  const values = Float64Array.from({ length: 1001 }, (_, i) => low + ((high - low) * i) / 1000);
  return decideRadiometry({
    roles: ['blue', 'green', 'red', 'scl'],
    sampleType,
    sensor,
    texts,
    items: Object.entries(items).map(([name, value]) => ({
      name,
      sample: null,
      role: '',
      domain: '',
      value,
    })),
    sample: { sorted: [values, values, values], zeroShare: 0 },
  });
}

describe('radiometry', () => {
  it.each<[string, Case, number, number, RegExp]>([
    [
      'Sentinel-2 since 04.00',
      { sensor: 'sentinel-2', items: { PROCESSING_BASELINE: '05.09' } },
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
      { sensor: 'sentinel-2', texts: ['S2A_MSIL2A_20230115T105401_N0509_R051_T31UFS'] },
      1e-4,
      -0.1,
      /product's name/,
    ],
    [
      'Sentinel-2 with its offset',
      { sensor: 'sentinel-2', items: { BOA_ADD_OFFSET_1: '-1000' } },
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
      { sensor: 'landsat-oli', texts: ['LC08_L2SP_021039_20201130'] },
      2.75e-5,
      -0.2,
      /level 2/,
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
    ['8 bits', { sampleType: 'uint8', range: [0, 255] }, 1 / 255, 0, /display/],
    ['floats', { sampleType: 'float32', range: [0, 1.2] }, 1, 0, /0 and 1/],
    ['floats x 10000', { sampleType: 'float32', range: [0, 9000] }, 1e-4, 0, /x 10000/],
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
});
