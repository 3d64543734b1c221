import type { RepairedTile } from './events.ts';
import { SAMPLE_ARRAYS } from './ingest/layout.ts';
import type { ResultReader } from './output/products.ts';
import type { PageStore } from './pages.ts';
import {
  type Grid,
  MASK_CLASS,
  PROVENANCE,
  type Samples,
  type SampleType,
  type Scene,
  type SceneSource,
  type Window,
} from './scene.ts';
import { copyOverlap, cropPlane } from './windows.ts';

/** Context on every side of a core that a network sees, in pixels: multiples of 16. */
export interface Halos {
  readonly detect: number;
  readonly generate: number;
}

/** The cores of the tiles: squares of `core` pixels, cut off at the right and lower edge of the scene. */
export interface TileLayout {
  readonly grid: Grid;
  readonly core: number;
  readonly columns: number;
  readonly rows: number;
  /** Row by row; the index in this array is the tile's key. */
  readonly windows: readonly Window[];
}

/** Side of a tile core in pixels, unless a run is told otherwise. */
export const CORE = 256;
/** Tiles of both networks are 384 x 384 pixels. */
export const HALOS: Halos = { detect: 64, generate: 64 };

/** @param core Side of a tile core in pixels. */
export function planTiles(grid: Grid, core = CORE): TileLayout {
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
  readonly pages: PageStore;
  readonly name: string;
  /** Changes values over a window as they are read, in place: what the user edited. */
  readonly retouch?: (values: Uint8Array, window: Window) => void;
}

/** The plane of that name in the pages: empty, or as an earlier process left it. */
export function openPlane(layout: TileLayout, pages: PageStore, name: string): SparsePlane {
  return { layout, pages, name };
}

const pageName = (plane: SparsePlane, key: number) => `${plane.name}/${key}`;

/** Keeps the values of a tile's core. */
export function setTile(plane: SparsePlane, key: number, values: Uint8Array): void {
  const first = values[0];
  const uniform = values.every((value) => value === first);
  if (!uniform) plane.pages.set(pageName(plane, key), values);
  else if (first !== 0 || hasTile(plane, key)) {
    plane.pages.set(pageName(plane, key), Uint8Array.of(first));
  }
}

/** Does the plane hold anything but 0 in the tile? */
export function hasTile(plane: SparsePlane, key: number): boolean {
  return plane.pages.has(pageName(plane, key));
}

/** A tile's values, or the one value that it has everywhere. */
export function tileOf(plane: SparsePlane, key: number): Uint8Array | number {
  const page = plane.pages.get(pageName(plane, key));
  if (!page) return 0;
  return page.length === 1 ? page[0] : page;
}

/** Values of a plane over a window; `outside` beyond the scene. */
export function readPlane(plane: SparsePlane, window: Window, outside = 0): Uint8Array {
  const out = new Uint8Array(window.width * window.height).fill(outside);
  for (const key of tilesUnder(plane.layout, window)) {
    const tile = tileOf(plane, key);
    const from = plane.layout.windows[key];
    const values = typeof tile === 'number' ? new Uint8Array(from.width * from.height).fill(tile) : tile;
    copyOverlap(values, from, out, window);
  }
  plane.retouch?.(out, window);
  return out;
}

/** What a run gives: the mask (cloud, shadow and no data), and the tiles that were repaired. */
export interface TileStore {
  readonly layout: TileLayout;
  readonly pages: PageStore;
  /** MASK_CLASS per pixel, buffered. */
  readonly mask: SparsePlane;
  /** PROVENANCE and confidence per pixel, as in {@link RepairedTile}; of repaired tiles only. */
  readonly provenance: SparsePlane;
  readonly confidence: SparsePlane;
  /** Number of the other date that a repaired pixel came from; 0 for the scene's own. */
  readonly date: SparsePlane;
  readonly sampleType: SampleType;
}

