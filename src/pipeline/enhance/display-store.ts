import type { MaskTile, RepairedTile } from '../events.ts';
import type { Window } from '../scene.ts';

/** Side in pixels of the buckets in which tiles are looked up. */
const BUCKET = 256;

/** Tiles by place. Tiles do not overlap, but one may come again with better values. */
export interface TileIndex<T extends { readonly window: Window }> {
  /** Takes a tile in, in place of an earlier one of the same window. */
  add(tile: T): void;
  /** The tile that holds a pixel. */
  at(x: number, y: number): T | undefined;
  readonly empty: boolean;
}

export function tileIndex<T extends { readonly window: Window }>(): TileIndex<T> {
  const buckets = new Map<string, T[]>();
  let empty = true;
  return {
    add(tile) {
      const { x, y, width, height } = tile.window;
      for (let row = Math.floor(y / BUCKET); row * BUCKET < y + height; row++) {
        for (let column = Math.floor(x / BUCKET); column * BUCKET < x + width; column++) {
          const key = `${column},${row}`;
          const others = buckets.get(key)?.filter(({ window }) => window.x !== x || window.y !== y) ?? [];
          buckets.set(key, [...others, tile]);
        }
      }
      empty = false;
    },
    at(x, y) {
      const bucket = buckets.get(`${Math.floor(x / BUCKET)},${Math.floor(y / BUCKET)}`);
      return bucket?.find(({ window: w }) => x >= w.x && y >= w.y && x < w.x + w.width && y < w.y + w.height);
    },
    get empty() {
      return empty;
    },
  };
}

/** What a run has found and repaired so far. */
export interface DisplayStore {
  readonly masks: TileIndex<MaskTile>;
  readonly repaired: TileIndex<RepairedTile>;
}

export function displayStore(): DisplayStore {
  return { masks: tileIndex(), repaired: tileIndex() };
}

/** Index into a tile's arrays of the scene's pixel (x, y). */
export function pixelIndex(tile: { readonly window: Window }, x: number, y: number): number {
  return (y - tile.window.y) * tile.window.width + (x - tile.window.x);
}
