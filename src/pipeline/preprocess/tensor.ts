import { DETECTOR_CHANNELS, GENERATOR_CHANNELS } from '../networks.ts';
import type { Window } from '../scene.ts';
import { mirrorPositions } from '../windows.ts';

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
}

/**
 * @param tile The network tile; may reach beyond the scene.
 * @param inside The part of the tile inside the scene: what lies beyond is its mirror image.
 * @param plane The window that the planes cover; holds `inside`.
 */
export function gatherFrom(tile: Window, inside: Window, plane: Window): Gather {
  const columns = mirrorPositions(tile.x, tile.width, inside.x, inside.x + inside.width);
  const rows = mirrorPositions(tile.y, tile.height, inside.y, inside.y + inside.height);
  return {
    width: tile.width,
    height: tile.height,
    columns: columns.map((x) => x - plane.x),
    rows: rows.map((y) => (y - plane.y) * plane.width),
  };
}

function put(
  tensor: Float32Array,
  channel: number,
  channels: number,
  plane: ArrayLike<number>,
  gather: Gather,
  factor = 1,
): void {
  const { columns, rows, width, height } = gather;
  let target = channel;
  for (let y = 0; y < height; y++) {
    const row = rows[y];
    for (let x = 0; x < width; x++, target += channels) tensor[target] = plane[row + columns[x]] * factor;
  }
}

function putPresence(tensor: Float32Array, channels: number, present: readonly boolean[]): void {
  present.forEach((is, band) => {
    if (is) for (let i = 6 + band; i < tensor.length; i += channels) tensor[i] = 1;
  });
}

/** `[1, height, width, 14]`: six bands, six presence planes, the cirrus band and its presence. */
export function detectorInput(
  canonical: readonly (Float32Array | null)[],
  cirrus: Float32Array | null,
  gather: Gather,
): Float32Array {
  const tensor = new Float32Array(gather.width * gather.height * DETECTOR_CHANNELS);
  canonical.forEach((plane, band) => {
    if (plane) put(tensor, band, DETECTOR_CHANNELS, plane, gather);
  });
  putPresence(
    tensor,
    DETECTOR_CHANNELS,
    canonical.map((plane) => plane !== null),
  );
  if (cirrus) {
    put(tensor, 12, DETECTOR_CHANNELS, cirrus, gather);
    for (let i = 13; i < tensor.length; i += DETECTOR_CHANNELS) tensor[i] = 1;
  }
  return tensor;
}

/**
 * `[1, height, width, 22]`: six base bands, six presence planes, probabilities of thin, thick, shadow, six pre-filled
 * bands, and 1 where another date sees the ground.
 *
 * @param filled The pre-filled bands; the base where there is no pre-fill.
 * @param probabilities Three planes of 0..255.
 * @param otherDate 1 where another date sees the ground, which the pre-filled bands then show; nowhere if left out.
 */
export function generatorInput(
  base: readonly (Float32Array | null)[],
  filled: readonly (Float32Array | null)[],
  probabilities: readonly Uint8Array[],
  gather: Gather,
  otherDate?: Uint8Array,
): Float32Array {
  const tensor = new Float32Array(gather.width * gather.height * GENERATOR_CHANNELS);
  base.forEach((plane, band) => {
    if (plane) put(tensor, band, GENERATOR_CHANNELS, plane, gather);
  });
  putPresence(
    tensor,
    GENERATOR_CHANNELS,
    base.map((plane) => plane !== null),
  );
  probabilities.forEach((plane, i) => {
    put(tensor, 12 + i, GENERATOR_CHANNELS, plane, gather, 1 / 255);
  });
  filled.forEach((plane, band) => {
    if (plane) put(tensor, 15 + band, GENERATOR_CHANNELS, plane, gather);
  });
  if (otherDate) put(tensor, 21, GENERATOR_CHANNELS, otherDate, gather);
  return tensor;
}
