/**
 * The pre-fill: smooth inpainting of cloudy pixels from clear ones, from coarse to fine. Training uses the same
 * definition (`training/unclouded_training/inpaint.py`); a fixture ties the two together.
 *
 * Pull: a cell is the mean of its 2 x 2 known children, and known if any of them is. Push: a missing cell takes
 * the bilinear interpolation of the coarser level, then `SWEEPS` Jacobi sweeps smooth the missing cells
 * (a truncated cascadic multigrid solution of Laplace's equation; Bornemann and Deuflhard 1996).
 */
export const SWEEPS = 6;
/** Levels of the pyramid that a tile computes itself: the coarsest has cells of 16 x 16 pixels. */
export const LEVELS = 4;
export const CELL = 1 << LEVELS;
/** A pixel is clear, and may be filled from, below this sum of the probabilities of thin, thick and shadow. */
export const CLEAR_LIMIT = 0.3;
/** Pixels around the wanted area that the fill depends on, given the coarse field (see `reach`). */
export const FILL_MARGIN = 128;

/** Planes of equal size with one plane that says 1 where they are known, 0 where missing; values there mean nothing. */
export interface Level {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
  readonly known: Uint8Array;
}

/** Columns `left .. right - 1` and rows `top .. bottom - 1` of a level. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function wholeOf({ width, height }: Level): Area {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** One level down: sides are halved (they must be even). */
export function pull(fine: Level): Level {
  const width = fine.width / 2;
  const height = fine.height / 2;
  const { known: below } = fine;
  const known = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    let a = 2 * y * fine.width;
    for (let x = 0; x < width; x++, i++, a += 2) {
      const b = a + fine.width;
      known[i] = below[a] | below[a + 1] | below[b] | below[b + 1];
    }
  }
  const planes = fine.planes.map((plane) => pullPlane(plane, below, fine.width, known, width));
  return { width, height, planes, known };
}

function pullPlane(
  from: Float32Array,
  below: Uint8Array,
  fineWidth: number,
  known: Uint8Array,
  width: number,
): Float32Array {
  const to = new Float32Array(known.length);
  for (let start = 0, a = 0; start < known.length; start += width, a += fineWidth) {
    for (let i = start; i < start + width; i++, a += 2) {
      if (known[i] === 0) continue;
      const b = a + fineWidth;
      const count = below[a] + below[a + 1] + below[b] + below[b + 1];
      if (count === 4) {
        to[i] = (from[a] + from[a + 1] + from[b] + from[b + 1]) / 4;
      } else {
        const upper = (below[a] ? from[a] : 0) + (below[a + 1] ? from[a + 1] : 0);
        to[i] = (upper + (below[b] ? from[b] : 0) + (below[b + 1] ? from[b + 1] : 0)) / count;
      }
    }
  }
  return to;
}

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

/** Missing cells of an area as runs along rows, `starts[r] .. ends[r] - 1`, and their number. */
interface Runs {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly cells: number;
}

function missingRuns(known: Uint8Array, width: number, area: Area): Runs {
  const starts: number[] = [];
  const ends: number[] = [];
  let cells = 0;
  for (let y = area.top; y < area.bottom; y++) {
    const end = y * width + area.right;
    for (let i = y * width + area.left; i < end; i++) {
      if (known[i]) continue;
      starts.push(i);
      while (i < end && !known[i]) i++;
      ends.push(i);
      cells += i - starts[starts.length - 1];
    }
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends), cells };
}

/**
 * Fills the missing cells of `fine` inside `area` from the full planes of the level of half its size.
 * @returns The planes over `kept`.
 */
function push(fine: Level, coarse: readonly Float32Array[], area: Area, kept: Area): Float32Array[] {
  const { width, height } = fine;
  const runs = missingRuns(fine.known, width, area);
  const scratch = new Float32Array(runs.cells);
  const out = new Float32Array(width * height);
  return fine.planes.map((plane, p) => {
    out.set(plane);
    interpolate(coarse[p], out, width, height, runs);
    for (let sweep = 0; sweep < SWEEPS; sweep++) smooth(out, width, height, runs, scratch);
    return cut(out, width, kept);
  });
}

