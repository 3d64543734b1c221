import type { RepairedTile } from './events.ts';
import type { ResultReader } from './output/products.ts';
import { type Grid, MASK_CLASS, PROVENANCE, type SceneSource, type Window } from './scene.ts';
import { copyOverlap, cropPlane } from './windows.ts';

/** The cores of the tiles: squares of `core` pixels, cut off at the right and lower edge of the scene. */
export interface TileLayout {
  readonly grid: Grid;
  readonly core: number;
  readonly columns: number;
  readonly rows: number;
  /** Row by row; the index in this array is the tile's key. */
  readonly windows: readonly Window[];
}

/** @param core Side of a tile core in pixels. */
export function planTiles(grid: Grid, core: number): TileLayout {
  const columns = Math.ceil(grid.width / core);
  const rows = Math.ceil(grid.height / core);
  const windows = Array.from({ length: columns * rows }, (_, key) => {
    const x = (key % columns) * core;
    const y = Math.floor(key / columns) * core;
    return { x, y, width: Math.min(core, grid.width - x), height: Math.min(core, grid.height - y) };
  });
  return { grid, core, columns, rows, windows };
}

/** Keys of the tiles that meet a window. */
export function tilesUnder(layout: TileLayout, window: Window): number[] {
  const { core, columns, rows } = layout;
  const left = Math.max(0, Math.floor(window.x / core));
  const top = Math.max(0, Math.floor(window.y / core));
  const right = Math.min(columns - 1, Math.floor((window.x + window.width - 1) / core));
  const bottom = Math.min(rows - 1, Math.floor((window.y + window.height - 1) / core));
  const keys: number[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) keys.push(row * columns + column);
  }
  return keys;
}

/**
 * A plane of bytes over the scene that keeps only the tiles that say something: an absent tile is 0 everywhere,
 * and a tile of one value is kept as that value.
 */
export interface SparsePlane {
  readonly layout: TileLayout;
  readonly tiles: Map<number, Uint8Array | number>;
}

export function createPlane(layout: TileLayout): SparsePlane {
  return { layout, tiles: new Map() };
}

/** Keeps the values of a tile's core. */
export function setTile(plane: SparsePlane, key: number, values: Uint8Array): void {
  const first = values[0];
  const uniform = values.every((value) => value === first);
  if (uniform && first === 0) plane.tiles.delete(key);
  else plane.tiles.set(key, uniform ? first : values);
}

/** Values of a plane over a window; `outside` beyond the scene. */
export function readPlane(plane: SparsePlane, window: Window, outside = 0): Uint8Array {
  const out = new Uint8Array(window.width * window.height).fill(outside);
  for (const key of tilesUnder(plane.layout, window)) {
    const tile = plane.tiles.get(key) ?? 0;
    const from = plane.layout.windows[key];
    const values = typeof tile === 'number' ? new Uint8Array(from.width * from.height).fill(tile) : tile;
    copyOverlap(values, from, out, window);
  }
  return out;
}

/** What a run keeps: the mask (cloud, shadow and no data), and the tiles that were repaired. */
export interface TileStore {
  readonly layout: TileLayout;
  /** MASK_CLASS per pixel, buffered. */
  readonly mask: SparsePlane;
  readonly repaired: Map<number, RepairedTile>;
}

export function createTileStore(layout: TileLayout): TileStore {
  return { layout, mask: createPlane(layout), repaired: new Map() };
}

/**
 * The finished scene: stored tiles over the source's own samples. Where nothing is stored, the mask is clear,
 * provenance observed, and confidence 100; pixels without data are 255 in all three.
 */
export function resultReader(source: SceneSource, store: TileStore): ResultReader {
  const fromMask = (window: Window, observed: number): Uint8Array =>
    readPlane(store.mask, window, MASK_CLASS.nodata).map((value) =>
      value === MASK_CLASS.nodata ? 255 : observed,
    );
  const overlay = (window: Window, out: Uint8Array, pick: (tile: RepairedTile) => Uint8Array): Uint8Array => {
    for (const key of tilesUnder(store.layout, window)) {
      const tile = store.repaired.get(key);
      if (tile) copyOverlap(pick(tile), tile.window, out, window);
    }
    return out;
  };
  return {
    async read(window, signal) {
      const raster = await source.read(window, undefined, signal);
      const tiles = tilesUnder(store.layout, window).flatMap((key) => store.repaired.get(key) ?? []);
      if (tiles.length === 0) return raster;
      const bands = raster.bands.map((band, index) => {
        const out = cropPlane(band, window, window);
        for (const tile of tiles) copyOverlap(tile.bands[index], tile.window, out, window);
        return out;
      });
      return { window, bands };
    },
    mask: (window) => readPlane(store.mask, window, MASK_CLASS.nodata),
    provenance: (window) => overlay(window, fromMask(window, PROVENANCE.observed), (tile) => tile.provenance),
    confidence: (window) => overlay(window, fromMask(window, 100), (tile) => tile.confidence),
  };
}
