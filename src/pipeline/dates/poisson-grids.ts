/**
 * The grids of a gap of any shape, for multigrid: the pixels and, above them, cells of 2 x 2, 4 x 4, ... of them, which are
 * joined by what joins their pixels, so that the coarse grids know the gap's shape.
 */
export const ABSENT = 0;
export const UNKNOWN = 1;
export const KNOWN = 2;

/** Interpolation carries corrections up to the rim of a gap undiminished: it conducts this much more to make up for that. */
const RIM = 1.6;
/** Conductance to a few known pixels in the middle of a large cell: they count for more than their distance says. */
const LONE = 2;

/** Cells with a border of absent ones around them: cell (x, y) is at `(y + 1) * stride + x + 1`. */
export interface Cells {
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
export interface Finest extends Cells {
  /** How often a known neighbour counts. */
  readonly hold: number;
  /** Of unknown pixels: neighbours that are unknown, and 8 times those that are known; 0 elsewhere. */
  readonly neighbours: Uint8Array;
  /** What the neighbours sum up to, by the number that stands for them. */
  readonly sums: Float64Array;
}

/** A coarser grid. What its cells have to do with known pixels is in `known` and, once there are values, in `b`. */
export interface Coarse extends Cells {
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
