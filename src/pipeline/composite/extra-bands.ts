import { addTo, between, solvePositive, sumsAround } from '../linear.ts';
import type { Grid, Window } from '../scene.ts';

/**
 * Bands that the networks do not see follow those that they see:
 *
 *     extra = fill(extra) + sum over b of slope_b * (repaired_b - fill(canonical_b))
 *
 * `fill` is the smooth fill from clear pixels, so that the result joins its surroundings without a step, and the slopes
 * carry the texture of the repaired bands over. This equals a linear regression whose residuals are inpainted.
 * Slopes come from clear pixels, per block of 256 x 256 pixels on the scene's own grid, and are interpolated between
 * block centres: neither block nor tile borders show.
 */
export interface Regression {
  readonly columns: number;
  readonly rows: number;
  /** Number of predictors (canonical bands in the scene) and of extra bands. */
  readonly predictors: number;
  readonly extras: number;
  /** Sums over clear pixels by block: see `sumsLength`. After them, the least value of each extra band. */
  readonly blocks: Map<number, Float64Array>;
}

const BLOCK = 256;
/** Every so many rows and columns a pixel enters the sums. */
const STEP = 2;
/** Weight of the whole scene in each block's regression, in samples: where a block has few, the scene decides. */
const SCENE_SAMPLES = 500;
/** Ridge, as a share of the predictors' mean variance: bands that vary together share the slope. */
const RIDGE = 1e-3;
/** Least ridge, as a share of the predictors' mean square: over ground that is all the same, rounding is all the variance there is. */
const LEAST_RIDGE = 1e-9;

export function createRegression(grid: Grid, predictors: number, extras: number): Regression {
  return {
    columns: Math.ceil(grid.width / BLOCK),
    rows: Math.ceil(grid.height / BLOCK),
    predictors,
    extras,
    blocks: new Map(),
  };
}

/** Sums of one extra band, over the clear pixels at which it was measured: count, x (P), y, x x' (P * P), x y' (P). */
const bandSums = (p: number) => 2 + p + p * p + p;
/** Those of all extra bands, one after another. */
const sumsLength = (p: number, e: number) => e * bandSums(p);

/** Enters the clear pixels of a window. @param extra NaN where a band was not measured: that says nothing about this band. */
export function addToRegression(
  regression: Regression,
  window: Window,
  canonical: readonly Float32Array[],
  extra: readonly Float32Array[],
  clear: Uint8Array,
): void {
  const { predictors: p, extras: e, columns, blocks } = regression;
  const firstX = window.x % STEP === 0 ? 0 : STEP - (window.x % STEP);
  const firstY = window.y % STEP === 0 ? 0 : STEP - (window.y % STEP);
  const xs = new Float64Array(p);
  for (let y = firstY; y < window.height; y += STEP) {
    const blockRow = Math.floor((window.y + y) / BLOCK) * columns;
    for (let x = firstX; x < window.width; x += STEP) {
      const i = y * window.width + x;
      if (!clear[i]) continue;
      const block = blockRow + Math.floor((window.x + x) / BLOCK);
      let sums = blocks.get(block);
      if (!sums) {
        sums = new Float64Array(sumsLength(p, e) + e).fill(Number.POSITIVE_INFINITY, sumsLength(p, e));
        blocks.set(block, sums);
      }
      for (let a = 0; a < p; a++) xs[a] = canonical[a][i];
      for (let b = 0; b < e; b++) {
        const y = extra[b][i];
        if (Number.isNaN(y)) continue;
        addPixel(sums, b * bandSums(p), xs, y);
        const least = sumsLength(p, e) + b;
        sums[least] = Math.min(sums[least], y);
      }
    }
  }
}

function addPixel(sums: Float64Array, at: number, xs: Float64Array, y: number): void {
  const p = xs.length;
  const xx = at + 2 + p;
  const xy = xx + p * p;
  sums[at]++;
  sums[at + 1 + p] += y;
  for (let a = 0; a < p; a++) {
    sums[at + 1 + a] += xs[a];
    for (let b = 0; b < p; b++) sums[xx + a * p + b] += xs[a] * xs[b];
    sums[xy + a] += xs[a] * y;
  }
}

/** Enters sums over clear pixels that were gathered elsewhere. */
export function mergeRegression(regression: Regression, blocks: ReadonlyMap<number, Float64Array>): void {
  const length = sumsLength(regression.predictors, regression.extras);
  for (const [block, sums] of blocks) {
    const known = regression.blocks.get(block);
    if (!known) {
      regression.blocks.set(block, sums.slice());
      continue;
    }
    addTo(known, sums.subarray(0, length));
    for (let i = length; i < sums.length; i++) known[i] = Math.min(known[i], sums[i]);
  }
}

