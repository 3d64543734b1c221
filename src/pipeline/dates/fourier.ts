/** A square picture of complex numbers, `side * side`, row by row; `side` is a power of two. */
export interface FrequencyPlane {
  readonly side: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Discrete Fourier transform of a real square picture (radix 2; Cooley and Tukey 1965). */
export function transform(picture: ArrayLike<number>, side: number): FrequencyPlane {
  const spectrum = { side, re: Float64Array.from(picture), im: new Float64Array(side * side) };
  for (let y = 0; y < side; y++) alongLine(spectrum, y * side, 1);
  for (let x = 0; x < side; x++) alongLine(spectrum, x, side);
  return spectrum;
}

/** Transforms `side` values from `start` on, `step` apart, in place. */
function alongLine({ side, re, im }: FrequencyPlane, start: number, step: number): void {
  for (let i = 1, j = 0; i < side; i++) {
    let bit = side >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [a, b] = [start + i * step, start + j * step];
    [re[a], re[b]] = [re[b], re[a]];
    [im[a], im[b]] = [im[b], im[a]];
  }
  for (let length = 2; length <= side; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / length;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let block = k; block < side; block += length) {
        const a = start + block * step;
        const b = a + half * step;
        const u = re[b] * c - im[b] * s;
        const v = re[b] * s + im[b] * c;
        re[b] = re[a] - u;
        im[b] = im[a] - v;
        re[a] += u;
        im[a] += v;
      }
    }
  }
}

/** Frequency of a row or column of a spectrum in cycles per pixel, -0.5 to 0.5. */
export function frequency(index: number, side: number): number {
  return (index < side / 2 ? index : index - side) / side;
}
