import { between, solvePositive } from '../linear.ts';
import type { Grid, Window } from '../scene.ts';

/**
 * Brings another date to the radiometry of the target: a linear regression of every band of the target on all bands of
 * the date (and a constant), over pixels that are clear on both. It is local (blocks of 256 x 256 pixels on the
 * target's grid, each with its neighbours, interpolated between centres, so that no border shows) and robust (pixels that
 * changed between the dates lose their weight: Tukey's biweight). Where a block has few pixels the whole scene decides;
 * where that has few, gain and offset per band; where there are none, the date is taken as it is.
 */
export interface FitSums {
  readonly columns: number;
  readonly rows: number;
  /** Bands of the date, and of the target. */
  readonly predictors: number;
  readonly targets: number;
  /** Per band of the target the date's band of the same role, null if it has none. */
  readonly partner: readonly (number | null)[];
  /** By block: see {@link sumsLength}. */
  readonly blocks: Map<number, Float64Array>;
}

export const BLOCK = 256;
/** Every so many rows and columns a pixel enters the sums. */
const STEP = 2;
/** Weight of the whole scene in each block's regression, in samples. */
const SCENE_SAMPLES = 2000;
/** Ridge towards the identity, per sample and in all: no more than what keeps bands that say the same from being told apart. */
const RIDGE = 1e-7;
const RIDGE_ALWAYS = 0.005;
/** Samples per predictor that a regression on several bands needs. */
const SAMPLES_PER_PREDICTOR = 20;
/** Where Tukey's weight ends, in robust standard deviations: wide, as errors between seasons have long tails. */
const BIWEIGHT = 9;

export function createFitSums(grid: Grid, predictors: number, partner: readonly (number | null)[]): FitSums {
  return {
    columns: Math.ceil(grid.width / BLOCK),
    rows: Math.ceil(grid.height / BLOCK),
    predictors,
    targets: partner.length,
    partner,
    blocks: new Map(),
  };
}

/** Sum of weights, of weighted residuals, of weighted raw differences; then x x' and x y', x ending in a 1. */
const HEAD = 3;
const sumsLength = (q: number, e: number) => HEAD + q * q + q * e;

/**
 * Enters the pixels of a tile core that are usable on both dates.
 * @param date Bands of the date over the window, in reflectance; `target` those of the target.
 */
export function addToFit(
  sums: FitSums,
  window: Window,
  date: readonly Float32Array[],
  target: readonly Float32Array[],
  usable: Uint8Array,
): void {
  const { predictors, targets: e, columns, blocks } = sums;
  const q = predictors + 1;
  const sites = sampled(window, usable);
  const weights = robustWeights(sums, sites, date, target);
  const x = new Float64Array(q).fill(1);
  for (let s = 0; s < sites.length; s++) {
    const i = sites[s];
    const w = weights.weight[s];
    if (w === 0) continue;
    const column = Math.floor((window.x + (i % window.width)) / BLOCK);
    const block = Math.floor((window.y + Math.floor(i / window.width)) / BLOCK) * columns + column;
    let entry = blocks.get(block);
    if (!entry) {
      entry = new Float64Array(sumsLength(q, e));
      blocks.set(block, entry);
    }
    entry[0] += w;
    entry[1] += w * weights.residual[s];
    entry[2] += w * weights.difference[s];
    for (let a = 0; a < predictors; a++) x[a] = date[a][i];
    addProducts(entry, HEAD, x, target, i, w);
  }
}

/** Pixels of the window that lie on the sampling lattice and are usable. */
function sampled(window: Window, usable: Uint8Array): Int32Array {
  const sites: number[] = [];
  for (let y = (STEP - (window.y % STEP)) % STEP; y < window.height; y += STEP) {
    for (let x = (STEP - (window.x % STEP)) % STEP; x < window.width; x += STEP) {
      if (usable[y * window.width + x]) sites.push(y * window.width + x);
    }
  }
  return Int32Array.from(sites);
}