/** The least clear value of each extra band, of those that entered; Infinity where there is none. */
export function leastOf({ predictors, extras, blocks }: Regression): number[] {
  const length = sumsLength(predictors, extras);
  const least = new Array<number>(extras).fill(Number.POSITIVE_INFINITY);
  for (const sums of blocks.values()) {
    for (let b = 0; b < extras; b++) least[b] = Math.min(least[b], sums[length + b]);
  }
  return least;
}

/** Of one extra band, sums of products about the mean: x x' (P * P), then x y' (P). */
function centred(sums: Float64Array, p: number): Float64Array {
  const n = Math.max(1, sums[0]);
  const out = sums.slice(2 + p);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < p; b++) out[a * p + b] -= (sums[1 + a] * sums[1 + b]) / n;
    out[p * p + a] -= (sums[1 + a] * sums[1 + p]) / n;
  }
  return out;
}

/** Slopes (P * E, predictor by predictor) at every block centre. */
export interface Slopes {
  readonly columns: number;
  readonly rows: number;
  readonly predictors: number;
  readonly extras: number;
  readonly blocks: readonly Float64Array[];
}

/** Solves the regression of each block over its 3 x 3 neighbourhood, with the whole scene as the prior. */
export function solveRegression(regression: Regression): Slopes {
  const { predictors: p, extras: e, columns, rows, blocks } = regression;
  const scene = new Float64Array(sumsLength(p, e));
  for (const sums of blocks.values()) addTo(scene, sums.subarray(0, scene.length));
  const slopes = Array.from({ length: columns * rows }, (_, block) => {
    const local = sumsAround(regression, block, scene.length);
    const out = new Float64Array(p * e);
    for (let b = 0; b < e; b++) {
      const of = (sums: Float64Array) => sums.subarray(b * bandSums(p), (b + 1) * bandSums(p));
      solveBand(of(local), of(scene), p).forEach((slope, a) => {
        out[a * e + b] = slope;
      });
    }
    return out;
  });
  return { columns, rows, predictors: p, extras: e, blocks: slopes };
}

function solveBand(local: Float64Array, scene: Float64Array, p: number): Float64Array {
  const share = SCENE_SAMPLES / Math.max(1, scene[0]);
  const products = centred(local, p);
  const prior = centred(scene, p);
  for (let i = 0; i < products.length; i++) products[i] += prior[i] * share;
  let trace = 0;
  let squares = 0;
  for (let a = 0; a < p; a++) {
    trace += products[a * p + a];
    const square = 2 + p + a * p + a;
    squares += local[square] + share * scene[square];
  }
  const ridge = Math.max((RIDGE * trace) / p, (LEAST_RIDGE * squares) / p, 1e-12);
  for (let a = 0; a < p; a++) products[a * p + a] += ridge;
  return solvePositive(products.subarray(0, p * p), products.subarray(p * p), p, 1);
}

/**
 * Repaired extra bands over a tile core.
 *
 * @param repaired Repaired canonical bands that the scene has, over the core, in reflectance.
 * @param filledCanonical Their smooth fill, and that of the extra bands, over the core.
 * @param wanted Only pixels with a non-zero value here are computed; the others are 0.
 */
export function followBands(
  slopes: Slopes,
  core: Window,
  repaired: readonly Float32Array[],
  filledCanonical: readonly Float32Array[],
  filledExtra: readonly Float32Array[],
  wanted: ArrayLike<number>,
): Float32Array[] {
  const { columns, rows, predictors, extras, blocks } = slopes;
  const out = filledExtra.map((plane) => new Float32Array(plane.length));
  const across = Array.from({ length: core.width }, (_, x) => between(core.x + x, BLOCK, columns));
  for (let y = 0; y < core.height; y++) {
    const v = between(core.y + y, BLOCK, rows);
    for (let x = 0; x < core.width; x++) {
      const i = y * core.width + x;
      if (!wanted[i]) continue;
      const u = across[x];
      const corners = [
        [blocks[v.low * columns + u.low], (1 - v.share) * (1 - u.share)],
        [blocks[v.low * columns + u.high], (1 - v.share) * u.share],
        [blocks[v.high * columns + u.low], v.share * (1 - u.share)],
        [blocks[v.high * columns + u.high], v.share * u.share],
      ] as const;
      for (let c = 0; c < extras; c++) {
        let value = filledExtra[c][i];
        for (let b = 0; b < predictors; b++) {
          let slope = 0;
          for (const [block, weight] of corners) slope += weight * block[b * extras + c];
          value += slope * (repaired[b][i] - filledCanonical[b][i]);
        }
        out[c][i] = value;
      }
    }
  }
  return out;
}
