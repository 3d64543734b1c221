/**
 * Poisson's equation on the pixels of a gap of any shape, by multigrid: what gradient-domain cloning comes down to
 * (Perez, Gangnet and Blake 2003).
 *
 * With `u` the difference between the picture and a reference, given at KNOWN pixels and wanted at UNKNOWN ones,
 *
 *     for every unknown p:   sum over neighbours q of (u_q - u_p) + b_p = 0
 *
 * ABSENT neighbours do not count (no flux crosses to them). Without `b`, u is harmonic: the reference's gradients are
 * taken over as they are. A KNOWN neighbour may count `hold` times: what is filled then follows the noise of single pixels
 * at its rim more closely, so that no step shows there. Full multigrid, then cycles with red-black Gauss-Seidel
 * (Trottenberg, Oosterlee and Schueller 2001). Memory: about 20 bytes per pixel of the window, whatever the number of planes.
 */
import { type Cells, type Coarse, type Finest, KNOWN, type PoissonGrids, UNKNOWN } from './poisson-grids.ts';

/** Cycles end when the error that is left is estimated to be below this, in reflectance. */
const TOLERANCE = 2e-4;
/** Each cycle takes the corrections down by a factor, the rate, which is estimated from the last two and held within these. */
const RATES = [0.2, 0.8];
const MOST_CYCLES = 12;
/** From this grid on (a quarter of the resolution) each is corrected twice: a W-cycle, for little, as they are small. */
const TWICE_FROM = 1;
const COARSEST_SWEEPS = 16;

/**
 * Completes a plane at its unknown pixels.
 * @param plane `u` at known pixels; changed in place at unknown ones.
 * @param sources `b` at unknown pixels; zero if left out.
 */
export function solvePoisson(grids: PoissonGrids, plane: Float32Array, sources?: Float32Array): void {
  const { finest, coarser } = grids;
  load(finest, plane, sources);
  if (coarser.length > 0) {
    guess(finest, coarser);
    let last = 0;
    for (let cycle = 0; cycle < MOST_CYCLES; cycle++) {
      const correction = cycleFrom(finest, coarser);
      const rate = Math.min(Math.max(correction / last, RATES[0]), RATES[1]);
      if ((correction * rate) / (1 - rate) < TOLERANCE) break;
      last = correction;
    }
  } else {
    sweepFinest(finest, COARSEST_SWEEPS);
  }
  store(finest, plane);
}

/** What known neighbours send beyond the once that the sweeps count them for goes into `b`. */
function load(finest: Finest, plane: Float32Array, sources?: Float32Array): void {
  const { width, height, stride, kind, u, b, hold, first, end } = finest;
  u.fill(0);
  b.fill(0);
  for (let y = 0, from = 0; y < height; y++) {
    const start = (y + 1) * stride + 1;
    for (let i = start; i < start + width; i++, from++) {
      if (kind[i] === KNOWN) u[i] = plane[from];
      else if (kind[i] === UNKNOWN && sources) b[i] = sources[from];
    }
  }
  if (hold === 1) return;
  for (let y = 0; y < height; y++) {
    for (let i = first[y]; i < end[y]; i++)
      if (finest.neighbours[i] > 7) b[i] += (hold - 1) * sent(finest, i);
  }
}

/** Sum of the known neighbours of a pixel. */
function sent({ kind, stride, u }: Finest, i: number): number {
  let sum = 0;
  if (kind[i - 1] === KNOWN) sum += u[i - 1];
  if (kind[i + 1] === KNOWN) sum += u[i + 1];
  if (kind[i - stride] === KNOWN) sum += u[i - stride];
  if (kind[i + stride] === KNOWN) sum += u[i + stride];
  return sum;
}

function store({ width, height, stride, kind, first, end, u }: Finest, plane: Float32Array): void {
  for (let y = 0, start = stride + 1; y < height; y++, start += stride) {
    for (let i = first[y]; i < end[y]; i++) if (kind[i] === UNKNOWN) plane[y * width + i - start] = u[i];
  }
}

