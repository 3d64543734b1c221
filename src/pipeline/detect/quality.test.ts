import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../events.ts';
import { classify, fromQualityBand } from './probabilities.ts';
import { chooseDecoder, MEDIUM } from './quality.ts';

const decode = (role: Parameters<typeof chooseDecoder>[0], values: number[], sample = values) => {
  const decoder = chooseDecoder(role, Float32Array.from(sample));
  return values.map((value) => decoder(value).map(Math.round));
};
const CLEAR = [0, 0, 0];
const THIN = [255, 0, 0];
const THICK = [0, 255, 0];
const SHADOW = [0, 0, 255];
const MAYBE = [MEDIUM, 0, 0];

describe('quality bands', () => {
  it('reads Landsat Collection 2 QA_PIXEL', () => {
    // The values of USGS's table for OLI: clear, water, dilated cloud, cloud, shadow, cirrus, fill; clear on ETM+.
    const values = [21824, 21952, 21762, 22280, 23888, 54596, 1, 5440];
    expect(decode('qa_pixel', values)).toEqual([CLEAR, CLEAR, THIN, THICK, SHADOW, THIN, CLEAR, CLEAR]);
  });

  it('reads Landsat Collection 1 BQA', () => {
    // Clear OLI, clear ETM+, cloud, shadow, cirrus, fill, medium cloud confidence.
    const values = [2720, 672, 2800, 2976, 6816, 1, 2752];
    expect(decode('qa_pixel', values)).toEqual([CLEAR, CLEAR, THICK, SHADOW, THIN, CLEAR, MAYBE]);
  });

  it('reads the Landsat 8 BQA from before the collections', () => {
    // Clear, water, cirrus, maybe cloud, cloud, cloud and cirrus, snow.
    const values = [20480, 20512, 28672, 36864, 53248, 61440, 23552];
    expect(decode('qa_pixel', values)).toEqual([CLEAR, CLEAR, THIN, MAYBE, THICK, THICK, CLEAR]);
  });

  it('tells the encodings apart by majority, fill aside', () => {
    const mostlyCloud1 = [6816, 6816, 2800, 1, 1, 1, 1];
    expect(decode('qa_pixel', [2800], mostlyCloud1)).toEqual([THICK]);
    const mostlyCloud2 = [22280, 22280, 21762, 0, 1, 1];
    expect(decode('qa_pixel', [21824], mostlyCloud2)).toEqual([CLEAR]);
  });

  it('reads the pixel_qa of Landsat Collection 1 surface reflectance', () => {
    // Clear, water, shadow, snow, cloud on TM, ETM+ and on OLI, cirrus, clear with medium confidence of cloud, fill.
    const tm = decode('qa_pixel', [66, 68, 72, 80, 96, 224, 130, 1]);
    expect(tm).toEqual([CLEAR, CLEAR, SHADOW, CLEAR, THICK, THICK, MAYBE, CLEAR]);
    const oli = decode('qa_pixel', [322, 324, 328, 336, 352, 480, 834, 386, 1346, 1]);
    expect(oli).toEqual([CLEAR, CLEAR, SHADOW, CLEAR, THICK, THICK, THIN, MAYBE, CLEAR, CLEAR]);
  });

  it('goes by what the sample of a date holds, however small a part of the scene it covers', () => {
    const beside = new Array(10).fill(Number.NaN);
    expect(decode('qa_pixel', [23888, 21824], [21824, 23888, 21824, ...beside])).toEqual([SHADOW, CLEAR]);
    expect(decode('qa_pixel', [23888], beside)).toEqual([SHADOW]);
    expect(decode('fmask', [1, 4], [64, 96, 66, ...beside])).toEqual([THIN, THIN]);
  });

  it('does not take a few values that are none of its classes for another encoding', () => {
    const classes = [...new Array(400).fill(0), 1, 2, 3, 4, 255];
    expect(decode('fmask', [1, 2, 4], [...classes, 233])).toEqual([CLEAR, SHADOW, THICK]);
  });

  it('masks what is said with medium confidence only where the threshold is lowered', () => {
    const samples = Uint16Array.of(2752);
    const found = fromQualityBand(samples, chooseDecoder('qa_pixel', samples));
    const classOf = (cloudThreshold: number) =>
      classify(found, Uint8Array.of(1), { ...DEFAULT_SETTINGS, cloudThreshold })[0];
    const { cloudThreshold } = DEFAULT_SETTINGS;
    expect([classOf(cloudThreshold), classOf(cloudThreshold - 0.1)]).toEqual([0, 1]);
  });

  it('reads the bits of HLS Fmask', () => {
    // Clear and water over low aerosol; cloud, beside cloud, shadow, cirrus, snow; fill.
    const values = [64, 96, 66, 2, 4, 72, 65, 80, 255];
    expect(decode('fmask', values)).toEqual([CLEAR, CLEAR, THICK, THICK, THIN, SHADOW, THIN, CLEAR, CLEAR]);
  });

  it('reads Fmask, SCL and QA60', () => {
    expect(decode('fmask', [0, 1, 2, 3, 4, 255])).toEqual([CLEAR, CLEAR, SHADOW, CLEAR, THICK, CLEAR]);
    const scl = decode('scl', [0, 3, 4, 6, 8, 9, 10, 11]);
    expect(scl).toEqual([CLEAR, SHADOW, CLEAR, CLEAR, [89, 166, 0], THICK, THIN, CLEAR]);
    expect(decode('qa60', [0, 1024, 2048, 3072])).toEqual([CLEAR, THICK, THIN, THICK]);
  });

  it('splits a cloud probability into thin and thick', () => {
    for (const [thin, thick, percent] of decode('cloud_probability', [0, 20, 50, 90, 100]).map(
      ([a, b], i) => [a, b, [0, 20, 50, 90, 100][i]] as const,
    )) {
      expect(thin + thick).toBeCloseTo(2.55 * percent, -0.5);
      if (percent > 50) expect(thick).toBeGreaterThan(thin);
      if (percent > 0 && percent < 50) expect(thin).toBeGreaterThan(thick);
    }
    expect(decode('cloud_probability', [255])).toEqual([CLEAR]);
  });

  it('takes a cloud probability of fractions up to 1 for one of 0 to 1', () => {
    const [none, half, sure, fill] = decode('cloud_probability', [0, 0.5, 1, Number.NaN], [0, 0.02, 0.5, 1]);
    expect([none, sure, fill]).toEqual([CLEAR, THICK, CLEAR]);
    expect(half[0] + half[1]).toBeCloseTo(128, -0.5);
    // Percents that are no whole numbers.
    expect(decode('cloud_probability', [1], [0.02, 0.5, 1, 60])).not.toEqual([THICK]);
  });

  it('takes a cloud probability with values between 100 and 255 for one of 0 to 255', () => {
    const [none, half, sure] = decode('cloud_probability', [0, 128, 255], [0, 3, 90, 128, 255]);
    expect([none, sure]).toEqual([CLEAR, THICK]);
    expect(half[0] + half[1]).toBeCloseTo(128, -0.5);
    // Fill beside percents.
    expect(decode('cloud_probability', [100, 255], [0, 60, 100, 255, 255])).toEqual([THICK, CLEAR]);
  });
});
