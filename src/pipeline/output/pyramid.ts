import type { Samples } from '../scene.ts';
import { copyOverlap, cropPlane } from '../windows.ts';
import { emptyLike, halve, type ReductionOptions } from './overview.ts';
import { type ScratchSink, writing } from './sink.ts';

/** One resolution of an image, cut into square tiles; the full size is level 0, each next one half of it. */
export interface PyramidLevel {
  readonly width: number;
  readonly height: number;
  readonly across: number;
  readonly down: number;
  /** Per tile, row by row: where its record lies in the scratch. */
  readonly positions: number[];
  /** Per tile and plane: bytes of the packed block. */
  readonly blockBytes: number[][];
}

/** Samples of all planes of one tile, cut at the right and lower edge of the level. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Samples[];
}

export interface PyramidOptions {
  readonly width: number;
  readonly height: number;
  /** Edge of a tile in pixels, a multiple of 16. */
  readonly tileSize: number;
  readonly scratch: ScratchSink;
  /** One plane of a tile, `tileSize` x `tileSize` samples, as its block in the file. */
  encode(samples: Samples, plane: number): Promise<Uint8Array<ArrayBuffer>>;
  /** How each plane of a tile is made smaller. */
  reduction(tile: Tile, plane: number): ReductionOptions;
}

export interface Pyramid {
  readonly levels: readonly PyramidLevel[];
  /** Takes the tiles of level 0, row by row; each call waits for the one before. */
  put(column: number, row: number, tile: Tile): Promise<void>;
}

/** Bytes around a block: its length before it, its last four bytes once more behind it. */
export const LEADER_BYTES = 4;
export const TRAILER_BYTES = 4;

/** Halved until one tile holds all of it. */
export function planLevels(width: number, height: number, tileSize: number): PyramidLevel[] {
  const across = Math.ceil(width / tileSize);
  const down = Math.ceil(height / tileSize);
  const level = { width, height, across, down, positions: [], blockBytes: [] };
  if (across === 1 && down === 1) return [level];
  return [level, ...planLevels(Math.ceil(width / 2), Math.ceil(height / 2), tileSize)];
}

/**
 * Packs the tiles of an image and of its overviews into a scratch, in one pass over the image. Four tiles of a level
 * make one of the next; its upper half waits in the scratch for the lower one, so that memory holds a few tiles
 * per level, whatever the size of the image.
 */
export function createPyramid(options: PyramidOptions): Pyramid {
  const { tileSize, scratch } = options;
  const levels = planLevels(options.width, options.height, tileSize);
  /** The part of the next tile that is being filled, and upper halves in the scratch by column; per level. */
  const filling = levels.map((): Tile | null => null);
  const waiting = levels.map(() => new Map<number, number>());
  let end = 0;

  async function append(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const position = end;
    end += bytes.length;
    await writing(() => scratch.write(bytes, position));
    return position;
  }

  async function put(index: number, column: number, row: number, tile: Tile): Promise<void> {
    const work = [store(index, column, row, tile)];
    if (index + 1 < levels.length) work.push(passOn(index, column, row, halved(tile, options)));
    await allEnded(work);
  }

  async function store(index: number, column: number, row: number, tile: Tile): Promise<void> {
    const level = levels[index];
    const whole = { x: 0, y: 0, width: tileSize, height: tileSize };
    const full = tile.width === tileSize && tile.height === tileSize;
    const blocks = await Promise.all(
      tile.planes.map((samples, plane) =>
        options.encode(full ? samples : cropPlane(samples, { ...whole, ...size(tile) }, whole), plane),
      ),
    );
    const key = row * level.across + column;
    level.blockBytes[key] = blocks.map((block) => block.length);
    level.positions[key] = await append(record(blocks));
  }

  /** A quarter of a tile of the next level, from the tile (column, row) of level `index`. */
  async function passOn(index: number, column: number, row: number, quarter: Tile): Promise<void> {
    const { across, down } = levels[index];
    const next = levels[index + 1];
    const parent = column >> 1;
    const width = Math.min(tileSize, next.width - parent * tileSize);
    const half = filling[index] ?? emptyTile(quarter, width, quarter.height);
    const place = { x: (column & 1) * (tileSize / 2), y: 0, ...size(quarter) };
    half.planes.forEach((plane, i) => {
      copyOverlap(quarter.planes[i], place, plane, { x: 0, y: 0, ...size(half) });
    });
    const halfDone = (column & 1) === 1 || column === across - 1;
    filling[index] = halfDone ? null : half;
    if (!halfDone) return;

    const upper = waiting[index].get(parent);
    if (upper !== undefined) {
      waiting[index].delete(parent);
      const above = emptyTile(half, width, tileSize / 2);
      fill(above, await writing(() => scratch.read(upper, byteLength(above))));
      await put(index + 1, parent, row >> 1, stacked(above, half));
    } else if (row === down - 1) {
      await put(index + 1, parent, row >> 1, half);
    } else {
      waiting[index].set(parent, await append(bytesOf(half)));
    }
  }

  return { levels, put: (column, row, tile) => put(0, column, row, tile) };
}

/** Waits for all, even where one fails: after a fault, nothing is written any more. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

function size({ width, height }: Tile): { width: number; height: number } {
  return { width, height };
}

function halved(tile: Tile, { reduction }: PyramidOptions): Tile {
  return {
    width: Math.ceil(tile.width / 2),
    height: Math.ceil(tile.height / 2),
    planes: tile.planes.map((samples, plane) =>
      halve(samples, tile.width, tile.height, reduction(tile, plane)),
    ),
  };
}

function emptyTile(like: Tile, width: number, height: number): Tile {
  return { width, height, planes: like.planes.map((plane) => emptyLike(plane, width * height)) };
}

function stacked(upper: Tile, lower: Tile): Tile {
  const tile = emptyTile(upper, upper.width, upper.height + lower.height);
  tile.planes.forEach((plane, i) => {
    plane.set(upper.planes[i]);
    plane.set(lower.planes[i], upper.planes[i].length);
  });
  return tile;
}

function byteLength(tile: Tile): number {
  return tile.planes.reduce((sum, plane) => sum + plane.byteLength, 0);
}

/** Samples of all planes as they lie in memory. */
function bytesOf(tile: Tile): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength(tile));
  let at = 0;
  for (const { buffer, byteOffset, byteLength: length } of tile.planes) {
    bytes.set(new Uint8Array(buffer, byteOffset, length), at);
    at += length;
  }
  return bytes;
}

function fill(tile: Tile, bytes: Uint8Array): void {
  let at = 0;
  for (const { buffer, byteOffset, byteLength: length } of tile.planes) {
    new Uint8Array(buffer, byteOffset, length).set(bytes.subarray(at, at + length));
    at += length;
  }
}

/** Blocks one behind the other, each between its leader and trailer. */
function record(blocks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(recordBytes(blocks.map((block) => block.length)));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const block of blocks) {
    view.setUint32(at, block.length, true);
    bytes.set(block, at + LEADER_BYTES);
    at += LEADER_BYTES + block.length;
    bytes.copyWithin(at, at - TRAILER_BYTES, at);
    at += TRAILER_BYTES;
  }
  return bytes;
}

/** Length of the record of a tile whose blocks are so long. */
export function recordBytes(blockBytes: readonly number[]): number {
  return blockBytes.reduce((sum, length) => sum + LEADER_BYTES + length + TRAILER_BYTES, 0);
}
