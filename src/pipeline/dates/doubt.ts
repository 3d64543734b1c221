import { squaredDistance } from '../distance.ts';
import { type Grid, MASK_CLASS, type Window } from '../scene.ts';
import type { Fit } from './fit.ts';
import { harmonise } from './harmonise.ts';

/**
 * Bright roofs and bare ground pass for cloud in the eyes of a detector that sees one date. Where the target is clear, it can be
 * checked what a date's flags are worth: cloud is brighter than the ground that the target shows there (the
 * multi-temporal test of Hagolle et al. 2010), shadow darker. Where such flags prove wrong almost everywhere, they are not believed
 * under the target's clouds either, where nothing can be checked; near ones that proved right they always are.
 */
export interface FlagChecks {
  readonly columns: number;
  readonly rows: number;
  /** Per MASK_CLASS of the date. */
  readonly classes: readonly FlagTally[];
  /** Per cell, over all classes: flagged pixels that were checked, and those that proved right. */
  readonly checked: Float32Array;
  readonly right: Float32Array;
}

interface FlagTally {
  checked: number;
  right: number;
  /** Sum of differences in reflectance in the direction of the class. */
  excess: number;
  readonly cells: Set<number>;
}

/** What is not believed of a date's mask. */
export interface Doubts {
  readonly columns: number;
  /** By MASK_CLASS: flags of this class are wrong almost everywhere. */
  readonly classes: readonly boolean[];
  /** 1 in cells near which flags proved right. */
  readonly believed: Uint8Array;
  /** Share of the checked pixels that the target shows to be clear, over the classes that are not believed. */
  readonly wrong: number;
}

const CELL = 16;
/** Flags are judged by at least so many pixels, in so many cells. */
const LEAST_CHECKED = 200;
const LEAST_CELLS = 8;
/** No class is doubted of whose flags more than this share proved right, or that is brighter (darker) than this on average. */
const MOST_RIGHT = 0.1;
const MOST_EXCESS = 0.02;
/**
 * Cells around a cell that speak for it, near and far: among the flags within any of these distances, this share (and so many pixels)
 * has to be right for all flags in the cell to be believed.
 */
const NEAR = [2, 4, 8];
const RIGHT_NEARBY = 0.1;
const LEAST_RIGHT = 8;
/** A difference of this much, of so many times the residual, and of this share of the target is no noise. */
const DIFFERENCE = 0.03;
const TIMES_RESIDUAL = 2.5;
const SHARE_OF_TARGET = 0.1;
/** Bands of visible light come first. */
const VISIBLE = 3;

export function createChecks({ width, height }: Grid): FlagChecks {
  const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
  return {
    columns,
    rows,
    classes: [0, 1, 2, 3].map(() => ({ checked: 0, right: 0, excess: 0, cells: new Set() })),
    checked: new Float32Array(columns * rows),
    right: new Float32Array(columns * rows),
  };
}

/**
 * Checks a date's flags over a tile core.
 * @param flags What was found on the date where the target is clear, 0 elsewhere; the margin of the mask, which is ground more often
 *   than not, does not count.
 * @param date Bands of the date, `target` those of the target, in reflectance.
 */
export function checkFlags(
  checks: FlagChecks,
  window: Window,
  flags: Uint8Array,
  fit: Fit,
  date: readonly Float32Array[],
  target: readonly Float32Array[],
): void {
  const found: number[] = [];
  flags.forEach((flag, i) => {
    if (flag !== 0) found.push(i);
  });
  if (found.length === 0) return;
  const sites = Int32Array.from(found);
  const gathered = date.map((plane) => Float32Array.from(sites, (i) => plane[i]));
  const { planes, residual } = harmonise(fit, window, sites, gathered);
  const bands = Math.min(VISIBLE, target.length);
  sites.forEach((i, s) => {
    let [excess, level] = [0, 0];
    for (let b = 0; b < bands; b++) {
      excess += (planes[b][s] - target[b][i]) / bands;
      level += target[b][i] / bands;
    }
    if (flags[i] === MASK_CLASS.shadow) excess = -excess;
    const limit = Math.max(DIFFERENCE, TIMES_RESIDUAL * residual[s]) + SHARE_OF_TARGET * level;
    const column = Math.floor((window.x + (i % window.width)) / CELL);
    const cell = Math.floor((window.y + Math.floor(i / window.width)) / CELL) * checks.columns + column;
    const tally = checks.classes[flags[i]];
    tally.checked++;
    tally.excess += excess;
    tally.cells.add(cell);
    checks.checked[cell]++;
    if (excess <= limit) return;
    tally.right++;
    checks.right[cell]++;
  });
}

/** @returns null if all flags are to be believed */
export function doubtsOf({ columns, rows, classes, checked, right }: FlagChecks): Doubts | null {
  // Thick cloud that hides wholly under the target's clouds would do most harm, and ground rarely passes for it.
  const doubted = classes.map(
    (tally, flag) =>
      flag !== MASK_CLASS.thick &&
      tally.checked >= LEAST_CHECKED &&
      tally.cells.size >= LEAST_CELLS &&
      tally.right <= MOST_RIGHT * tally.checked &&
      tally.excess <= MOST_EXCESS * tally.checked,
  );
  if (!doubted.includes(true)) return null;
  const believed = new Uint8Array(columns * rows);
  const sumAround = (of: Float32Array, cell: number, reach: number) => {
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    let sum = 0;
    for (let v = Math.max(0, row - reach); v <= Math.min(rows - 1, row + reach); v++) {
      for (let u = Math.max(0, column - reach); u <= Math.min(columns - 1, column + reach); u++) {
        sum += of[v * columns + u];
      }
    }
    return sum;
  };
  for (let cell = 0; cell < believed.length; cell++) {
    const speaks = NEAR.some((reach) => {
      const proved = sumAround(right, cell, reach);
      return proved >= LEAST_RIGHT && proved > RIGHT_NEARBY * sumAround(checked, cell, reach);
    });
    if (speaks) believed[cell] = 1;
  }
  const told = classes.filter((_, flag) => doubted[flag]);
  const sum = (of: 'checked' | 'right') => told.reduce((total, tally) => total + tally[of], 0);
  return { columns, classes: doubted, believed, wrong: 1 - sum('right') / sum('checked') };
}

/**
 * 1 where a date shows the ground after all: what is flagged there is not believed, and no believed flag lies within `reach` pixels.
 * @param flags What was found on the date, see `flagsIn`.
 */
export function clearDespite(doubts: Doubts, window: Window, flags: Uint8Array, reach: number): Uint8Array {
  const kept = new Uint8Array(flags.length);
  for (let y = 0, i = 0; y < window.height; y++) {
    const row = Math.floor((window.y + y) / CELL) * doubts.columns;
    for (let x = 0; x < window.width; x++, i++) {
      const flag = flags[i];
      if (flag === MASK_CLASS.clear || flag === MASK_CLASS.nodata) continue;
      const believed = doubts.believed[row + Math.floor((window.x + x) / CELL)];
      if (believed || !doubts.classes[flag]) kept[i] = 1;
    }
  }
  const squared = squaredDistance(kept, window.width, window.height, reach);
  return flags.map((flag, i) => (flag !== MASK_CLASS.nodata && squared[i] === Infinity ? 1 : 0));
}
