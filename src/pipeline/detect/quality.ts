import { DEFAULT_SETTINGS } from '../events.ts';
import type { CloudRole, Samples } from '../scene.ts';

/** Probabilities in 1/255: what one value of a quality band says about thin cloud, thick cloud and shadow. */
export type QualityDecoder = (value: number) => readonly [thin: number, thick: number, shadow: number];

/** Said with confidence. */
const SURE = 255;
/** Said with medium confidence: below the default thresholds, within reach of somewhat lower ones. */
export const MEDIUM = Math.floor(
  SURE * (Math.min(DEFAULT_SETTINGS.cloudThreshold, DEFAULT_SETTINGS.shadowThreshold) - 0.05),
);
const CLEAR = [0, 0, 0] as const;
const THIN = [SURE, 0, 0] as const;
const THICK = [0, SURE, 0] as const;
const SHADOW = [0, 0, SURE] as const;

const field = (value: number, bit: number) => (value >> bit) & 3;
const bit = (value: number, position: number) => ((value >> position) & 1) === 1;

/**
 * Landsat Collection 2 QA_PIXEL (USGS LSDS-1619): bit 0 fill, 1 dilated cloud, 2 cirrus, 3 cloud, 4 shadow, 6 clear,
 * confidences (0 none, 1 low, 2 medium, 3 high) of cloud 8-9, shadow 10-11, snow 12-13, cirrus 14-15.
 */
const qaPixelCollection2: QualityDecoder = (value) => {
  if (bit(value, 0)) return CLEAR;
  if (bit(value, 3) || field(value, 8) === 3) return THICK;
  if (bit(value, 1) || bit(value, 2) || field(value, 14) === 3) return THIN;
  if (bit(value, 4) || field(value, 10) === 3) return SHADOW;
  return [field(value, 8) === 2 ? MEDIUM : 0, 0, field(value, 10) === 2 ? MEDIUM : 0];
};

/**
 * Landsat Collection 1 BQA: bit 0 fill, 4 cloud, confidences of cloud 5-6, shadow 7-8, snow 9-10, cirrus 11-12
 * (cirrus on OLI only).
 */
const qaPixelCollection1: QualityDecoder = (value) => {
  if (bit(value, 0)) return CLEAR;
  if (bit(value, 4) || field(value, 5) === 3) return THICK;
  if (field(value, 11) === 3) return THIN;
  if (field(value, 7) === 3) return SHADOW;
  const thin = field(value, 5) === 2 || field(value, 11) === 2;
  return [thin ? MEDIUM : 0, 0, field(value, 7) === 2 ? MEDIUM : 0];
};

/**
 * Landsat Collection 1 pixel_qa, of surface reflectance: bit 0 fill, 1 clear, 2 water, 3 shadow, 4 snow, 5 cloud, confidences
 * of cloud 6-7, cirrus 8-9 (OLI only).
 */
const pixelQa: QualityDecoder = (value) => {
  if (bit(value, 0)) return CLEAR;
  if (bit(value, 5) || field(value, 6) === 3) return THICK;
  if (field(value, 8) === 3) return THIN;
  if (bit(value, 3)) return SHADOW;
  return field(value, 6) === 2 ? [MEDIUM, 0, 0] : CLEAR;
};

/**
 * Landsat 8 BQA before the collections (until 2016): bit 0 fill, confidences (0 none, 1 no, 2 maybe, 3 yes) of
 * water 4-5, snow 10-11, cirrus 12-13, cloud 14-15. It knows no shadow.
 */
const qaPreCollection: QualityDecoder = (value) => {
  if (bit(value, 0)) return CLEAR;
  if (field(value, 14) === 3) return THICK;
  if (field(value, 12) === 3) return THIN;
  return field(value, 14) === 2 || field(value, 12) === 2 ? [MEDIUM, 0, 0] : CLEAR;
};

/**
 * Could `value` be Collection 2? There, a pixel that is not fill has a confidence of cloud, of shadow and of snow of
 * at least "low", and the clear bit (6) is set exactly if neither cloud nor dilated cloud is. The common values of
 * the older encodings fail: Collection 1 has 2720 (OLI) or 672 (TM, ETM+) for clear and 6816 for cirrus; before the
 * collections, clear was 20480.
 */
function looksLikeCollection2(value: number): boolean {
  const confidences = field(value, 8) > 0 && field(value, 10) > 0 && field(value, 12) > 0;
  return confidences && bit(value, 6) === !(bit(value, 1) || bit(value, 3));
}

