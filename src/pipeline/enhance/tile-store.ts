import type { MaskTile, RepairedTile } from '../events.ts';
import type { Window } from '../scene.ts';

/** Side in pixels of the buckets in which tiles are looked up. */
const BUCKET = 256;

/** Tiles by place. Tiles do not overlap. */
export interface TileIndex<T extends { readonly window: Window }> {
  add(tile: T): void;
  /** The tile that holds a pixel. */
  at(x: number, y: number): T | undefined;
  readonly size: number;
}

export function tileIndex<T extends { readonly window: Window }>(): TileIndex<T> {
  const buckets = new Map<string, T[]>();
  let count = 0;
  return {
    add(tile) {
      const { x, y, width, height } = tile.window;
      for (let row = Math.floor(y / BUCKET); row * BUCKET < y + height; row++) {
        for (let column = Math.floor(x / BUCKET); column * BUCKET < x + width; column++) {
          const key = `${column},${row}`;
          const bucket = buckets.get(key);
          if (bucket) bucket.push(tile);
          else buckets.set(key, [tile]);
        }
      }
      count++;
    },
    at(x, y) {
      const bucket = buckets.get(`${Math.floor(x / BUCKET)},${Math.floor(y / BUCKET)}`);
      return bucket?.find(({ window: w }) => x >= w.x && y >= w.y && x < w.x + w.width && y < w.y + w.height);
    },
    get size() {
      return count;
    },
  };
}

/** What a run has found and repaired so far. */
export interface TileStore {
  readonly masks: TileIndex<MaskTile>;
  readonly repaired: TileIndex<RepairedTile>;
}

export function tileStore(): TileStore {
  return { masks: tileIndex(), repaired: tileIndex() };
}

/** Index into a tile's arrays of the scene's pixel (x, y). */
export function pixelIndex(tile: { readonly window: Window }, x: number, y: number): number {
  return (y - tile.window.y) * tile.window.width + (x - tile.window.x);
}