function addProducts(
  to: Float64Array,
  at: number,
  x: Float64Array,
  target: readonly Float32Array[],
  i: number,
  w: number,
): void {
  const q = x.length;
  const e = target.length;
  const cross = at + q * q;
  for (let a = 0; a < q; a++) {
    const wx = w * x[a];
    for (let b = 0; b < q; b++) to[at + a * q + b] += wx * x[b];
    for (let b = 0; b < e; b++) to[cross + a * e + b] += wx * target[b][i];
  }
}

/**
 * Weights of a tile's samples from their residuals to the tile's own regression, in two rounds. Residuals are means of
 * absolute values over the bands; `difference` is that of the dates as they are.
 */
function robustWeights(
  sums: FitSums,
  sites: Int32Array,
  date: readonly Float32Array[],
  target: readonly Float32Array[],
) {
  const { predictors, targets: e, partner } = sums;
  const q = predictors + 1;
  const weight = new Float64Array(sites.length).fill(1);
  const residual = new Float64Array(sites.length);
  const difference = new Float64Array(sites.length);
  const x = new Float64Array(q).fill(1);
  const rounds = sites.length >= q * SAMPLES_PER_PREDICTOR ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    const products = new Float64Array(sumsLength(q, e));
    sites.forEach((i, s) => {
      for (let a = 0; a < predictors; a++) x[a] = date[a][i];
      products[0] += weight[s];
      addProducts(products, HEAD, x, target, i, weight[s]);
    });
    const model = solveOne(sums, products);
    sites.forEach((i, s) => {
      for (let a = 0; a < predictors; a++) x[a] = date[a][i];
      let sum = 0;
      let raw = 0;
      for (let b = 0; b < e; b++) {
        let value = -target[b][i];
        for (let a = 0; a < q; a++) value += x[a] * model[a * e + b];
        sum += Math.abs(value);
        const other = partner[b];
        if (other !== null) raw += Math.abs(target[b][i] - x[other]);
      }
      residual[s] = sum / e;
      difference[s] = raw / e;
    });
    if (rounds === 1) break;
    // 1.4826: from the median to the standard deviation of normal errors.
    const limit = Math.max(1e-4, BIWEIGHT * 1.4826 * median(residual));
    for (let s = 0; s < sites.length; s++) {
      const t = residual[s] / limit;
      weight[s] = t < 1 ? (1 - t * t) ** 2 : 0;
    }
  }
  return { weight, residual, difference };
}

export function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
}

/** Coefficients (q * e, predictor by predictor, the constant last) from sums of one block or several. */
function solveOne({ predictors, targets: e, partner }: FitSums, sums: Float64Array): Float64Array {
  const q = predictors + 1;
  const strength = RIDGE * sums[0] + RIDGE_ALWAYS;
  if (sums[0] >= q * SAMPLES_PER_PREDICTOR) {
    const gram = sums.slice(HEAD, HEAD + q * q);
    const cross = sums.slice(HEAD + q * q);
    for (let a = 0; a < q; a++) gram[a * q + a] += strength;
    partner.forEach((other, b) => {
      if (other !== null) cross[other * e + b] += strength;
    });
    return solvePositive(gram, cross, q, e);
  }
  // Gain and offset per band.
  const out = new Float64Array(q * e);
  const at = (a: number, b: number) => sums[HEAD + a * q + b];
  partner.forEach((other, b) => {
    if (other === null) {
      out[predictors * e + b] = sums[0] > 0 ? sums[HEAD + q * q + predictors * e + b] / sums[0] : 0;
      return;
    }
    const gram = Float64Array.of(
      at(other, other) + strength,
      at(other, predictors),
      at(predictors, other),
      at(predictors, predictors) + strength,
    );
    const right = Float64Array.of(
      sums[HEAD + q * q + other * e + b] + strength,
      sums[HEAD + q * q + predictors * e + b],
    );
    const [gain, offset] = solvePositive(gram, right, 2, 1);
    out[other * e + b] = gain;
    out[predictors * e + b] = offset;
  });
  return out;
}

