/** Solves `A X = B` for symmetric positive definite A (P * P) and B (P * E) by Cholesky's method. */
export function solvePositive(a: Float64Array, b: Float64Array, p: number, e: number): Float64Array {
  const l = a.slice();
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < p; i++) l[i * p + j] -= l[i * p + k] * l[j * p + k];
    const pivot = Math.sqrt(l[j * p + j]);
    for (let i = j; i < p; i++) l[i * p + j] /= pivot;
  }
  const x = b.slice();
  for (let c = 0; c < e; c++) {
    for (let i = 0; i < p; i++) {
      for (let k = 0; k < i; k++) x[i * e + c] -= l[i * p + k] * x[k * e + c];
      x[i * e + c] /= l[i * p + i];
    }
    for (let i = p - 1; i >= 0; i--) {
      for (let k = i + 1; k < p; k++) x[i * e + c] -= l[k * p + i] * x[k * e + c];
      x[i * e + c] /= l[i * p + i];
    }
  }
  return x;
}

/** Between the centres of which two of `count` blocks of a side a pixel lies, and how far towards the second one. */
export function between(
  position: number,
  side: number,
  count: number,
): { readonly low: number; readonly high: number; readonly share: number } {
  const at = Math.min(count - 1, Math.max(0, (position + 0.5) / side - 0.5));
  const low = Math.min(Math.floor(at), Math.max(0, count - 2));
  return { low, high: Math.min(count - 1, low + 1), share: at - low };
}

/** Adds numbers, times `factor`, one by one; there may be fewer of them. */
export function addTo(into: Float64Array, numbers: Float64Array, factor = 1): void {
  for (let i = 0; i < numbers.length; i++) into[i] += factor * numbers[i];
}

/** Sums by block of a lattice, of blocks that have any. */
export interface BlockSums {
  readonly columns: number;
  readonly rows: number;
  readonly blocks: ReadonlyMap<number, Float64Array>;
}

/** The first `length` sums over a block and its neighbours, 3 x 3. */
export function sumsAround(
  { columns, rows, blocks }: BlockSums,
  block: number,
  length: number,
): Float64Array {
  const total = new Float64Array(length);
  const column = block % columns;
  const row = (block - column) / columns;
  for (let v = Math.max(0, row - 1); v <= Math.min(rows - 1, row + 1); v++) {
    for (let u = Math.max(0, column - 1); u <= Math.min(columns - 1, column + 1); u++) {
      const sums = blocks.get(v * columns + u);
      if (sums) addTo(total, sums.subarray(0, length));
    }
  }
  return total;
}
