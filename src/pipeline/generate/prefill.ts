/**
 * The pre-fill: smooth inpainting of cloudy pixels from clear ones, from coarse to fine. Training uses the same
 * definition (`training/unclouded_training/inpaint.py`); a fixture ties the two together.
 *
 * Pull: a cell is the mean of its 2 x 2 children, weighted by the clear pixels that they rest on. Push: a missing cell
 * takes the bilinear interpolation of the coarser level, then `SWEEPS` Jacobi sweeps smooth the missing cells
 * (a truncated cascadic multigrid solution of Laplace's equation; Bornemann and Deuflhard 1996). From level 4 on, a cell
 * that rests on few pixels is missing in part (pull-push with weights; Gortler et al. 1996).
 */
const SWEEPS = 6;
/** Levels of the pyramid that a tile computes itself: the coarsest has cells of 16 x 16 pixels. */
export const FILL_LEVELS = 4;
export const COARSE_CELL = 1 << FILL_LEVELS;
/** A pixel is clear, and may be filled from, below this sum of the probabilities of thin, thick and shadow. */
export const CLEAR_LIMIT = 0.3;
/** The same in a scene without any such pixel: the fill rests on what is likelier clear than not. */
export const DOUBTFUL_LIMIT = 0.5;
/** Pixels around the wanted area that the fill depends on, given the coarse field (see `reach`). */
export const FILL_MARGIN = 128;

/** Clear pixels that a cell is wholly trusted with from level 4 on; weights are counted no further. */
const FULL_WEIGHT = 128;

/** Planes of equal size, and how many clear pixels each cell rests on, up to FULL_WEIGHT; values mean nothing at 0. */
export interface FillLevel {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
  readonly weight: Uint8Array;
}

/** Columns `left .. right - 1` and rows `top .. bottom - 1` of a level. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function wholeOf({ width, height }: FillLevel): Area {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** One level down: sides are halved (they must be even). */
export function pull(fine: FillLevel): FillLevel {
  const width = fine.width / 2;
  const height = fine.height / 2;
  const { weight: below } = fine;
  const weight = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    let a = 2 * y * fine.width;
    for (let x = 0; x < width; x++, i++, a += 2) {
      const b = a + fine.width;
      weight[i] = Math.min(FULL_WEIGHT, below[a] + below[a + 1] + below[b] + below[b + 1]);
    }
  }
  const planes = fine.planes.map((plane) => pullPlane(plane, below, fine.width, weight, width));
  return { width, height, planes, weight };
}

function pullPlane(
  from: Float32Array,
  below: Uint8Array,
  fineWidth: number,
  weight: Uint8Array,
  width: number,
): Float32Array {
  const to = new Float32Array(weight.length);
  for (let start = 0, a = 0; start < weight.length; start += width, a += fineWidth) {
    for (let i = start; i < start + width; i++, a += 2) {
      if (weight[i] === 0) continue;
      const b = a + fineWidth;
      const upper = share(from, below, a) + share(from, below, a + 1);
      const total = below[a] + below[a + 1] + below[b] + below[b + 1];
      to[i] = (upper + share(from, below, b) + share(from, below, b + 1)) / total;
    }
  }
  return to;
}

/** A missing cell may hold anything, a value that is no number too. */
const share = (from: Float32Array, weight: Uint8Array, i: number) => (weight[i] ? weight[i] * from[i] : 0);

/** The area of the coarser level that the push into `area` reads, itself included the cells that sweeps reach. */
function reach(area: Area, width: number, height: number): { swept: Area; coarse: Area } {
  const swept = {
    left: Math.max(0, area.left - SWEEPS),
    top: Math.max(0, area.top - SWEEPS),
    right: Math.min(width, area.right + SWEEPS),
    bottom: Math.min(height, area.bottom + SWEEPS),
  };
  const coarse = {
    left: Math.max(0, (swept.left >> 1) - 1),
    top: Math.max(0, (swept.top >> 1) - 1),
    right: Math.min(width / 2, ((swept.right + 1) >> 1) + 1),
    bottom: Math.min(height / 2, ((swept.bottom + 1) >> 1) + 1),
  };
  return { swept, coarse };
}

/**
 * Cells of an area that are not wholly known, as runs along rows, `starts[r] .. ends[r] - 1`; how many there are, and the
 * trust in each of them, 0 to below 1, if there is any (with room for all cells of the area).
 */
interface Runs {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly length: number;
  readonly trust: Float32Array | null;
}

/** @param full The weight from which on a cell is wholly known. */
function missingRuns(weight: Uint8Array, full: number, width: number, area: Area): Runs {
  const starts: number[] = [];
  const ends: number[] = [];
  const size = (area.right - area.left) * (area.bottom - area.top);
  const trust = full > 1 ? new Float32Array(size) : null;
  let length = 0;
  for (let y = area.top; y < area.bottom; y++) {
    const end = y * width + area.right;
    for (let i = y * width + area.left; i < end; i++) {
      if (weight[i] >= full) continue;
      starts.push(i);
      for (; i < end && weight[i] < full; i++, length++) if (trust) trust[length] = weight[i] / full;
      ends.push(i);
    }
  }
  return {
    starts: Int32Array.from(starts),
    ends: Int32Array.from(ends),
    length,
    trust,
  };
}

/**
 * Completes the cells of `fine` inside `area` from the full planes of the level of half its size.
 * @param full The weight from which on a cell is wholly known.
 * @returns The planes over `kept`.
 */