/** The date in the target's radiometry, as coefficients at the centre of every block. */
export interface Fit {
  readonly columns: number;
  readonly rows: number;
  readonly predictors: number;
  readonly targets: number;
  /** q * e coefficients per block, predictor by predictor, the constant last. */
  readonly blocks: readonly Float64Array[];
  /** Mean absolute residual in reflectance per block, that of the scene where a block has no pixel. */
  readonly residual: Float32Array;
  /** Of the whole scene: the same, the mean absolute difference of the dates as they are, and samples. */
  readonly scene: { readonly residual: number; readonly difference: number; readonly samples: number };
  /** Means over the samples, per band of the date and of the target. */
  readonly means: { readonly date: readonly number[]; readonly target: readonly number[] };
}

export function solveFit(sums: FitSums): Fit {
  const { columns, rows, predictors, targets: e, blocks } = sums;
  const q = predictors + 1;
  const scene = new Float64Array(sumsLength(q, e));
  for (const entry of blocks.values()) add(scene, entry, 1);
  const mean = (sum: number) => (scene[0] > 0 ? sum / scene[0] : 0);
  const residual = new Float32Array(columns * rows);
  const models = Array.from({ length: columns * rows }, (_, block) => {
    const local = new Float64Array(sumsLength(q, e));
    const column = block % columns;
    const row = (block - column) / columns;
    for (let v = Math.max(0, row - 1); v <= Math.min(rows - 1, row + 1); v++) {
      for (let u = Math.max(0, column - 1); u <= Math.min(columns - 1, column + 1); u++) {
        add(local, blocks.get(v * columns + u), 1);
      }
    }
    const share = Math.min(1, SCENE_SAMPLES / Math.max(1, scene[0]));
    add(local, scene, share);
    residual[block] = local[0] > 0 ? local[1] / local[0] : 0;
    return solveOne(sums, local);
  });
  return {
    columns,
    rows,
    predictors,
    targets: e,
    blocks: models,
    residual,
    scene: { residual: mean(scene[1]), difference: mean(scene[2]), samples: scene[0] },
    means: {
      date: Array.from({ length: predictors }, (_, a) => mean(scene[HEAD + a * q + predictors])),
      target: Array.from({ length: e }, (_, b) => mean(scene[HEAD + q * q + predictors * e + b])),
    },
  };
}

function add(into: Float64Array, sums: Float64Array | undefined, factor: number): void {
  if (sums) for (let i = 0; i < into.length; i++) into[i] += factor * sums[i];
}

/**
 * The date in the target's radiometry, at some pixels of a window, and the residual to be expected there.
 *
 * @param sites Indices into the window, ascending.
 * @param values The date's bands at the sites, in reflectance.
 */
export function harmonise(
  fit: Fit,
  window: Window,
  sites: Int32Array,
  values: readonly Float32Array[],
): { planes: Float32Array[]; residual: Float32Array } {
  const { columns, rows, predictors, targets: e, blocks } = fit;
  const size = (predictors + 1) * e;
  const planes = Array.from({ length: e }, () => new Float32Array(sites.length));
  const residual = new Float32Array(sites.length);
  const across = Array.from({ length: window.width }, (_, x) => between(window.x + x, BLOCK, columns));
  // Coefficients of the present row, at every block column; their residual is kept behind them.
  const ofRow = Array.from({ length: columns }, () => new Float64Array(size + 1));
  let row = -1;
  for (let s = 0; s < sites.length; s++) {
    const y = Math.floor(sites[s] / window.width);
    if (y !== row) {
      row = y;
      const v = between(window.y + y, BLOCK, rows);
      for (let c = across[0].low; c <= across[window.width - 1].high; c++) {
        const [upper, lower] = [v.low * columns + c, v.high * columns + c];
        for (let k = 0; k < size; k++) {
          ofRow[c][k] = (1 - v.share) * blocks[upper][k] + v.share * blocks[lower][k];
        }
        ofRow[c][size] = (1 - v.share) * fit.residual[upper] + v.share * fit.residual[lower];
      }
    }
    const { low, high, share } = across[sites[s] - y * window.width];
    const [left, right] = [ofRow[low], ofRow[high]];
    residual[s] = (1 - share) * left[size] + share * right[size];
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
  return { planes, residual };
}