/** Bilinear interpolation of the coarser level at the missing cells; edges are replicated. */
function interpolate(from: Float32Array, out: Float32Array, width: number, height: number, runs: Runs): void {
  const half = width / 2;
  const lastRow = height / 2 - 1;
  for (let r = 0; r < runs.starts.length; r++) {
    const start = runs.starts[r];
    const end = runs.ends[r];
    const y = Math.floor(start / width);
    const nearY = (y >> 1) * half;
    const farY = (y & 1 ? Math.min(lastRow, (y >> 1) + 1) : Math.max(0, (y >> 1) - 1)) * half;
    for (let i = start, x = start - y * width; i < end; i++, x++) {
      const nearX = x >> 1;
      const beside = x & 1 ? nearX + 1 : nearX - 1;
      const farX = beside < 0 || beside >= half ? nearX : beside;
      out[i] =
        0.5625 * from[nearY + nearX] +
        0.1875 * (from[nearY + farX] + from[farY + nearX]) +
        0.0625 * from[farY + farX];
    }
  }
}

/** One Jacobi sweep: every missing cell becomes the mean of its four neighbours; edges are replicated. */
function smooth(plane: Float32Array, width: number, height: number, runs: Runs, means: Float32Array): void {
  let j = 0;
  for (let r = 0; r < runs.starts.length; r++) {
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
  j = 0;
  for (let r = 0; r < runs.starts.length; r++) {
    const end = runs.ends[r];
    for (let i = runs.starts[r]; i < end; i++) plane[i] = means[j++];
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

/** Mean of the known cells of each plane over all cells; 0 if none is known. */
function meanField(level: Level): Float32Array[] {
  let count = 0;
  for (const k of level.known) count += k;
  return level.planes.map((plane) => {
    let sum = 0;
    for (let i = 0; i < plane.length; i++) if (level.known[i]) sum += plane[i];
    return new Float32Array(plane.length).fill(count > 0 ? sum / count : 0);
  });
}

/**
 * Fills the missing pixels of some planes; known pixels are unchanged.
 *
 * @param level Sides are multiples of `2 ** levels`.
 * @param coarse Full planes of the coarsest level; null takes the mean of that level's known cells.
 * @param wanted The part whose result is needed (default: all).
 * @returns The planes over `wanted`.
 */
export function prefill(
  level: Level,
  levels: number,
  coarse: readonly Float32Array[] | null,
  wanted: Area = wholeOf(level),
): Float32Array[] {
  const pyramid = [level];
  for (let l = 0; l < levels; l++) pyramid.push(pull(pyramid[l]));
  const areas: Area[] = [];
  let area = wanted;
  for (let l = 0; l < levels; l++) {
    const { swept, coarse: next } = reach(area, pyramid[l].width, pyramid[l].height);
    areas.push(swept);
    area = next;
  }
  const top = pyramid[levels];
  const field = coarse ?? meanField(top);
  let filled: Float32Array[] = top.planes.map((plane, p) =>
    plane.map((value, i) => (top.known[i] ? value : field[p][i])),
  );
  for (let l = levels - 1; l > 0; l--) filled = push(pyramid[l], filled, areas[l], wholeOf(pyramid[l]));
  return levels > 0
    ? push(level, filled, areas[0], wanted)
    : filled.map((plane) => cut(plane, level.width, wanted));
}

/** Share of the pre-fill in the generator's base, from the probability of thick cloud: a smoothstep from 0.3 to 0.7. */
export function thickBlend(thick: number): number {
  const t = Math.min(1, Math.max(0, (thick - 0.3) / 0.4));
  return t * t * (3 - 2 * t);
}

/** `base = (1 - w) * observed + w * filled` per pixel, w from the probability of thick cloud as 0..255. */
export function blendBase(observed: Float32Array, filled: Float32Array, thick: Uint8Array): Float32Array {
  const share = Float32Array.from({ length: 256 }, (_, v) => thickBlend(v / 255));
  const base = observed.slice();
  for (let i = 0; i < base.length; i++) {
    const w = share[thick[i]];
    if (w > 0) base[i] = (1 - w) * observed[i] + w * filled[i];
  }
  return base;
}
