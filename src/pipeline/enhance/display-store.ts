import type { MaskTile, RepairedTile } from '../events.ts';
import { recent } from '../pages.ts';
import type { Samples, Window } from '../scene.ts';

/** Side in pixels of the buckets in which tiles are looked up. */
const BUCKET = 256;
/** Every tile is kept at every so many-th pixel: enough for a view of the whole scene. */
export const SMALL_STEP = 8;
/** Bytes of whole tiles that are held: a screenful at full resolution. */
const REPAIRED_BUDGET = 32 * 2 ** 20;
const MASK_BUDGET = 16 * 2 ** 20;

/** A tile and where in its arrays a pixel of the scene is. */
export interface Found<T> {
  readonly tile: T;
  readonly index: number;
}

/** Looks pixels of the scene up in the tiles that hold them. */
export type Lookup<T> = (x: number, y: number) => Found<T> | null;

/**
 * Tiles by place, in bounded memory: all of them small, and those used last whole. Tiles do not overlap, but one
 * may come again with better values.
 */
export interface TileIndex<T extends { readonly window: Window }> {
  /** Takes a whole tile in, in place of an earlier one of the same window. */
  add(tile: T): void;
  /** The same with a tile that was made small: the whole one is fetched when it is looked at. */
  addSmall(small: T): void;
  /**
   * Makes the tiles under a window ready to be looked up at every `step`-th pixel: small where that is enough, else
   * whole, fetched again where they are no longer held (small where they cannot be had).
   */
  under(window: Window, step: number): Promise<Lookup<T>>;
  readonly empty: boolean;
}

/** How the tiles of a kind are made smaller and measured, and had again. */
export interface TileKind<T> {
  /** The tile with another plane in place of each. */
  map(tile: T, change: <S extends Samples>(plane: S) => S): T;
  byteLength(tile: T): number;
  readonly budget: number;
  /** The whole tile of a window; null if it can no longer be had. */
  fetch(window: Window): Promise<T | null>;
}

interface Entry<T> {
  readonly window: Window;
  readonly small: T;
}

export function tileIndex<T extends { readonly window: Window }>(kind: TileKind<T>): TileIndex<T> {
  const entries = new Map<string, Entry<T>>();
  const buckets = new Map<string, Set<string>>();
  const whole = recent<string, T>(kind.budget);
  const keyOf = ({ x, y }: Window) => `${x},${y}`;

  async function wholeOf(entry: Entry<T>): Promise<T | null> {
    const key = keyOf(entry.window);
    const held = whole.get(key);
    if (held) return held;
    const fetched = await kind.fetch(entry.window);
    if (fetched) whole.put(key, fetched, kind.byteLength(fetched));
    return fetched;
  }

  function addSmall(small: T): void {
    const { window } = small;
    const key = keyOf(window);
    entries.set(key, { window, small });
    whole.drop(key);
    for (const bucket of bucketsUnder(window)) {
      buckets.set(bucket, (buckets.get(bucket) ?? new Set()).add(key));
    }
  }

  return {
    add(tile) {
      addSmall(kind.map(tile, (plane) => shrink(plane, tile.window)));
      whole.put(keyOf(tile.window), tile, kind.byteLength(tile));
    },
    addSmall,
    async under(window, step) {
      const keys = new Set(bucketsUnder(window).flatMap((bucket) => [...(buckets.get(bucket) ?? [])]));
      const near = [...keys].map((key) => entries.get(key) as Entry<T>);
      const tiles = step >= SMALL_STEP ? [] : await Promise.all(near.map(wholeOf));
      return lookup(
        near.map(({ window, small }, i) => {
          const tile = tiles[i];
          return tile ? { window, tile, step: 1 } : { window, tile: small, step: SMALL_STEP };
        }),
      );
    },
    get empty() {
      return entries.size === 0;
    },
  };
}

function bucketsUnder({ x, y, width, height }: Window): string[] {
  const keys: string[] = [];
  for (let row = Math.floor(y / BUCKET); row * BUCKET < y + height; row++) {
    for (let column = Math.floor(x / BUCKET); column * BUCKET < x + width; column++)
      keys.push(`${column},${row}`);
  }
  return keys;
}

/** Neighbouring pixels mostly lie in the same tile: the last one is tried first. */
function lookup<T>(
  tiles: readonly { readonly window: Window; readonly tile: T; readonly step: number }[],
): Lookup<T> {
  const holds = ({ window: w }: (typeof tiles)[number], x: number, y: number) =>
    x >= w.x && y >= w.y && x < w.x + w.width && y < w.y + w.height;
  let last: (typeof tiles)[number] | undefined;
  return (x, y) => {
    if (!last || !holds(last, x, y)) last = tiles.find((entry) => holds(entry, x, y));
    if (!last) return null;
    const { window, tile, step } = last;
    const columns = Math.ceil(window.width / step);
    return { tile, index: Math.floor((y - window.y) / step) * columns + Math.floor((x - window.x) / step) };
  };
}

/** Every SMALL_STEP-th pixel of a plane, from the middle of its square. */
function shrink<S extends Samples>(plane: S, { width, height }: Window): S {
  const columns = Math.ceil(width / SMALL_STEP);
  const rows = Math.ceil(height / SMALL_STEP);
  const out = new (plane.constructor as new (length: number) => S)(columns * rows);
  const middle = (i: number, length: number) => Math.min(length - 1, i * SMALL_STEP + SMALL_STEP / 2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[row * columns + column] = plane[middle(row, height) * width + middle(column, width)];
    }
  }
  return out;
}

/** A repaired tile at every SMALL_STEP-th pixel, in memory of its own. */
export const smallRepaired = (tile: RepairedTile): RepairedTile =>
  mapRepaired(tile, (plane) => shrink(plane, tile.window));

function mapRepaired(tile: RepairedTile, change: <S extends Samples>(plane: S) => S): RepairedTile {
  return {
    window: tile.window,
    bands: tile.bands.map(change),
    provenance: change(tile.provenance),
    confidence: change(tile.confidence),
    date: tile.date && change(tile.date),
  };
}

/** What a run has found and repaired so far. */
export interface DisplayStore {
  readonly masks: TileIndex<MaskTile>;
  readonly repaired: TileIndex<RepairedTile>;
}

/** Has whole tiles again that the display no longer holds; null if they are gone. */
export interface TileFetcher {
  mask(window: Window): Promise<MaskTile | null>;
  repaired(window: Window): Promise<RepairedTile | null>;
}

/** For a display that no run stands behind. */
const NOTHING: TileFetcher = { mask: async () => null, repaired: async () => null };

export function displayStore(fetcher: TileFetcher = NOTHING): DisplayStore {
  return {
    masks: tileIndex<MaskTile>({
      map: (tile, change) => ({ ...tile, classes: change(tile.classes) }),
      byteLength: (tile) => tile.classes.byteLength,
      budget: MASK_BUDGET,
      fetch: fetcher.mask,
    }),
    repaired: tileIndex<RepairedTile>({
      map: mapRepaired,
      byteLength: ({ bands, provenance, confidence, date }) =>
        [...bands, provenance, confidence].reduce(
          (sum, plane) => sum + plane.byteLength,
          date?.byteLength ?? 0,
        ),
      budget: REPAIRED_BUDGET,
      fetch: fetcher.repaired,
    }),
  };
}
