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

/** Planes of equal size with one weight plane: 1 known, 0 missing. */
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

/** One level down: sides are halved (they must be even). */
export function pull(fine: Level): Level {
  const width = fine.width / 2;
  const height = fine.height / 2;
  const planes = fine.planes.map(() => new Float32Array(width * height));
  const known = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const a = 2 * y * fine.width + 2 * x;
      const b = a + fine.width;
      const ka = fine.known[a];
      const kb = fine.known[a + 1];
      const kc = fine.known[b];
      const kd = fine.known[b + 1];
      const count = ka + kb + kc + kd;
      if (count === 0) continue;
      const i = y * width + x;
      known[i] = 1;
      for (let p = 0; p < planes.length; p++) {
        const from = fine.planes[p];
        planes[p][i] = (ka * from[a] + kb * from[a + 1] + kc * from[b] + kd * from[b + 1]) / count;
      }
    }
  }
  return { width, height, planes, known };
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

/** Fills the missing cells of `fine` inside `area` from the full planes of the level of half its size. */
function push(fine: Level, coarse: readonly Float32Array[], area: Area): Float32Array[] {
  const { width, height, known } = fine;
  const half = width / 2;
  const missing: number[] = [];
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) if (!known[y * width + x]) missing.push(y * width + x);
  }
  const cells = Int32Array.from(missing);
  const count = cells.length;
  // Neighbours, edges replicated.
  const west = new Int32Array(count);
  const east = new Int32Array(count);
  const north = new Int32Array(count);
  const south = new Int32Array(count);
  for (let j = 0; j < count; j++) {
    const i = cells[j];
    const x = i % width;
    west[j] = x > 0 ? i - 1 : i;
    east[j] = x < width - 1 ? i + 1 : i;
    north[j] = i >= width ? i - width : i;
    south[j] = i < width * (height - 1) ? i + width : i;
  }
  const means = new Float32Array(count);
  return fine.planes.map((plane, p) => {
    const out = plane.slice();
    const from = coarse[p];
    for (let j = 0; j < count; j++) {
      const x = cells[j] % width;
      const y = (cells[j] - x) / width;
      const nearX = x >> 1;
      const nearY = (y >> 1) * half;
      const farX = x & 1 ? Math.min(half - 1, nearX + 1) : Math.max(0, nearX - 1);
      const farY = (y & 1 ? Math.min(height / 2 - 1, (y >> 1) + 1) : Math.max(0, (y >> 1) - 1)) * half;
      out[cells[j]] =
        0.5625 * from[nearY + nearX] +
        0.1875 * (from[nearY + farX] + from[farY + nearX]) +
        0.0625 * from[farY + farX];
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let j = 0; j < count; j++) {
        means[j] = 0.25 * (out[north[j]] + out[south[j]] + out[west[j]] + out[east[j]]);
      }
      for (let j = 0; j < count; j++) out[cells[j]] = means[j];
    }
    return out;
  });
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
 * Fills the missing pixels of some planes; known pixels are unchanged. The planes must be 0 where missing.
 *
 * @param level Sides are multiples of `2 ** levels`.
 * @param coarse Full planes of the coarsest level; null takes the mean of that level's known cells.
 * @param wanted The part whose result is needed (default: all); missing pixels outside it may stay unfilled.
 */
export function prefill(
  level: Level,
  levels: number,
  coarse: readonly Float32Array[] | null,
  wanted: Area = { left: 0, top: 0, right: level.width, bottom: level.height },
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
  for (let l = levels - 1; l >= 0; l--) filled = push(pyramid[l], filled, areas[l]);
  return filled;
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