/** The tiles of a scene in the pages: none, or those of an earlier process. */
export function openTiles(scene: Scene, layout: TileLayout, pages: PageStore): TileStore {
  const plane = (name: string) => openPlane(layout, pages, name);
  return {
    layout,
    pages,
    mask: plane('mask'),
    provenance: plane('provenance'),
    confidence: plane('confidence'),
    date: plane('date'),
    sampleType: scene.sampleType,
  };
}

/** The same by the layout of every run that does not ask for another. */
export const tilesOf = (scene: Scene, pages: PageStore): TileStore =>
  openTiles(scene, planTiles(scene.grid), pages);

const samplesName = (key: number) => `samples/${key}`;

/** Was the tile repaired? */
export function isRepaired(store: TileStore, key: number): boolean {
  return store.pages.has(samplesName(key));
}

/** Keys of the repaired tiles, ascending. */
export function repairedKeys(store: TileStore): number[] {
  return store.layout.windows.flatMap((_, key) => (isRepaired(store, key) ? [key] : []));
}

/** Keeps a repaired tile. Its samples come last: a tile whose samples are there is complete. */
export function setRepaired(store: TileStore, key: number, tile: RepairedTile): void {
  setTile(store.provenance, key, tile.provenance);
  setTile(store.confidence, key, tile.confidence);
  if (tile.date) setTile(store.date, key, tile.date);
  const page = new Uint8Array(tile.bands.reduce((sum, band) => sum + band.byteLength, 0));
  let at = 0;
  for (const band of tile.bands) {
    page.set(new Uint8Array(band.buffer, band.byteOffset, band.byteLength), at);
    at += band.byteLength;
  }
  store.pages.set(samplesName(key), page);
}

/** Native samples of all bands of a repaired tile, without a copy: not to be changed. */
function samplesOf(store: TileStore, key: number): Samples[] | null {
  const page = store.pages.get(samplesName(key));
  if (!page) return null;
  const { width, height } = store.layout.windows[key];
  const make = SAMPLE_ARRAYS[store.sampleType];
  const stride = width * height * make.BYTES_PER_ELEMENT;
  return Array.from(
    { length: page.length / stride },
    (_, band) => new make(page.buffer as ArrayBuffer, band * stride, width * height),
  );
}

/** A repaired tile; null if the tile was not repaired. Not to be changed. */
export function repairedTile(store: TileStore, key: number): RepairedTile | null {
  const bands = samplesOf(store, key);
  if (!bands) return null;
  const window = store.layout.windows[key];
  return {
    window,
    bands,
    provenance: readPlane(store.provenance, window),
    confidence: readPlane(store.confidence, window),
    date: hasTile(store.date, key) ? readPlane(store.date, window) : null,
  };
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
  const overlay = (window: Window, out: Uint8Array, plane: SparsePlane): Uint8Array => {
    for (const key of tilesUnder(store.layout, window)) {
      const tile = store.layout.windows[key];
      if (isRepaired(store, key)) copyOverlap(readPlane(plane, tile), tile, out, window);
    }
    return out;
  };
  return {
    async read(window, signal) {
      const raster = await source.read(window, undefined, signal);
      const keys = tilesUnder(store.layout, window).filter((key) => isRepaired(store, key));
      if (keys.length === 0) return raster;
      const bands = raster.bands.map((band) => cropPlane(band, window, window));
      for (const key of keys) {
        const samples = samplesOf(store, key);
        bands.forEach((band, index) => {
          if (samples) copyOverlap(samples[index], store.layout.windows[key], band, window);
        });
      }
      return { window, bands };
    },
    mask: (window) => readPlane(store.mask, window, MASK_CLASS.nodata),
    provenance: (window) => overlay(window, fromMask(window, PROVENANCE.observed), store.provenance),
    confidence: (window) => overlay(window, fromMask(window, 100), store.confidence),
    date: (window) => overlay(window, fromMask(window, 0), store.date),
  };
}