/** Could `value` be pixel_qa? A pixel is clear exactly if it is nothing else; cirrus (OLI only) has low or high confidence. */
function looksLikePixelQa(value: number): boolean {
  const known = value < 1 << 11 && field(value, 6) > 0 && field(value, 8) !== 2;
  return known && bit(value, 1) === (field(value, 2) === 0 && field(value, 4) === 0);
}

/**
 * Which of the encodings the values of a Landsat quality band are in, by majority; fill does not count. Of the others, what
 * has one of the two highest bits set is older than the collections, as Collection 1 uses 13 bits only.
 */
function landsatDecoder(sample: ArrayLike<number>): QualityDecoder {
  const counts = new Map(
    [qaPixelCollection2, pixelQa, qaPreCollection, qaPixelCollection1].map((d) => [d, 0]),
  );
  for (let i = 0; i < sample.length; i++) {
    const value = sample[i];
    if (!(value > 1)) continue;
    const decoder = encodingOf(value);
    counts.set(decoder, (counts.get(decoder) ?? 0) + 1);
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

function encodingOf(value: number): QualityDecoder {
  if (looksLikeCollection2(value)) return qaPixelCollection2;
  if (looksLikePixelQa(value)) return pixelQa;
  return value >= 1 << 14 ? qaPreCollection : qaPixelCollection1;
}

/** CFMask / Fmask: 0 land, 1 water, 2 shadow, 3 snow, 4 cloud, 255 fill. */
const cfmask: QualityDecoder = (value) => (value === 4 ? THICK : value === 2 ? SHADOW : CLEAR);

/**
 * Fmask of Harmonized Landsat Sentinel-2 (HLS user guide): bit 0 cirrus, 1 cloud, 2 beside cloud or shadow, 3 shadow, 4 snow,
 * 5 water, 6-7 aerosol; 255 fill.
 */
const hlsFmask: QualityDecoder = (value) => {
  if (value === 255) return CLEAR;
  if (bit(value, 1)) return THICK;
  if (bit(value, 3)) return SHADOW;
  return bit(value, 0) || bit(value, 2) ? THIN : CLEAR;
};

/** Classes end at 4; of bits, those for water and aerosol are set almost everywhere. */
function fmaskDecoder(sample: Samples): QualityDecoder {
  return shareBetween(sample, 4, 255) > 0.01 ? hlsFmask : cfmask;
}

/** Share of the finite values that lie between two, 0..1. */
function shareBetween(sample: Samples, low: number, high: number): number {
  let [between, all] = [0, 0];
  for (const value of sample) {
    if (!Number.isFinite(value)) continue;
    all++;
    if (value > low && value < high) between++;
  }
  return all > 0 ? between / all : 0;
}

/** Sentinel-2 scene classification: 3 shadow, 8 and 9 cloud of medium and high probability, 10 thin cirrus. */
const scl: QualityDecoder = (value) => {
  if (value === 9) return THICK;
  if (value === 8) return [89, 166, 0];
  if (value === 10) return THIN;
  return value === 3 ? SHADOW : CLEAR;
};

/** Sentinel-2 QA60: bit 10 opaque cloud, bit 11 cirrus; it knows no shadow. */
const qa60: QualityDecoder = (value) => (bit(value, 10) ? THICK : bit(value, 11) ? THIN : CLEAR);

/**
 * Cloud probability p: thick p², thin p(1 - p), so that their sum is p and thick leads above one half. In percent; from 0 to 255
 * (CLP of Sentinel Hub), where 255 beside percents is fill; or from 0 to 1 (s2cloudless), where all that is not a fraction is 0 or 1.
 */
function cloudProbability(sample: Samples): QualityDecoder {
  const isFraction = shareBetween(sample, 0, 1) > 0.001 && shareBetween(sample, 1, 255) === 0;
  const certain = isFraction ? 1 : shareBetween(sample, 100, 255) > 0.001 ? 255 : 100;
  return (value) => {
    if (!(value > 0 && value <= certain)) return CLEAR;
    const p = value / certain;
    return [255 * p * (1 - p), 255 * p * p, 0];
  };
}

/**
 * The decoder of a quality band.
 * @param sample Values of pixels from all over the scene, not interpolated, to tell encodings apart; NaN does not count.
 */
export function chooseDecoder(role: CloudRole, sample: Samples): QualityDecoder {
  switch (role) {
    case 'qa_pixel':
      return landsatDecoder(sample);
    case 'fmask':
      return fmaskDecoder(sample);
    case 'scl':
      return scl;
    case 'qa60':
      return qa60;
    case 'cloud_probability':
      return cloudProbability(sample);
  }
}
