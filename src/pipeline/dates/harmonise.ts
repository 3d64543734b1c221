import { between } from '../linear.ts';
import type { Window } from '../scene.ts';
import { FIT_BLOCK, type Fit } from './fit.ts';

/**
 * The date in the target's radiometry, at some pixels of a window, and residual and error there: see {@link Fit}.
 *
 * @param sites Indices into the window, ascending.
 * @param values The date's bands at the sites, in reflectance.
 */
export function harmonise(
  fit: Fit,
  window: Window,
  sites: Int32Array,
  values: readonly Float32Array[],
): { planes: Float32Array[]; residual: Float32Array; error: Float32Array } {
  const { columns, rows, predictors, targets: e, blocks } = fit;
  const size = (predictors + 1) * e;
  const planes = Array.from({ length: e }, () => new Float32Array(sites.length));
  const residual = new Float32Array(sites.length);
  const error = new Float32Array(sites.length);
  const across = Array.from({ length: window.width }, (_, x) => between(window.x + x, FIT_BLOCK, columns));
  // Coefficients of the present row, at every block column; residual and error are kept behind them.
  const ofRow = Array.from({ length: columns }, () => new Float64Array(size + 2));
  let row = -1;
  for (let s = 0; s < sites.length; s++) {
    const y = Math.floor(sites[s] / window.width);
    if (y !== row) {
      row = y;
      const v = between(window.y + y, FIT_BLOCK, rows);
      for (let c = across[0].low; c <= across[window.width - 1].high; c++) {
        const [upper, lower] = [v.low * columns + c, v.high * columns + c];
        for (let k = 0; k < size; k++) {
          ofRow[c][k] = (1 - v.share) * blocks[upper][k] + v.share * blocks[lower][k];
        }
        ofRow[c][size] = (1 - v.share) * fit.residual[upper] + v.share * fit.residual[lower];
        ofRow[c][size + 1] = (1 - v.share) * fit.error[upper] + v.share * fit.error[lower];
      }
    }
    const { low, high, share } = across[sites[s] - y * window.width];
    const [left, right] = [ofRow[low], ofRow[high]];
    residual[s] = (1 - share) * left[size] + share * right[size];
    error[s] = (1 - share) * left[size + 1] + share * right[size + 1];
    for (let b = 0; b < e; b++) {
      const k = predictors * e + b;
      let one = left[k];
      let two = right[k];
      for (let a = 0; a < predictors; a++) {
        one += left[a * e + b] * values[a][s];
        two += right[a * e + b] * values[a][s];
      }
      planes[b][s] = (1 - share) * one + share * two;
    }
  }
  return { planes, residual, error };
}
