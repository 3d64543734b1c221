import { addTo, solvePositive, sumsAround } from '../linear.ts';
import { solveJoin } from './joined.ts';

/** Side of the blocks of the regression, in pixels of the target's grid. */
export const FIT_BLOCK = 256;
/** Weight of the whole scene in each block's regression, in samples. */
const SCENE_SAMPLES = 2000;
/** Ridge towards the identity, per sample and in all: no more than what keeps bands that say the same from being told apart. */
const RIDGE = 1e-7;
const RIDGE_ALWAYS = 0.005;
/** Samples per predictor that a regression on several bands needs. */
export const SAMPLES_PER_PREDICTOR = 20;

/**
 * Error in reflectance to be expected of a date that nothing compares with the target: that of other dates copied as they are (row
 * "copy" of the generator's card; `python -m unclouded_training.evaluate --parts dates`). It gives way to the residual, which is too
 * small where it is of few samples.
 */
const UNMATCHED_ERROR = 0.05;
const RESIDUAL_SAMPLES = 200;

/** What the regressions of all blocks are solved from. */
export interface FitSums {
  readonly columns: number;
  readonly rows: number;
  /** Bands of the date, and of the target. */
  readonly predictors: number;
  readonly targets: number;
  /** Per band of the target the date's band of the same role, null if it has none. */
  readonly partner: readonly (number | null)[];
  /** Bands of the target that count for residuals and differences: the first so many. (Others may be in other units.) */
  readonly counted: number;
  /** By block: see {@link sumsLength}. */
  readonly blocks: Map<number, Float64Array>;
  /** See `joined.ts`. */
  readonly join: Float64Array;
}

/**
 * Sum of weights, of weighted residuals, of weighted raw differences; samples and their residuals, those that changed as well; then
 * x x' and x y', x ending in a 1. Where bands of the target have gaps, also x x' of the pixels that each of them lacks, band by band.
 */
export const HEAD = 5;
export const sumsLength = (q: number, e: number, gaps: boolean) =>
  HEAD + q * q + q * e + (gaps ? e * q * q : 0);

/** Coefficients (q * e, predictor by predictor, the constant last) from sums of one block or several. */
export function solveOne({ predictors, targets: e, partner }: FitSums, sums: Float64Array): Float64Array {
  const q = predictors + 1;
  const out = new Float64Array(q * e);
  partner.forEach((other, b) => {
    const gram = sums.slice(HEAD, HEAD + q * q);
    const lacking = sums.subarray(sumsLength(q, e, false) + b * q * q);
    if (lacking.length > 0) for (let k = 0; k < gram.length; k++) gram[k] -= lacking[k];
    const cross = Float64Array.from({ length: q }, (_, a) => sums[HEAD + q * q + a * e + b]);
    solveBand(gram, cross, other).forEach((coefficient, a) => {
      out[a * e + b] = coefficient;
    });
  });
  return out;
}

/** @param other See {@link FitSums.partner}. */
function solveBand(gram: Float64Array, cross: Float64Array, other: number | null): Float64Array {
  const q = cross.length;
  const last = q - 1;
  const at = (a: number, b: number) => gram[a * q + b];
  const weight = at(last, last);
  const strength = RIDGE * weight + RIDGE_ALWAYS;
  if (weight >= q * SAMPLES_PER_PREDICTOR) {
    for (let a = 0; a < q; a++) gram[a * q + a] += strength;
    if (other !== null) cross[other] += strength;
    return solvePositive(gram, cross, q, 1);
  }
  // Gain and offset.
  const out = new Float64Array(q);
  if (other === null) {
    out[last] = weight > 0 ? cross[last] / weight : 0;
    return out;
  }
  const own = Float64Array.of(
    at(other, other) + strength,
    at(other, last),
    at(last, other),
    weight + strength,
  );
  [out[other], out[last]] = solvePositive(own, Float64Array.of(cross[other] + strength, cross[last]), 2, 1);
  return out;
}

/**
 * What brings another date to the radiometry of the target: a linear regression of every band of the target on all bands of
 * the date (and a constant), over pixels that are clear on both. It is local (blocks of 256 x 256 pixels on the
 * target's grid, each with its neighbours, interpolated between centres, so that no border shows) and robust (pixels that
 * changed between the dates lose their weight: Tukey's biweight). Where a block has few pixels the whole scene decides;
 * where that has few, gain and offset per band; where there are none, the date is taken as it is.
 */
export interface Fit {
  readonly columns: number;
  readonly rows: number;
  readonly predictors: number;
  readonly targets: number;
  /** q * e coefficients per block, predictor by predictor, the constant last. */
  readonly blocks: readonly Float64Array[];
  /**
   * Mean absolute residual in reflectance per block, where there are samples enough to tell: what the dates differ by where the ground
   * has not changed.
   */
  readonly residual: Float32Array;
  /** The same of all samples, those that changed as well: the error to be expected of what is taken from the date. */
  readonly error: Float32Array;
  /** Share of that error which is left once the date is joined to what is clear around a gap, by distance: see `leftAt`. */
  readonly left: readonly number[];
  readonly scene: {
    /** The same of the whole scene. */
    readonly residual: number;
    /** Mean absolute residual in reflectance as it was measured, pixels that changed between the dates left aside; null without samples. */
    readonly measured: number | null;
    /** Mean absolute difference of the dates as they are. */
    readonly difference: number;
    readonly samples: number;
  };
  /** Means over the samples, per band of the date and of those of the target that count. */
  readonly means: { readonly date: readonly number[]; readonly target: readonly number[] };
}

/** Solves the regression of every block, with its neighbours and a little of the whole scene. */
export function solveFit(sums: FitSums): Fit {
  const { columns, rows, predictors, targets: e, counted, blocks } = sums;
  const q = predictors + 1;
  const scene = new Float64Array(sumsLength(q, e, true));
  for (const entry of blocks.values()) addTo(scene, entry);
  const mean = (sum: number) => (scene[0] > 0 ? sum / scene[0] : 0);
  const residual = new Float32Array(columns * rows);
  const error = new Float32Array(columns * rows);
  const models = Array.from({ length: columns * rows }, (_, block) => {
    const local = sumsAround(sums, block, scene.length);
    const share = Math.min(1, SCENE_SAMPLES / Math.max(1, scene[0]));
    addTo(local, scene, share);
    residual[block] = residualOf(local[0], local[1]);
    error[block] = residualOf(local[3], local[4]);
    return solveOne(sums, local);
  });
  return {
    columns,
    rows,
    predictors,
    targets: e,
    blocks: models,
    residual,
    error,
    left: solveJoin(sums.join),
    scene: {
      residual: residualOf(scene[0], scene[1]),
      measured: scene[0] > 0 ? mean(scene[1]) : null,
      difference: mean(scene[2]),
      samples: scene[0],
    },
    means: {
      date: Array.from({ length: predictors }, (_, a) => mean(scene[HEAD + a * q + predictors])),
      target: Array.from({ length: counted }, (_, b) => mean(scene[HEAD + q * q + predictors * e + b])),
    },
  };
}

/** Mean of the residuals of some samples, given their sum; few say little. */
function residualOf(samples: number, residuals: number): number {
  const lacking = Math.max(0, RESIDUAL_SAMPLES - samples);
  return (residuals + lacking * UNMATCHED_ERROR) / (samples + lacking);
}
