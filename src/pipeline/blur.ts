/**
 * Blurs of planes [height * width]. Beyond a plane is nothing: values near its edges lose, and so do weights that are blurred alike, so that
 * their quotient is the mean of what is known (normalised convolution, Knutsson and Westin 1993).
 */

type Plane = Float32Array | Float64Array;

/** Blurs planes of a size in place: means over `2 radius + 1` pixels along rows, then along columns, `times` over, with running sums. */
export function boxBlur(width: number, height: number, radius: number, times: number) {
  const part = 1 / (2 * radius + 1);
  // A row, and the plane after its rows, with nothing around them.
  const row = new Float64Array(width + 2 * radius);
  const rows = new Float64Array(width * (height + 2 * radius));
  const ahead = 2 * radius * width;
  const sums = new Float64Array(width);
  return <P extends Plane>(plane: P): P => {
    for (let time = 0; time < times; time++) {
      for (let start = 0, to = radius * width; start < plane.length; start += width) {
        row.set(plane.subarray(start, start + width), radius);
        let sum = 0;
        for (let x = 0; x < 2 * radius; x++) sum += row[x];
        for (let x = 0; x < width; x++, to++) {
          sum += row[x + 2 * radius];
          rows[to] = sum * part;
          sum -= row[x];
        }
      }
      sums.fill(0);
      for (let i = 0; i < ahead; i++) sums[i % width] += rows[i];
      for (let start = 0; start < plane.length; start += width) {
        for (let x = 0, i = start; x < width; x++, i++) {
          const sum = sums[x] + rows[i + ahead];
          plane[i] = sum * part;
          sums[x] = sum - rows[i];
        }
      }
    }
    return plane;
  };
}

/** Weights [2 radius + 1] of a Gaussian of standard deviation `sigma`; their sum is 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => value / sum);
}

/** The plane convolved with a kernel [2 radius + 1] along rows and along columns. */
export function convolve(plane: Plane, width: number, kernel: Float64Array): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const along = new Float64Array(plane.length);
  for (let start = 0; start < plane.length; start += width) {
    for (let k = -radius; k <= radius; k++) {
      const weight = kernel[k + radius];
      const last = Math.min(width, width - k);
      for (let x = Math.max(0, -k); x < last; x++) along[start + x] += weight * plane[start + x + k];
    }
  }
  const out = new Float64Array(plane.length);
  for (let k = -radius; k <= radius; k++) {
    const weight = kernel[k + radius];
    const step = k * width;
    const last = Math.min(plane.length, plane.length - step);
    for (let i = Math.max(0, -step); i < last; i++) out[i] += weight * along[i + step];
  }
  return out;
}
