import { squaredDistance } from '../distance.ts';
import type { Window } from '../scene.ts';
import type { Fit } from './fit.ts';
import { harmonise } from './harmonise.ts';
import { JOIN_REACH, leftAt } from './joined.ts';
import { solvePoisson } from './poisson.ts';
import { ABSENT, KNOWN, poissonGrids, UNKNOWN } from './poisson-grids.ts';

/** What is known over a window of the target's grid. */
export interface CloneInput {
  readonly window: Window;
  /** 1 where the target is clear: its values hold there. */
  readonly known: Uint8Array;
  /** 1 where the target is to be filled. */
  readonly gap: Uint8Array;
  /** The date that each pixel takes, from 1 on; 0 for none. */
  readonly choice: Uint8Array;
  readonly usable: readonly Uint8Array[];
  readonly fits: readonly Fit[];
  /** Sides of the window, in the order left, top, right, bottom, beyond which the gap may go on. */
  readonly open: readonly [boolean, boolean, boolean, boolean];
}

/** The gap's pixels, filled. */
export interface Cloned {
  /** Indices into the window, ascending: pixels of the gap that some date sees. */
  readonly sites: Int32Array;
  /** Reflectance at the sites, one plane per band of the target. */
  readonly planes: readonly Float32Array[];
  /** Expected absolute error in reflectance at the sites. */
  readonly error: Float32Array;
  /** 1 where date and target disagree beyond noise: the ground has changed since. */
  readonly changed: Uint8Array;
}

/**
 * Pixels of some bands over the window of the input: those of the target, or of a date. In reflectance; NaN where one of the target's extra
 * bands was not measured.
 */
export type Planes = readonly Float32Array[];

/** How often a clear pixel at the rim counts: what is cloned beside it follows its noise, so that no step is seen. */
const HOLD = 5;

/** Disagreement in reflectance, and as a multiple of the residual that the dates have everywhere, that means change. */
const CHANGE = 0.03;
const CHANGE_TIMES_RESIDUAL = 2.5;
/** Expected error where the ground has changed, over what shows of the change: inside the gap there may be more. */
const CHANGED_ERROR = 1.5;

/**
 * Has the ground changed where dates disagree by `found`, which do by `usual` elsewhere? Both in reflectance.
 * @returns the error to be expected then, null if it has not
 */
export function errorOfChange(found: number, usual: number): number | null {
  return found > Math.max(CHANGE, CHANGE_TIMES_RESIDUAL * usual) ? CHANGED_ERROR * found : null;
}

/**
 * Fills a gap from other dates: their gradients, joined to what is clear around it (seamless cloning). Where two dates
 * meet, no step is left either.
 *
 * @param read The predictors of a date (0, 1, ...) over the window: one date at a time, as all of them may be gigabytes.
 * @param bands Bands of the target that count for the error: the first so many.
 * @returns null if no date sees any of the gap.
 */
export async function cloneGap(
  input: CloneInput,
  target: Planes,
  read: (date: number) => Promise<Planes>,
  bands: number,
  hold = HOLD,
): Promise<Cloned | null> {
  const { window, fits } = input;
  const { kind, unknown } = kindsOf(input);
  if (unknown === 0) return null;
  const reference = await referenceOf(input, kind, read);
  const grids = poissonGrids(kind, window.width, window.height, hold);
  const sites = sitesOf(kind, (value) => value === UNKNOWN);
  const plane = new Float32Array(kind.length);
  const disagreement = new Float32Array(kind.length);
  const planes = target.map((wanted, b) => {
    const own = reference.planes[b];
    plane.fill(0);
    for (let i = 0; i < kind.length; i++) {
      if (kind[i] !== KNOWN) continue;
      // A known pixel beyond which nothing is known, or where this band has a gap, ties the correction to nought.
      plane[i] = input.known[i] && !Number.isNaN(wanted[i]) ? wanted[i] - own[i] : 0;
      if (b < bands) disagreement[i] += Math.abs(plane[i]) / bands;
    }
    solvePoisson(grids, plane, reference.sources(b));
    return Float32Array.from(sites, (i) => own[i] + plane[i]);
  });
  solvePoisson(grids, disagreement);
  const isRim = kind.map((value, i) => (value === KNOWN ? input.known[i] : 0));
  const isSite = kind.map((value) => (value === UNKNOWN ? 1 : 0));
  const fromRim = squaredDistance(isRim, window.width, window.height, JOIN_REACH, isSite);
  const error = new Float32Array(sites.length);
  const changed = new Uint8Array(sites.length);
  sites.forEach((i, s) => {
    const found = Math.max(disagreement[i], reference.spread[i]);
    const usual = reference.error[i];
    const change = errorOfChange(found, reference.residual[i]);
    if (change !== null) changed[s] = 1;
    const left = leftAt(fits[input.choice[i] - 1].left, Math.sqrt(fromRim[i]));
    error[s] = left * Math.max(usual, 0.5 * (usual + found), change ?? 0);
  });
  return { sites, planes, error, changed };
}

function sitesOf(kind: Uint8Array, wanted: (value: number) => boolean): Int32Array {
  const sites: number[] = [];
  for (let i = 0; i < kind.length; i++) if (wanted(kind[i])) sites.push(i);
  return Int32Array.from(sites);
}

