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
