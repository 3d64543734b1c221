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
export function looksLikeCollection2(value: number): boolean {
  const confidences = field(value, 8) > 0 && field(value, 10) > 0 && field(value, 12) > 0;
  return confidences && bit(value, 6) === !(bit(value, 1) || bit(value, 3));
}

/**
 * Which of the three encodings the values of a Landsat quality band are in, by majority. What is not Collection 2
 * and has one of the two highest bits set is older than the collections, as Collection 1 uses 13 bits only.
 */
export function landsatDecoder(sample: ArrayLike<number>): QualityDecoder {
  let [collection2, older, collection1] = [0, 0, 0];
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] <= 1) continue;
    if (looksLikeCollection2(sample[i])) collection2++;
    else if (sample[i] >= 1 << 14) older++;
    else collection1++;
  }
  if (collection2 > older + collection1) return qaPixelCollection2;
  return older > collection1 ? qaPreCollection : qaPixelCollection1;
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
  return sample.some((value) => value > 4 && value !== 255) ? hlsFmask : cfmask;
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

/** Cloud probability p in percent: thick p², thin p(1 - p), so that their sum is p and thick leads above one half. */
const cloudProbability: QualityDecoder = (value) => {
  if (!(value > 0 && value <= 100)) return CLEAR;
  const p = value / 100;
  return [255 * p * (1 - p), 255 * p * p, 0];
};

/**
 * The decoder of a quality band.
 * @param sample Values of the band from all over the scene, to tell encodings apart.
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
      return cloudProbability;
  }
}
