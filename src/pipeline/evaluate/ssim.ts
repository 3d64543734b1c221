import { convolve, gaussianKernel } from '../blur.ts';

/** Pixels around a pixel that its SSIM looks at. */
export const SSIM_RADIUS = 5;
const KERNEL = gaussianKernel(1.5, SSIM_RADIUS);
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * SSIM map of one band (Wang, Bovik, Sheikh and Simoncelli 2004): 11 x 11 Gaussian window of sigma 1.5, K1 0.01,
 * K2 0.03, range 1, population covariance.
 *
 * @param a Reflectance over a window with SSIM_RADIUS pixels of context on every side; `b` likewise.
 * @returns The map without the context.
 */
export function ssimMap(a: Float32Array, b: Float32Array, width: number, height: number): Float64Array {
  const mean = (plane: Float64Array) => convolve(plane, width, KERNEL);
  const [meanA, meanB] = [a, b].map((plane) => mean(Float64Array.from(plane)));
  const squareA = mean(product(a, a));
  const squareB = mean(product(b, b));
  const mixed = mean(product(a, b));
  const map = new Float64Array((width - 2 * SSIM_RADIUS) * (height - 2 * SSIM_RADIUS));
  for (let y = SSIM_RADIUS, to = 0; y < height - SSIM_RADIUS; y++) {
    for (let x = SSIM_RADIUS; x < width - SSIM_RADIUS; x++, to++) {
      const i = y * width + x;
      const [ma, mb] = [meanA[i], meanB[i]];
      const va = squareA[i] - ma * ma;
      const vb = squareB[i] - mb * mb;
      const covariance = mixed[i] - ma * mb;
      map[to] = ((2 * ma * mb + C1) * (2 * covariance + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2));
    }
  }
  return map;
}

/** Pixel by pixel, in double precision. */
function product(a: Float32Array, b: Float32Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  return out;
}
