/**
 * Convolution 3 x 3, stride 1, with zeros around, by Winograd's minimal filtering F(4 x 4, 3 x 3): 36 multiplications for
 * 16 outputs where the sum takes 144 (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015,
 * arXiv:1509.09308).
 */

import { PLACES, up4 } from './layout';
import { multiply } from './multiply';
import { make, see } from './transforms';

/** Rows of tiles of 4 x 4 outputs are worked on together until they are so many: what is set aside stays in the cache. */
const TILES: i32 = 32;
/** Bytes between the planes of the 36 places beyond their length, lest they fall on the same lines of the cache. */
const SKEW: i32 = 64;

function tileRows(height: i32, width: i32): i32 {
  const across = (width + 3) >> 2;
  const down = (height + 3) >> 2;
  return min(down, (TILES + across - 1) / across);
}

function tilesAtOnce(height: i32, width: i32): i32 {
  return up4(tileRows(height, width) * ((width + 3) >> 2));
}

/** Bytes of a packed filter. */
export function filterBytes(ins: i32, outs: i32): i32 {
  return PLACES * ins * up4(outs) * 4;
}

/** Bytes that {@link convolve} needs set aside. */
export function scratchBytes(height: i32, width: i32, ins: i32, outs: i32): i32 {
  const tiles = tilesAtOnce(height, width);
  const strip = (4 * tileRows(height, width) + 2) * (4 * ((width + 3) >> 2) + 2) * up4(ins) * 4;
  const seen = PLACES * (tiles * up4(ins) * 4 + SKEW);
  const made = PLACES * (tiles * up4(outs) * 4 + SKEW);
  return strip + seen + made + PLACES * 16;
}

/**
 * @param x [height, width, ins]
 * @param bias [outs], or 0
 * @param relu 1 to cut off below 0
 * @param out [height, width, outs]
 */
export function convolve(
  x: usize,
  height: i32,
  width: i32,
  ins: i32,
  packed: usize,
  outs: i32,
  bias: usize,
  relu: i32,
  out: usize,
  scratch: usize,
): void {
  const insUp = up4(ins);
  const outsUp = up4(outs);
  const across = (width + 3) >> 2;
  const down = (height + 3) >> 2;
  const rowsAtOnce = tileRows(height, width);
  const tiles = tilesAtOnce(height, width);
  const stripRow = <usize>((4 * across + 2) * insUp * 4);
  const seenPlane = <usize>(tiles * insUp * 4 + SKEW);
  const madePlane = <usize>(tiles * outsUp * 4 + SKEW);
  const patch = scratch;
  const seen = patch + PLACES * 16;
  const made = seen + seenPlane * PLACES;
  const strip = made + madePlane * PLACES;
  // Tiles that are there only to make up fours must hold numbers.
  memory.fill(seen, 0, seenPlane * PLACES);

  for (let top = 0; top < down; top += rowsAtOnce) {
    const rows = min(rowsAtOnce, down - top);
    copyStrip(x, height, width, ins, insUp, top * 4 - 1, rows * 4 + 2, strip, stripRow);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < across; column++) {
        const from = strip + <usize>(row * 4) * stripRow + <usize>(column * 4 * insUp * 4);
        const to = seen + <usize>((row * across + column) * insUp * 4);
        for (let c = 0; c < insUp; c += 4) {
          see(from + <usize>(c * 4), <usize>(insUp * 4), stripRow, to + <usize>(c * 4), seenPlane, patch);
        }
      }
    }
    const count = up4(rows * across);
    for (let place = 0; place < PLACES; place++) {
      multiply(
        seen + <usize>place * seenPlane,
        count,
        ins,
        insUp,
        packed + <usize>(place * ins * outsUp * 4),
        outsUp,
        made + <usize>place * madePlane,
      );
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < across; column++) {
        const from = made + <usize>((row * across + column) * outsUp * 4);
        for (let c = 0; c < outsUp; c += 4) {
          make(
            from + <usize>(c * 4),
            madePlane,
            bias,
            c,
            outs,
            relu,
            out,
            (top + row) * 4,
            column * 4,
            height,
            width,
            patch,
          );
        }
      }
    }
  }
}

/** Rows of the input with zeros around the image, and channels in fours. */
function copyStrip(
  x: usize,
  height: i32,
  width: i32,
  ins: i32,
  insUp: i32,
  top: i32,
  rows: i32,
  strip: usize,
  stripRow: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const y = top + row;
    const to = strip + <usize>row * stripRow;
    if (y < 0 || y >= height) {
      memory.fill(to, 0, stripRow);
      continue;
    }
    const first = to + <usize>(insUp * 4);
    const from = x + <usize>(y * width * ins * 4);
    memory.fill(to, 0, <usize>(insUp * 4));
    const end = first + <usize>(width * insUp * 4);
    memory.fill(end, 0, to + stripRow - end);
    if (ins === insUp) {
      memory.copy(first, from, <usize>(width * ins * 4));
      continue;
    }
    memory.fill(first, 0, end - first);
    for (let column = 0; column < width; column++) {
      const source = from + <usize>(column * ins * 4);
      const target = first + <usize>(column * insUp * 4);
      for (let c = 0; c < ins; c++) store<f32>(target + <usize>(c * 4), load<f32>(source + <usize>(c * 4)));
    }
  }
}
