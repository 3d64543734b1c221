import type { LendMemory } from '../networks.ts';
import type { Window } from '../scene.ts';
import { mirrorPositions } from '../windows.ts';
import { standIns } from './stand-ins.ts';

/**
 * How the pixels of a network tile are found in planes over another window: index of the plane per row and
 * column. Positions outside `inside` are mirrored back into it.
 */
export interface Gather {
  readonly width: number;
  readonly height: number;
  readonly columns: Int32Array;
  /** Already multiplied by the plane's width. */
  readonly rows: Int32Array;
  /** For every index of the plane the one whose value is taken, a pixel with data; null where all hold data. */
  readonly standIns: Int32Array | null;
}

/**
 * @param tile The network tile; may reach beyond the scene.
 * @param inside The part of the tile inside the scene: what lies beyond is its mirror image.
 * @param plane The window that the planes cover; holds `inside`.
 * @param valid 1 where a pixel of the planes holds data: what lies beyond the edge of the data is its mirror image, too.
 */
export function gatherFrom(tile: Window, inside: Window, plane: Window, valid: Uint8Array): Gather {
  const columns = mirrorPositions(tile.x, tile.width, inside.x, inside.x + inside.width);
  const rows = mirrorPositions(tile.y, tile.height, inside.y, inside.y + inside.height);
  return {
    width: tile.width,
    height: tile.height,
    columns: columns.map((x) => x - plane.x),
    rows: rows.map((y) => (y - plane.y) * plane.width),
    standIns: standIns(valid, plane.width),
  };
}

/** What a channel holds: a plane, times a factor, or one value everywhere. */
type Channel = { readonly plane: Float32Array | Uint8Array; readonly factor: number } | number;

const channel = (plane: Float32Array | Uint8Array | null | undefined, factor = 1): Channel =>
  plane ? { plane, factor } : 0;
const presence = (plane: Float32Array | null): Channel => (plane ? 1 : 0);

/** `[1, height, width, channels]`, row by row: a row of all channels stays in the cache. */
function interleave(
  channels: readonly Channel[],
  { columns, rows, width, height, standIns }: Gather,
  lend: LendMemory = (length) => new Float32Array(length),
): Float32Array {
  const count = channels.length;
  const rowLength = width * count;
  const tensor = lend(height * rowLength);
  const indices = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const end = (y + 1) * rowLength;
    for (let x = 0; x < width; x++) {
      const i = rows[y] + columns[x];
      indices[x] = standIns === null ? i : standIns[i];
    }
    for (let c = 0; c < count; c++) {
      const held = channels[c];
      const start = y * rowLength + c;
      if (typeof held === 'number') for (let i = start; i < end; i += count) tensor[i] = held;
      else putRow(tensor, start, count, held.plane, indices, held.factor);
    }
  }
  return tensor;
}

function putRow(
  tensor: Float32Array,
  start: number,
  step: number,
  plane: Float32Array | Uint8Array,
  indices: Int32Array,
  factor: number,
): void {
  for (let x = 0, i = start; x < indices.length; x++, i += step) tensor[i] = plane[indices[x]] * factor;
}

/** `[1, height, width, 14]`: six bands, six presence planes, the cirrus band and its presence. */
export function detectorInput(
  canonical: readonly (Float32Array | null)[],
  cirrus: Float32Array | null,
  gather: Gather,
  lend?: LendMemory,
): Float32Array {
  const bands = canonical.map((plane) => channel(plane));
  return interleave([...bands, ...canonical.map(presence), channel(cirrus), presence(cirrus)], gather, lend);
}

/**
 * `[1, height, width, 22]`: six observed bands, six presence planes, probabilities of thin, thick, shadow, six pre-filled
 * bands, and 1 where another date sees the ground.
 *
 * @param filled The pre-filled bands; the observed ones where there is no pre-fill.
 * @param probabilities Three planes of 0..255.
 * @param otherDate 1 where another date sees the ground, which the pre-filled bands then show; nowhere if left out.
 */
export function generatorInput(
  observed: readonly (Float32Array | null)[],
  filled: readonly (Float32Array | null)[],
  probabilities: readonly Uint8Array[],
  gather: Gather,
  otherDate?: Uint8Array,
  lend?: LendMemory,
): Float32Array {
  const channels = [
    ...observed.map((plane) => channel(plane)),
    ...observed.map(presence),
    ...probabilities.map((plane) => channel(plane, 1 / 255)),
    ...filled.map((plane) => channel(plane)),
    channel(otherDate),
  ];
  return interleave(channels, gather, lend);
}
