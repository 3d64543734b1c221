/** Pixels around a pixel that its SSIM looks at. */
export const SSIM_RADIUS = 5;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

const KERNEL = (() => {
  const raw = Float64Array.from({ length: 2 * SSIM_RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - SSIM_RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => value / sum);
})();

/** Gaussian mean of a product of two planes, cropped by the radius on every side. */
function blur(a: Float32Array, b: Float32Array | null, width: number, height: number): Float64Array {
  const inner = width - 2 * SSIM_RADIUS;
  const innerHeight = height - 2 * SSIM_RADIUS;
  const along = new Float64Array(inner * height);
  const line = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) line[x] = a[y * width + x] * (b ? b[y * width + x] : 1);
    for (let x = 0; x < inner; x++) {
      let sum = 0;
      for (let k = 0; k < KERNEL.length; k++) sum += KERNEL[k] * line[x + k];
      along[y * inner + x] = sum;
    }
  }
  const out = new Float64Array(inner * innerHeight);
  for (let k = 0; k < KERNEL.length; k++) {
    const weight = KERNEL[k];
    for (let i = 0; i < out.length; i++) out[i] += weight * along[i + k * inner];
  }
  return out;
}

/**
 * SSIM map of one band (Wang, Bovik, Sheikh and Simoncelli 2004): 11 x 11 Gaussian window of sigma 1.5, K1 0.01,
 * K2 0.03, range 1, population covariance.
 *
 * @param a Reflectance over a window with SSIM_RADIUS pixels of context on every side; `b` likewise.
 * @returns The map without the context.
 */
export function ssimMap(a: Float32Array, b: Float32Array, width: number, height: number): Float64Array {
  const meanA = blur(a, null, width, height);
  const meanB = blur(b, null, width, height);
  const squareA = blur(a, a, width, height);
  const squareB = blur(b, b, width, height);
  const product = blur(a, b, width, height);
  return meanA.map((ma, i) => {
    const mb = meanB[i];
    const va = squareA[i] - ma * ma;
    const vb = squareB[i] - mb * mb;
    const covariance = product[i] - ma * mb;
    return ((2 * ma * mb + C1) * (2 * covariance + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2));
  });
}
