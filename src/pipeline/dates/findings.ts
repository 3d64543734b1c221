import type { Findings } from '../findings.ts';
import { CLEAR_LIMIT } from '../generate/prefill.ts';
import type { PageStore } from '../pages.ts';
import { MASK_CLASS, type Window } from '../scene.ts';
import { openPlane, readPlane, type SparsePlane, setTile, type TileLayout, tilesUnder } from '../tiles.ts';
import { copyOverlap } from '../windows.ts';
import type { Cloned } from './clone.ts';

/** The part of the pages whose names begin with `prefix`. */
export function pagesUnder(pages: PageStore, prefix: string): PageStore {
  return {
    has: (name) => pages.has(prefix + name),
    get: (name) => pages.get(prefix + name),
    set: (name, bytes) => pages.set(prefix + name, bytes),
  };
}

/**
 * 1 where a scene is clear: it holds data, lies outside of the final mask, and is clear beyond doubt. Tiles that were not
 * looked at are not clear.
 */
export function clearIn(findings: Findings, mask: SparsePlane, window: Window): Uint8Array {
  const classes = readPlane(mask, window, MASK_CLASS.nodata);
  const [thin, thick, shadow] = [findings.thin, findings.thick, findings.shadow].map((plane) =>
    readPlane(plane, window),
  );
  const limit = CLEAR_LIMIT * 255;
  const clear = classes.map((value, i) =>
    value === MASK_CLASS.clear && thin[i] + thick[i] + shadow[i] < limit ? 1 : 0,
  );
  for (const key of tilesUnder(mask.layout, window)) {
    if (findings.valid.has(key)) continue;
    const tile = mask.layout.windows[key];
    copyOverlap(new Uint8Array(tile.width * tile.height), tile, clear, window);
  }
  return clear;
}

/**
 * What was found at each pixel of a scene, before the mask was grown: its MASK_CLASS; where that is clear, but in doubt, what is
 * likeliest besides; 255 where there is no data, or nobody looked.
 */
export function flagsIn(findings: Findings, window: Window): Uint8Array {
  const flags = readPlane(findings.classes, window, MASK_CLASS.nodata);
  const [thin, thick, shadow] = [findings.thin, findings.thick, findings.shadow].map((plane) =>
    readPlane(plane, window),
  );
  const { layout } = findings.classes;
  for (const key of tilesUnder(layout, window)) {
    if (findings.valid.has(key)) continue;
    const tile = layout.windows[key];
    copyOverlap(new Uint8Array(tile.width * tile.height).fill(MASK_CLASS.nodata), tile, flags, window);
  }
  const limit = CLEAR_LIMIT * 255;
  return flags.map((value, i) => {
    if (value !== MASK_CLASS.clear || thin[i] + thick[i] + shadow[i] < limit) return value;
    if (shadow[i] > thin[i] + thick[i]) return MASK_CLASS.shadow;
    return thick[i] >= thin[i] ? MASK_CLASS.thick : MASK_CLASS.thin;
  });
}

/** What other dates give to the tiles that hold mask. */
export interface ClonedTiles {
  readonly layout: TileLayout;
  readonly pages: PageStore;
  /** Number of the date, from 1 on, that the pixel takes, in the mask and outside of it; 0 for none. */
  readonly date: SparsePlane;
  /** 1 where the pixel of the mask was filled from that date. */
  readonly filled: SparsePlane;
  /** Of filled pixels: 1 where the ground has changed since. */
  readonly changed: SparsePlane;
  /** Of filled pixels: expected error in reflectance, in steps of 0.001, up to 0.255. */
  readonly error: SparsePlane;
}

export function openCloned(layout: TileLayout, pages: PageStore): ClonedTiles {
  const plane = (name: string) => openPlane(layout, pages, `dates/${name}`);
  return {
    layout,
    pages,
    date: plane('date'),
    filled: plane('filled'),
    changed: plane('changed'),
    error: plane('error'),
  };
}

const ERROR_STEP = 0.001;

export function errorOf(stored: number): number {
  return stored * ERROR_STEP;
}

const valuesName = (key: number) => `dates/values/${key}`;

/** Was the tile's block worked on? */
export function isCloned({ pages }: ClonedTiles, key: number): boolean {
  return pages.has(valuesName(key));
}

/**
 * Keeps what a block's window says about one of its tiles. The values come last: a tile whose values are there is
 * complete. They are kept at filled pixels only.
 */
export function setCloned(
  store: ClonedTiles,
  key: number,
  window: Window,
  choice: Uint8Array,
  cloned: Cloned | null,
): void {
  const tile = store.layout.windows[key];
  const length = tile.width * tile.height;
  const date = new Uint8Array(length);
  copyOverlap(choice, window, date, tile);
  const filled = new Uint8Array(length);
  const changed = new Uint8Array(length);
  const error = new Uint8Array(length);
  const inside: number[] = [];
  cloned?.sites.forEach((i, s) => {
    const x = window.x + (i % window.width) - tile.x;
    const y = window.y + Math.floor(i / window.width) - tile.y;
    if (x < 0 || y < 0 || x >= tile.width || y >= tile.height) return;
    const at = y * tile.width + x;
    filled[at] = 1;
    changed[at] = cloned.changed[s];
    error[at] = Math.min(255, Math.ceil(cloned.error[s] / ERROR_STEP));
    inside.push(s);
  });
  setTile(store.date, key, date);
  setTile(store.filled, key, filled);
  setTile(store.changed, key, changed);
  setTile(store.error, key, error);
  const planes = cloned?.planes ?? [];
  const values = new Float32Array(planes.length * inside.length);
  planes.forEach((plane, b) => {
    for (let k = 0; k < inside.length; k++) values[b * inside.length + k] = plane[inside[k]];
  });
  store.pages.set(valuesName(key), new Uint8Array(values.buffer));
}

/**
 * Puts the filled pixels of a window into planes over it.
 * @returns the planes, new where anything was filled; `filled` is 1 there.
 */
export function withCloned(
  store: ClonedTiles,
  window: Window,
  planes: readonly Float32Array[],
): { readonly planes: readonly Float32Array[]; readonly filled: Uint8Array } {
  const filled = readPlane(store.filled, window);
  if (!filled.includes(1)) return { planes, filled };
  const out = planes.map((plane) => plane.slice());
  for (const key of tilesUnder(store.layout, window)) {
    const page = store.pages.get(valuesName(key));
    if (!page || page.length === 0) continue;
    const tile = store.layout.windows[key];
    const inTile = readPlane(store.filled, tile);
    const values = new Float32Array(page.buffer, page.byteOffset, page.byteLength / 4);
    const count = values.length / planes.length;
    for (let i = 0, k = 0; i < inTile.length; i++) {
      if (!inTile[i]) continue;
      const x = tile.x + (i % tile.width) - window.x;
      const y = tile.y + Math.floor(i / tile.width) - window.y;
      if (x >= 0 && y >= 0 && x < window.width && y < window.height) {
        for (let b = 0; b < out.length; b++) out[b][y * window.width + x] = values[b * count + k];
      }
      k++;
    }
  }
  return { planes: out, filled };
}
