import type { RegionScore } from '../events.ts';

/** Running sums from which the scores of one region follow; tiles may be added in any order. */
export interface Sums {
  pixels: number;
  /** Pixels x bands. */
  samples: number;
  squared: number;
  absolute: number;
  /** Sum of angles in degrees, over the pixels in which both spectra are not zero. */
  angle: number;
  angles: number;
  ssim: number;
  /** Sum of absolute differences of NDVI, over the pixels that have one. */
  ndvi: number;
  ndvis: number;
  /** Samples whose error lies within the interval that was told, of those for which one was told. */
  within: number;
  told: number;
}

export function emptySums(): Sums {
  return {
    pixels: 0,
    samples: 0,
    squared: 0,
    absolute: 0,
    angle: 0,
    angles: 0,
    ssim: 0,
    ndvi: 0,
    ndvis: 0,
    within: 0,
    told: 0,
  };
}

/** Positions of red and near infrared among the compared planes; null if one of them is missing. */
export type NdviBands = readonly [red: number, nir: number] | null;

/**
 * Normalised difference vegetation index of a pixel, -1..1 (Rouse et al. 1974). Negative reflectance counts as 0, and the
 * sum of both bands as no less than 0.0001, so that black pixels have an index of 0.
 */
function ndviAt(planes: readonly Float32Array[], [red, nir]: readonly [number, number], i: number) {
  const r = Math.max(0, planes[red][i]);
  const n = Math.max(0, planes[nir][i]);
  return (n - r) / Math.max(1e-4, n + r);
}

/**
 * Angle between two spectra in degrees (spectral angle mapper; Kruse et al. 1993); null if one is zero.
 * @param position Index of the pixel in every plane.
 */
export function spectralAngle(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  position: number,
): number | null {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let band = 0; band < a.length; band++) {
    const x = a[band][position];
    const y = b[band][position];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 || bb === 0) return null;
  return (Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(aa * bb)))) * 180) / Math.PI;
}

/**
 * Adds one pixel.
 * @param picture Planes of reflectance, one per compared band; `truth` likewise.
 * @param ssim SSIM at the pixel, mean over bands.
 * @param interval Half the width of the interval, in reflectance, in which the truth should lie; null if none was told.
 */
export function addPixelErrors(
  sums: Sums,
  picture: readonly Float32Array[],
  truth: readonly Float32Array[],
  position: number,
  ssim: number,
  ndvi: NdviBands = null,
  interval: number | null = null,
): void {
  sums.pixels++;
  sums.samples += picture.length;
  for (let band = 0; band < picture.length; band++) {
    const error = Math.abs(picture[band][position] - truth[band][position]);
    sums.squared += error * error;
    sums.absolute += error;
    if (interval !== null && error <= interval) sums.within++;
  }
  if (interval !== null) sums.told += picture.length;
  if (ndvi) {
    sums.ndvi += Math.abs(ndviAt(picture, ndvi, position) - ndviAt(truth, ndvi, position));
    sums.ndvis++;
  }
  const angle = spectralAngle(picture, truth, position);
  if (angle !== null) {
    sums.angle += angle;
    sums.angles++;
  }
  sums.ssim += ssim;
}

/**
 * Scores of a region: MAE = mean |e|, RMSE = sqrt(mean e²), PSNR = 20 log10(1 / RMSE) with peak 1 (Infinity
 * where nothing differs), SAM, SSIM and
 * the difference of NDVI as means over pixels. Values are not clipped. Null for an empty region.
 */
export function scoreOf(sums: Sums): RegionScore | null {
  if (sums.pixels === 0) return null;
  const rmse = Math.sqrt(sums.squared / sums.samples);
  return {
    pixels: sums.pixels,
    psnr: -20 * Math.log10(rmse),
    mae: sums.absolute / sums.samples,
    rmse,
    sam: sums.angles > 0 ? sums.angle / sums.angles : 0,
    ssim: sums.ssim / sums.pixels,
    ndvi: sums.ndvis > 0 ? sums.ndvi / sums.ndvis : null,
    coverage: sums.told > 0 ? sums.within / sums.told : null,
  };
}