/** Unknown: gap that a date sees. Known: clear pixels right beside it that a date sees, and the gap at open sides. */
function kindsOf({ window, known, gap, choice, open }: CloneInput) {
  const { width, height } = window;
  const kind = new Uint8Array(known.length);
  let unknown = 0;
  for (let i = 0; i < kind.length; i++) {
    if (!gap[i] || choice[i] === 0) continue;
    kind[i] = UNKNOWN;
    unknown++;
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (kind[i] === UNKNOWN) {
        const cut =
          (open[0] && x === 0) ||
          (open[1] && y === 0) ||
          (open[2] && x === width - 1) ||
          (open[3] && y === height - 1);
        if (cut) kind[i] = KNOWN;
      } else if (known[i] && choice[i] > 0) {
        const beside =
          (x > 0 && kind[i - 1] === UNKNOWN) ||
          (x < width - 1 && gap[i + 1] && choice[i + 1] > 0) ||
          (y > 0 && kind[i - width] === UNKNOWN) ||
          (y < height - 1 && gap[i + width] && choice[i + width] > 0);
        if (beside) kind[i] = KNOWN;
      }
    }
  }
  return { kind, unknown };
}

/**
 * The dates in the target's radiometry, put together as chosen, at the pixels that take part. A date may be read twice: for what is taken
 * from it; then, when this is known of all dates, for what it says of the others.
 */
async function referenceOf(
  { window, choice, usable, fits }: CloneInput,
  kind: Uint8Array,
  read: (date: number) => Promise<Planes>,
) {
  const bands = fits[0].targets;
  const planes = Array.from({ length: bands }, () => new Float32Array(kind.length));
  const residual = new Float32Array(kind.length);
  const error = new Float32Array(kind.length);
  const spread = new Float32Array(kind.length);
  const parts = sitesOf(kind, (value) => value !== ABSENT);
  const matched = async (d: number, sites: Int32Array) => {
    if (sites.length === 0) return { planes: [], residual: new Float32Array(0), error: new Float32Array(0) };
    const gathered = (await read(d)).map((plane) => Float32Array.from(sites, (i) => plane[i]));
    return harmonise(fits[d], window, sites, gathered);
  };
  for (const d of fits.keys()) {
    const sites = parts.filter((i) => usable[d][i] !== 0 && choice[i] === d + 1);
    const taken = await matched(d, sites);
    taken.planes.forEach((plane, b) => {
      sites.forEach((i, s) => {
        planes[b][i] = plane[s];
      });
    });
    sites.forEach((i, s) => {
      residual[i] = taken.residual[s];
      error[i] = taken.error[s];
    });
  }
  // Beside a pixel that takes another date, the step between the dates is not cloned: see `seamSources`.
  const seams = fits.length > 1 ? seamsOf(kind, choice, window.width) : [];
  const across = acrossSeams(seams, choice, fits.length);
  for (const d of fits.keys()) {
    const sites = parts.filter((i) => usable[d][i] !== 0 && choice[i] !== d + 1);
    const other = await matched(d, sites);
    sites.forEach((i, s) => {
      let sum = 0;
      for (let b = 0; b < bands; b++) sum += Math.abs(other.planes[b][s] - planes[b][i]);
      spread[i] = Math.max(spread[i], sum / bands);
      if (across[d].has(i))
        across[d].set(
          i,
          Float32Array.from(other.planes, (plane) => plane[s]),
        );
    });
  }
  const sources = (b: number) => {
    if (seams.length === 0) return undefined;
    const at = (date: number, i: number) => across[date - 1].get(i)?.[b] ?? null;
    return seamSources(kind, choice, planes[b], seams, at);
  };
  return { planes, residual, error, spread, sources };
}

/** By date: the pixels across a seam from one that takes it, where what it says is wanted too; null before it is known. */
function acrossSeams(
  seams: readonly (readonly [number, number])[],
  choice: Uint8Array,
  dates: number,
): Map<number, Float32Array | null>[] {
  const across = Array.from({ length: dates }, () => new Map<number, Float32Array | null>());
  for (const [p, q] of seams) {
    across[choice[p] - 1].set(q, null);
    across[choice[q] - 1].set(p, null);
  }
  return across;
}

/** Pairs of neighbours that take different dates, one of them unknown at least. */
function seamsOf(kind: Uint8Array, choice: Uint8Array, width: number): [number, number][] {
  const seams: [number, number][] = [];
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] === ABSENT) continue;
    const right = (i + 1) % width === 0 ? -1 : i + 1;
    for (const q of [right, i + width]) {
      if (q < 0 || q >= kind.length || kind[q] === ABSENT || choice[q] === choice[i]) continue;
      if (kind[i] === UNKNOWN || kind[q] === UNKNOWN) seams.push([i, q]);
    }
  }
  return seams;
}

/**
 * Sources that put the gradient of one date across a seam in place of the step between two: that of either date which
 * sees both pixels, none if no date does.
 * @param at A date's value at a pixel, null where it does not see it.
 */
function seamSources(
  kind: Uint8Array,
  choice: Uint8Array,
  reference: Float32Array,
  seams: readonly (readonly [number, number])[],
  at: (date: number, i: number) => number | null,
): Float32Array {
  const sources = new Float32Array(kind.length);
  for (const [p, q] of seams) {
    const [first, second] = [at(choice[p], q), at(choice[q], p)];
    const gradient = first !== null ? first - reference[p] : second !== null ? reference[q] - second : 0;
    // u_q - u_p has to be the wanted gradient less the step of the reference.
    const step = reference[q] - reference[p] - gradient;
    if (kind[p] === UNKNOWN) sources[p] += step;
    if (kind[q] === UNKNOWN) sources[q] -= step;
  }
  return sources;
}
