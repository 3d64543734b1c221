import type { Grid, Window } from '../scene.ts';
import { FIT_BLOCK, type FitSums, HEAD, SAMPLES_PER_PREDICTOR, solveOne, sumsLength } from './fit.ts';
import { addToJoin, createJoinSums } from './joined.ts';

/** Every so many rows and columns a pixel enters the sums. */
const STEP = 2;
/** Where Tukey's weight ends, in robust standard deviations: wide, as errors between seasons have long tails. */
const BIWEIGHT = 9;

/** @param partner and `counted`: see {@link FitSums}. */
export function createFitSums(
  grid: Grid,
  predictors: number,
  partner: readonly (number | null)[],
  counted: number,
): FitSums {
  return {
    columns: Math.ceil(grid.width / FIT_BLOCK),
    rows: Math.ceil(grid.height / FIT_BLOCK),
    predictors,
    targets: partner.length,
    partner,
    counted,
    blocks: new Map(),
    join: createJoinSums(),
  };
}

/**
 * Enters the pixels of a tile core that are usable on both dates.
 * @param date Bands of the date over the window, in reflectance; `target` those of the target, NaN where one that does not count has
 *   gaps: what is not measured teaches nothing about this band.
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
  const length = sumsLength(
    q,
    e,
    target.some((plane) => sites.some((i) => Number.isNaN(plane[i]))),
  );
  const x = new Float64Array(q).fill(1);
  for (let s = 0; s < sites.length; s++) {
    const i = sites[s];
    const w = weights.weight[s];
    const column = Math.floor((window.x + (i % window.width)) / FIT_BLOCK);
    const block = Math.floor((window.y + Math.floor(i / window.width)) / FIT_BLOCK) * columns + column;
    let entry = blocks.get(block);
    if (!entry || entry.length < length) {
      const longer = new Float64Array(length);
      longer.set(entry ?? []);
      entry = longer;
      blocks.set(block, entry);
    }
    entry[0] += w;
    entry[1] += w * weights.residual[s];
    entry[2] += w * weights.difference[s];
    entry[3]++;
    entry[4] += weights.residual[s];
    if (w === 0) continue;
    for (let a = 0; a < predictors; a++) x[a] = date[a][i];
    addProducts(entry, x, target, i, w);
  }
  if (weights.model) {
    addToJoin(sums.join, window, differences(sums, weights.model, date, target), usable);
  }
}

/** Of the target and the date in its radiometry, by band that counts. */
function differences(
  { predictors, targets: e, counted }: FitSums,
  model: Float64Array,
  date: readonly Float32Array[],
  target: readonly Float32Array[],
): Float32Array[] {
  return Array.from({ length: counted }, (_, b) =>
    target[b].map((value, i) => {
      let rest = value - model[predictors * e + b];
      for (let a = 0; a < predictors; a++) rest -= date[a][i] * model[a * e + b];
      return rest;
    }),
  );
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
  x: Float64Array,
  target: readonly Float32Array[],
  i: number,
  w: number,
): void {
  const q = x.length;
  const e = target.length;
  const cross = HEAD + q * q;
  addGram(to, HEAD, x, w);
  for (let b = 0; b < e; b++) {
    const value = target[b][i];
    if (Number.isNaN(value)) addGram(to, sumsLength(q, e, false) + b * q * q, x, w);
    else for (let a = 0; a < q; a++) to[cross + a * e + b] += w * x[a] * value;
  }
}

function addGram(to: Float64Array, at: number, x: Float64Array, w: number): void {
  const q = x.length;
  for (let a = 0; a < q; a++) {
    const wx = w * x[a];
    for (let b = 0; b < q; b++) to[at + a * q + b] += wx * x[b];
  }
}

/**
 * Weights of a tile's samples from their residuals to the tile's own regression, in two rounds. Residuals are means of
 * absolute values over the bands that count; `difference` is that of the dates as they are, `model` the tile's regression, null where
 * it has too few samples.
 */
function robustWeights(
  sums: FitSums,
  sites: Int32Array,
  date: readonly Float32Array[],
  target: readonly Float32Array[],
) {
  const { predictors, targets: e, partner, counted } = sums;
  const q = predictors + 1;
  const weight = new Float64Array(sites.length).fill(1);
  const residual = new Float64Array(sites.length);
  const difference = new Float64Array(sites.length);
  const x = new Float64Array(q).fill(1);
  let model: Float64Array | null = null;
  const rounds = sites.length >= q * SAMPLES_PER_PREDICTOR ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    const products = new Float64Array(sumsLength(q, e, true));
    sites.forEach((i, s) => {
      for (let a = 0; a < predictors; a++) x[a] = date[a][i];
      products[0] += weight[s];
      addProducts(products, x, target, i, weight[s]);
    });
    const solved = solveOne(sums, products);
    sites.forEach((i, s) => {
      for (let a = 0; a < predictors; a++) x[a] = date[a][i];
      let sum = 0;
      let raw = 0;
      for (let b = 0; b < counted; b++) {
        let value = -target[b][i];
        for (let a = 0; a < q; a++) value += x[a] * solved[a * e + b];
        sum += Math.abs(value);
        const other = partner[b];
        if (other !== null) raw += Math.abs(target[b][i] - x[other]);
      }
      residual[s] = sum / counted;
      difference[s] = raw / counted;
    });
    if (rounds === 1) break;
    model = solved;
    // 1.4826: from the median to the standard deviation of normal errors.
    const limit = Math.max(1e-4, BIWEIGHT * 1.4826 * median(residual));
    for (let s = 0; s < sites.length; s++) {
      const t = residual[s] / limit;
      weight[s] = t < 1 ? (1 - t * t) ** 2 : 0;
    }
  }
  return { weight, residual, difference, model };
}

export function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
}
