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
 * at its rim more closely, so that no step shows there. Full multigrid, then V-cycles with red-black Gauss-Seidel (Trottenberg, Oosterlee and
 * Schueller 2001). Coarse cells are joined by what joins their pixels, so that the coarse grids know the gap's
 * shape. Memory: about 20 bytes per pixel of the window, whatever the number of planes.
 */
export const ABSENT = 0;
export const UNKNOWN = 1;
export const KNOWN = 2;

/** Cycles end when the last one's correction stayed below this, in reflectance: what is left is about half of it. */
const TOLERANCE = 4e-4;
const MOST_CYCLES = 12;
const COARSEST_SWEEPS = 16;
/** Interpolation carries corrections up to the rim of a gap undiminished: it conducts this much more to make up for that. */
const RIM = 1.6;
/** Conductance to a few known pixels in the middle of a large cell: they count for more than their distance says. */
const LONE = 2;

/** Cells with a border of absent ones around them: cell (x, y) is at `(y + 1) * stride + x + 1`. */
interface Cells {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly kind: Uint8Array;
  /** First and past-the-last index of the unknown cells of each row; equal where there are none. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly u: Float32Array;
  readonly b: Float32Array;
}

/** The pixels. Known ones hold their values in `u`. */
interface Finest extends Cells {
  /** How often a known neighbour counts. */
  readonly hold: number;
  /** Of unknown pixels: neighbours that are unknown, and 8 times those that are known; 0 elsewhere. */
  readonly neighbours: Uint8Array;
  /** What the neighbours sum up to, by the number that stands for them. */
  readonly sums: Float64Array;
}

/** A coarser grid. What its cells have to do with known pixels is in `known` and, once there are values, in `b`. */
interface Coarse extends Cells {
  /** Conductance from each cell to the one at its right, to the one below it, and to known pixels. */
  readonly right: Float32Array;
  readonly below: Float32Array;
  readonly known: Float32Array;
  /** Edges that its pixels share with known ones. */
  readonly edges: Float32Array;
  /** 1 over the sum of a cell's conductances, 0 at cells that are not unknown. */
  readonly inverse: Float32Array;
  /** 1 at cells that are unknown as are the eight around them. */
  readonly inner: Uint8Array;
}

/** The grids of a gap: they solve any number of planes, one after the other. */
export interface PoissonGrids {
  readonly finest: Finest;
  readonly coarser: readonly Coarse[];
}

/**
 * @param kind ABSENT, UNKNOWN or KNOWN per pixel of a window.
 * @param hold How often a known neighbour counts, 1 or more.
 */
export function poissonGrids(kind: Uint8Array, width: number, height: number, hold = 1): PoissonGrids {
  const finest = finestGrid(kind, width, height, hold);
  const coarser: Coarse[] = [];
  let fine: Cells = finest;
  let shape = shapeOf(finest);
  while (fine.width > 2 || fine.height > 2) {
    const next = coarserGrid(fine, shape, hold);
    coarser.push(next.grid);
    fine = next.grid;
    shape = next.shape;
  }
  return { finest, coarser };
}

function cells(width: number, height: number, kindAt: (x: number, y: number) => number): Cells {
  const stride = width + 2;
  const kind = new Uint8Array(stride * (height + 2));
  const first = new Int32Array(height);
  const end = new Int32Array(height);
  for (let y = 0; y < height; y++) {
    const start = (y + 1) * stride + 1;
    first[y] = start;
    end[y] = start;
    for (let x = 0; x < width; x++) {
      const value = kindAt(x, y);
      kind[start + x] = value;
      if (value !== UNKNOWN) continue;
      if (end[y] === start) first[y] = start + x;
      end[y] = start + x + 1;
    }
  }
  const plane = () => new Float32Array(kind.length);
  return { width, height, stride, kind, first, end, u: plane(), b: plane() };
}

function finestGrid(kind: Uint8Array, width: number, height: number, hold: number): Finest {
  const grid = cells(width, height, (x, y) => kind[y * width + x]);
  const { kind: k, stride } = grid;
  const neighbours = new Uint8Array(k.length);
  const count = (q: number) => (k[q] === UNKNOWN ? 1 : k[q] === KNOWN ? 8 : 0);
  eachUnknown(grid, (i) => {
    neighbours[i] = count(i - 1) + count(i + 1) + count(i - stride) + count(i + stride);
  });
  const sums = Float64Array.from({ length: 64 }, (_, of) => (of & 7) + hold * (of >> 3));
  return { ...grid, hold, neighbours, sums };
}

function eachUnknown({ kind, height, first, end }: Cells, visit: (i: number) => void): void {
  for (let y = 0; y < height; y++) {
    for (let i = first[y]; i < end[y]; i++) if (kind[i] === UNKNOWN) visit(i);
  }
}

/** What the unknown pixels under each cell are, and how they are joined. */
interface Shape {
  /** How many there are, and how far their centre lies from that of the cell, in widths of a cell. */
  readonly pixels: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Edges that they share with those of the cell at the right and of the one below, over the width of a cell. */
  readonly right: Float32Array;
  readonly below: Float32Array;
  /** Edges that they share with known pixels. */
  readonly known: Float32Array;
}

function emptyShape(length: number): Shape {
  const plane = () => new Float32Array(length);
  return { pixels: plane(), x: plane(), y: plane(), right: plane(), below: plane(), known: plane() };
}

function shapeOf(grid: Finest): Shape {
  const { kind, stride } = grid;
  const shape = emptyShape(kind.length);
  const { pixels, right, below, known } = shape;
  eachUnknown(grid, (i) => {
    pixels[i] = 1;
    if (kind[i + 1] === UNKNOWN) right[i] = 1;
    if (kind[i + stride] === UNKNOWN) below[i] = 1;
    for (const q of [i - 1, i + 1, i - stride, i + stride]) if (kind[q] === KNOWN) known[i]++;
  });
  return shape;
}

/** Centres of two cells' pixels are taken to be no nearer to each other than this, in widths of a cell. */
const NEAREST = 0.25;

/**
 * A cell of 2 x 2: unknown if one of them is. Cells conduct by the edges that join their pixels over the distance between the
 * centres of these: a sliver beside a known rim is as near to its neighbour as it is in fact. Were it taken for a whole cell, the
 * coarse grids would correct too much, and the cycles diverge.
 */
function coarserGrid(fine: Cells, from: Shape, hold: number): { grid: Coarse; shape: Shape } {
  const grid = cells(Math.ceil(fine.width / 2), Math.ceil(fine.height / 2), (x, y) => {
    const i = (2 * y + 1) * fine.stride + 2 * x + 1;
    const { kind, stride } = fine;
    const [a, b, c, d] = [kind[i], kind[i + 1], kind[i + stride], kind[i + stride + 1]];
    if (a === UNKNOWN || b === UNKNOWN || c === UNKNOWN || d === UNKNOWN) return UNKNOWN;
    return a === KNOWN || b === KNOWN || c === KNOWN || d === KNOWN ? KNOWN : ABSENT;
  });
  const shape = emptyShape(grid.kind.length);
  eachUnknown(grid, (c) => {
    const i = firstChild(grid, fine, c);
    const { stride } = fine;
    for (const [k, dx, dy] of [
      [i, -1, -1],
      [i + 1, 1, -1],
      [i + stride, -1, 1],
      [i + stride + 1, 1, 1],
    ]) {
      const pixels = from.pixels[k];
      shape.pixels[c] += pixels;
      shape.x[c] += pixels * (0.25 * dx + 0.5 * from.x[k]);
      shape.y[c] += pixels * (0.25 * dy + 0.5 * from.y[k]);
      shape.known[c] += from.known[k];
    }
    shape.x[c] /= shape.pixels[c];
    shape.y[c] /= shape.pixels[c];
    shape.right[c] = 0.5 * (from.right[i + 1] + from.right[i + stride + 1]);
    shape.below[c] = 0.5 * (from.below[i + stride] + from.below[i + stride + 1]);
  });
  const [right, below, inverse] = [0, 1, 2].map(() => new Float32Array(grid.kind.length));
  eachUnknown(grid, (c) => {
    const under = c + grid.stride;
    right[c] = shape.right[c] / Math.max(NEAREST, 1 + shape.x[c + 1] - shape.x[c]);
    below[c] = shape.below[c] / Math.max(NEAREST, 1 + shape.y[under] - shape.y[c]);
  });
  const known = new Float32Array(grid.kind.length);
  eachUnknown(grid, (c) => {
    const edges = shape.known[c];
    if (edges > 0) {
      const distance = Math.max(1, 0.5 * (shape.pixels[c] / edges + 1)) - 1 + 1 / hold;
      const lone = Math.min(hold * edges, (2 * LONE * hold) / (hold + 1));
      known[c] = RIM * Math.max(edges / distance, lone);
    }
    const sum = right[c] + right[c - 1] + below[c] + below[c - grid.stride] + known[c];
    inverse[c] = sum > 0 ? 1 / sum : 0;
  });
  const inner = new Uint8Array(grid.kind.length);
  eachUnknown(grid, (c) => {
    for (let row = c - grid.stride; row <= c + grid.stride; row += grid.stride) {
      for (let k = row - 1; k <= row + 1; k++) if (grid.kind[k] !== UNKNOWN) return;
    }
    inner[c] = 1;
  });
  return { grid: { ...grid, right, below, known, edges: shape.known, inverse, inner }, shape };
}

/** The upper left of the four cells under a coarse one. */
function firstChild(coarse: Cells, fine: Cells, c: number): number {
  const y = Math.floor(c / coarse.stride) - 1;
  const x = c - (y + 1) * coarse.stride - 1;
  return (2 * y + 1) * fine.stride + 2 * x + 1;
}

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
    for (let cycle = 0; cycle < MOST_CYCLES; cycle++) {
      if (cycleFrom(finest, coarser) < TOLERANCE) break;
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

/** A V-cycle. @returns the largest correction of a pixel that came from the coarser grids */
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
  sweep(grid, 1);
  restrict(grid, grids[l + 1]);
  correct(grids, l + 1);
  interpolate(grids[l + 1], grid, true);
  sweep(grid, 1);
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