function push(
  fine: FillLevel,
  coarse: readonly Float32Array[],
  full: number,
  area: Area,
  kept: Area,
): Float32Array[] {
  const { width, height } = fine;
  const runs = missingRuns(fine.weight, full, width, area);
  const scratch = new Float32Array(runs.length);
  const out = new Float32Array(width * height);
  return fine.planes.map((plane, p) => {
    out.set(plane);
    interpolate(coarse[p], scratch, width, height, runs);
    mix(plane, scratch, out, runs);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      neighbours(out, scratch, width, height, runs);
      mix(plane, scratch, out, runs);
    }
    return cut(out, width, kept);
  });
}

/** `trust * own + (1 - trust) * guess` at the cells of the runs. */
function mix(own: Float32Array, guess: Float32Array, out: Float32Array, runs: Runs): void {
  const { starts, ends, trust } = runs;
  for (let r = 0, j = 0; r < starts.length; r++) {
    for (let i = starts[r]; i < ends[r]; i++, j++) {
      const known = trust === null ? 0 : trust[j];
      out[i] = known === 0 ? guess[j] : known * own[i] + (1 - known) * guess[j];
    }
  }
}

/** Bilinear interpolation of the coarser level at the cells of the runs; edges are replicated. */
function interpolate(
  from: Float32Array,
  guess: Float32Array,
  width: number,
  height: number,
  runs: Runs,
): void {
  const half = width / 2;
  const lastRow = height / 2 - 1;
  for (let r = 0, j = 0; r < runs.starts.length; r++) {
    const start = runs.starts[r];
    const end = runs.ends[r];
    const y = Math.floor(start / width);
    const nearY = (y >> 1) * half;
    const farY = (y & 1 ? Math.min(lastRow, (y >> 1) + 1) : Math.max(0, (y >> 1) - 1)) * half;
    for (let i = start, x = start - y * width; i < end; i++, x++) {
      const nearX = x >> 1;
      const beside = x & 1 ? nearX + 1 : nearX - 1;
      const farX = beside < 0 || beside >= half ? nearX : beside;
      guess[j++] =
        0.5625 * from[nearY + nearX] +
        0.1875 * (from[nearY + farX] + from[farY + nearX]) +
        0.0625 * from[farY + farX];
    }
  }
}

/** The mean of the four neighbours at the cells of the runs; edges are replicated. */
function neighbours(
  plane: Float32Array,
  means: Float32Array,
  width: number,
  height: number,
  runs: Runs,
): void {
  for (let r = 0, j = 0; r < runs.starts.length; r++) {
    const start = runs.starts[r];
    const end = runs.ends[r];
    const y = Math.floor(start / width);
    const north = y > 0 ? -width : 0;
    const south = y < height - 1 ? width : 0;
    const first = y * width;
    const last = first + width - 1;
    for (let i = start; i < end; i++) {
      const west = i > first ? i - 1 : i;
      const east = i < last ? i + 1 : i;
      means[j++] = 0.25 * (plane[i + north] + plane[i + south] + plane[west] + plane[east]);
    }
  }
}

function cut(plane: Float32Array, width: number, { left, top, right, bottom }: Area): Float32Array {
  const across = right - left;
  const out = new Float32Array(across * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const start = y * width + left;
    out.set(plane.subarray(start, start + across), (y - top) * across);
  }
  return out;
}

/**
 * Fills the missing pixels of some planes; known pixels are unchanged.
 *
 * @param level Pixels, with weights 0 or 1; sides are multiples of `COARSE_CELL`.
 * @param coarse Full planes of level 4.
 * @param wanted The part whose result is needed (default: all).
 * @returns The planes over `wanted`.
 */
export function prefill(
  level: FillLevel,
  coarse: readonly Float32Array[],
  wanted: Area = wholeOf(level),
): Float32Array[] {
  const pyramid = [level];
  const areas: Area[] = [];
  let area = wanted;
  for (let l = 0; l < FILL_LEVELS; l++) {
    if (l > 0) pyramid.push(pull(pyramid[l - 1]));
    const { swept, coarse: next } = reach(area, pyramid[l].width, pyramid[l].height);
    areas.push(swept);
    area = next;
  }
  let filled = coarse;
  for (let l = FILL_LEVELS - 1; l > 0; l--)
    filled = push(pyramid[l], filled, 1, areas[l], wholeOf(pyramid[l]));
  return push(level, filled, 1, areas[0], wanted);
}

/**
 * Completes a level whose cells are 16 x 16 pixels or more, and whose side is a power of two: from one cell down.
 * At least one cell must be known.
 */
export function complete(level: FillLevel): Float32Array[] {
  const pyramid = [level];
  while (pyramid[pyramid.length - 1].width > 1) pyramid.push(pull(pyramid[pyramid.length - 1]));
  let filled = pyramid[pyramid.length - 1].planes;
  for (let l = pyramid.length - 2; l >= 0; l--) {
    const all = wholeOf(pyramid[l]);
    filled = push(pyramid[l], filled, FULL_WEIGHT, all, all);
  }
  return [...filled];
}

/** Share of the pre-fill in the base that the generator corrects, from the probability of thick cloud: a smoothstep from 0.3 to 0.7. */
export function thickBlend(thick: number): number {
  const t = Math.min(1, Math.max(0, (thick - 0.3) / 0.4));
  return t * t * (3 - 2 * t);
}

/** {@link thickBlend} by the probability as 0..255. */
export const THICK_BLEND = Float32Array.from({ length: 256 }, (_, v) => thickBlend(v / 255));
