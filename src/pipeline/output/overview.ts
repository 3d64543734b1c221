import type { Samples } from '../scene.ts';

/** How four samples become one: their mean, the upper left one, or whether any of them is not 0. */
export type Reduction = 'average' | 'nearest' | 'any';

export interface ReductionOptions {
  readonly method: Reduction;
  /** Left out of averages; the result where there is nothing else. */
  readonly nodata: number | null;
  /** 0 where a pixel is left out of averages; null if all count. */
  readonly valid: Samples | null;
}

/**
 * A plane at half the size: pixel (x, y) stands for the pixels (2x, 2y) to (2x + 1, 2y + 1), as far as the plane
 * reaches; odd sizes are rounded up. Averages are rounded as GDAL does, halves away from zero; an average of valid samples
 * never becomes the no-data value.
 */
export function halve(
  plane: Samples,
  width: number,
  height: number,
  { method, nodata, valid }: ReductionOptions,
): Samples {
  const columns = Math.ceil(width / 2);
  const rows = Math.ceil(height / 2);
  const out = emptyLike(plane, columns * rows);
  for (let y = 0; y < rows; y++) {
    const from = 2 * y * width;
    const to = out.subarray(y * columns, (y + 1) * columns);
    // Where a row or column is missing, the one beside it counts twice, which leaves the mean as it is.
    const below = 2 * y + 1 < height ? width : 0;
    if (method === 'nearest') pickRow(plane, from, to);
    else if (method === 'any') anyRow(plane, from, below, width, to);
    else if (nodata === null && valid === null && isInteger(plane)) meanRow(plane, from, below, width, to);
    else validMeanRow(plane, from, below, width, to, nodata, valid);
  }
  return out;
}

/** A plane of the same sample type. */
export function emptyLike<T extends Samples>(samples: T, length: number): T {
  return new (samples.constructor as new (length: number) => T)(length);
}

function isInteger(samples: Samples): boolean {
  return !(samples instanceof Float32Array || samples instanceof Float64Array);
}

function pickRow(plane: Samples, from: number, to: Samples): void {
  for (let x = 0; x < to.length; x++) to[x] = plane[from + 2 * x];
}

function anyRow(plane: Samples, from: number, below: number, width: number, to: Samples): void {
  for (let x = 0; x < to.length; x++) {
    const i = from + 2 * x;
    const right = 2 * x + 1 < width ? 1 : 0;
    to[x] = plane[i] || plane[i + right] || plane[i + below] || plane[i + below + right] ? 1 : 0;
  }
}

function meanRow(plane: Samples, from: number, below: number, width: number, to: Samples): void {
  const pairs = width >> 1;
  for (let x = 0; x < pairs; x++) {
    const i = from + 2 * x;
    to[x] = rounded((plane[i] + plane[i + 1] + plane[i + below] + plane[i + below + 1]) / 4);
  }
  if (pairs < to.length) {
    const i = from + 2 * pairs;
    to[pairs] = rounded((plane[i] + plane[i + below]) / 2);
  }
}

function validMeanRow(
  plane: Samples,
  from: number,
  below: number,
  width: number,
  to: Samples,
  nodata: number | null,
  valid: Samples | null,
): void {
  const integer = isInteger(plane);
  for (let x = 0; x < to.length; x++) {
    const i = from + 2 * x;
    const right = 2 * x + 1 < width ? 1 : 0;
    let sum = 0;
    let count = 0;
    for (let k = 0; k < 4; k++) {
      const at = i + (k & 1 ? right : 0) + (k & 2 ? below : 0);
      const value = plane[at];
      if (value === nodata || Number.isNaN(value) || (valid !== null && valid[at] === 0)) continue;
      sum += value;
      count++;
    }
    if (count === 0) {
      to[x] = nodata ?? plane[i];
    } else {
      to[x] = integer ? rounded(sum / count) : sum / count;
      if (to[x] === nodata) to[x] = besides(nodata, integer);
    }
  }
}

/** What an array of integers, which cuts off fractions, turns into the nearest integer, halves away from zero. */
function rounded(mean: number): number {
  return mean < 0 ? mean - 0.5 : mean + 0.5;
}

/** A value next to `nodata`. An integer type's largest value is no mean of others, so the next one exists. */
function besides(nodata: number, integer: boolean): number {
  if (integer) return nodata + 1;
  return nodata === 0 ? 2 ** -126 : nodata * (1 + 2 ** -22);
}