/** First guess, from the coarsest grid up: each grid solves the problem as it sees it. */
function guess(finest: Finest, coarser: readonly Coarse[]): void {
  for (const grid of coarser) {
    grid.u.fill(0);
    grid.b.fill(0);
  }
  // Sources add up in `b`; what known pixels send into each cell is gathered in `u`, for as long as that is not needed.
  gatherFinest(finest, coarser[0]);
  for (let l = 1; l < coarser.length; l++) gather(coarser[l - 1], coarser[l]);
  for (const { u, b, known, edges } of coarser) {
    for (let c = 0; c < b.length; c++) if (edges[c] > 0) b[c] += (u[c] * known[c]) / edges[c];
    u.fill(0);
  }
  const last = coarser.length - 1;
  sweep(coarser[last], COARSEST_SWEEPS);
  for (let l = last - 1; l >= 0; l--) {
    interpolate(coarser[l + 1], coarser[l], false);
    sweep(coarser[l], 2);
  }
  interpolate(coarser[0], finest, false);
  sweepFinest(finest, 1);
}

function gatherFinest(finest: Finest, coarse: Coarse): void {
  const { stride, height, kind, first, end, b, neighbours, hold } = finest;
  for (let y = 0, start = stride + 1; y < height; y++, start += stride) {
    const row = ((y >> 1) + 1) * coarse.stride + 1;
    for (let i = first[y]; i < end[y]; i++) {
      if (kind[i] !== UNKNOWN) continue;
      const c = row + ((i - start) >> 1);
      coarse.b[c] += b[i];
      if (neighbours[i] < 8) continue;
      const known = sent(finest, i);
      coarse.u[c] += known;
      coarse.b[c] -= (hold - 1) * known;
    }
  }
}

function gather({ stride, height, first, end, u, b }: Coarse, coarse: Coarse): void {
  for (let y = 0, start = stride + 1; y < height; y++, start += stride) {
    const row = ((y >> 1) + 1) * coarse.stride + 1;
    for (let i = first[y]; i < end[y]; i++) {
      const c = row + ((i - start) >> 1);
      coarse.u[c] += u[i];
      coarse.b[c] += b[i];
    }
  }
}

/** A cycle. @returns the largest correction of a pixel that came from the coarser grids */
function cycleFrom(finest: Finest, coarser: readonly Coarse[]): number {
  sweepFinest(finest, 1);
  restrictFinest(finest, coarser[0]);
  correct(coarser, 0);
  const largest = interpolate(coarser[0], finest, true);
  sweepFinest(finest, 1);
  return largest;
}

function correct(grids: readonly Coarse[], l: number): void {
  const grid = grids[l];
  grid.u.fill(0);
  if (l === grids.length - 1) {
    sweep(grid, COARSEST_SWEEPS);
    return;
  }
  for (let times = l < TWICE_FROM ? 1 : 2; times > 0; times--) {
    sweep(grid, 1);
    restrict(grid, grids[l + 1]);
    correct(grids, l + 1);
    interpolate(grids[l + 1], grid, true);
    sweep(grid, 1);
  }
}

/**
 * Red-black Gauss-Seidel; the pixels with x + y odd come last, so that they have no residual afterwards. A row's last
 * colour follows the next row's first one at once, while both are in the cache.
 */
function sweepFinest({ stride, height, neighbours, sums, first, end, u, b }: Finest, times: number): void {
  const share = sums.map((sum) => (sum > 0 ? 1 / sum : 0));
  const half = (y: number, pass: number) => {
    const last = end[y];
    for (let i = first[y] + ((first[y] - (y + 1) * stride - 1 + y + pass) & 1); i < last; i += 2) {
      const of = neighbours[i];
      if (of === 0) continue;
      u[i] = share[of] * (u[i - 1] + u[i + 1] + u[i - stride] + u[i + stride] + b[i]);
    }
  };
  redThenBlack(height, times, half);
}

function redThenBlack(height: number, times: number, half: (y: number, pass: number) => void): void {
  for (let sweep = 0; sweep < times; sweep++) {
    for (let y = 0; y < height; y++) {
      half(y, 0);
      if (y > 0) half(y - 1, 1);
    }
    half(height - 1, 1);
  }
}

function sweep({ stride, height, right, below, inverse, first, end, u, b }: Coarse, times: number): void {
  const half = (y: number, pass: number) => {
    const last = end[y];
    for (let i = first[y] + ((first[y] - (y + 1) * stride - 1 + y + pass) & 1); i < last; i += 2) {
      u[i] =
        inverse[i] *
        (right[i] * u[i + 1] +
          right[i - 1] * u[i - 1] +
          below[i] * u[i + stride] +
          below[i - stride] * u[i - stride] +
          b[i]);
    }
  };
  redThenBlack(height, times, half);
}

/** Sums of residuals over the children: right after a sweep only the cells with x + y even have any. */
function restrictFinest(finest: Finest, coarse: Coarse): void {
  const { height, stride, neighbours, sums, first, end, u, b } = finest;
  coarse.b.fill(0);
  for (let y = 0, start = stride + 1; y < height; y++, start += stride) {
    const row = ((y >> 1) + 1) * coarse.stride + 1;
    for (let i = first[y] + ((first[y] - start + y) & 1); i < end[y]; i += 2) {
      const of = neighbours[i];
      if (of === 0) continue;
      const residual = u[i - 1] + u[i + 1] + u[i - stride] + u[i + stride] + b[i] - sums[of] * u[i];
      coarse.b[row + ((i - start) >> 1)] += residual;
    }
  }
}

function restrict(fine: Coarse, coarse: Coarse): void {
  const { height, stride, right, below, inverse, first, end, u, b } = fine;
  coarse.b.fill(0);
  for (let y = 0, start = stride + 1; y < height; y++, start += stride) {
    const row = ((y >> 1) + 1) * coarse.stride + 1;
    for (let i = first[y] + ((first[y] - start + y) & 1); i < end[y]; i += 2) {
      if (inverse[i] === 0) continue;
      const beside = right[i] * u[i + 1] + right[i - 1] * u[i - 1];
      const under = below[i] * u[i + stride] + below[i - stride] * u[i - stride];
      coarse.b[row + ((i - start) >> 1)] += beside + under + b[i] - u[i] / inverse[i];
    }
  }
}

/**
 * Bilinear interpolation of a coarser grid at unknown cells, in place of their values or added to them. Cells that are
 * not unknown count as their nearest neighbour. @returns the largest absolute value
 */
function interpolate(coarse: Coarse, fine: Cells, add: boolean): number {
  const { kind, u } = fine;
  const { kind: there, u: from, inner } = coarse;
  let largest = 0;
  for (let y = 0; y < fine.height; y++) {
    const start = (y + 1) * fine.stride + 1;
    const row = ((y >> 1) + 1) * coarse.stride + 1;
    const down = y & 1 ? coarse.stride : -coarse.stride;
    const end = fine.end[y];
    for (let i = fine.first[y]; i < end; i++) {
      const x = i - start;
      const p = row + (x >> 1);
      if (inner[p] && (x & 1) === 0 && i + 1 < end && kind[i] === UNKNOWN && kind[i + 1] === UNKNOWN) {
        const middle = 0.5625 * from[p] + 0.1875 * from[p + down];
        const left = middle + 0.1875 * from[p - 1] + 0.0625 * from[p - 1 + down];
        const right = middle + 0.1875 * from[p + 1] + 0.0625 * from[p + 1 + down];
        u[i] = add ? u[i] + left : left;
        u[i + 1] = add ? u[i + 1] + right : right;
        const size = Math.max(Math.abs(left), Math.abs(right));
        if (size > largest) largest = size;
        i++;
        continue;
      }
      if (kind[i] !== UNKNOWN) continue;
      const h = x & 1 ? p + 1 : p - 1;
      const near = from[p];
      const beside = there[h] === UNKNOWN ? from[h] : near;
      const under = there[p + down] === UNKNOWN ? from[p + down] : near;
      const across = there[h + down] === UNKNOWN ? from[h + down] : 0.5 * (beside + under);
      const value = 0.5625 * near + 0.1875 * (beside + under) + 0.0625 * across;
      u[i] = add ? u[i] + value : value;
      const size = Math.abs(value);
      if (size > largest) largest = size;
    }
  }
  return largest;
}
