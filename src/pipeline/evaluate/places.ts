import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';
import { MASK_CLASS, type Window } from '../scene.ts';
import type { TileLayout } from '../tiles.ts';
import { overlapOf, windowAround } from '../windows.ts';
import type { Random } from './random.ts';

/** Side of a place in tiles, and how many places there are at most. */
const TILES = 2;
const PLACES = 4;
/** Share of a place that has to be clear; where no place is as clear as the first, the second will do. */
const CLEAR_SHARE = 0.6;
const LEAST_CLEAR_SHARE = 0.2;
/** A scene whose sides are shorter shows too little. */
const LEAST_SIDE = 96;

/**
 * Where simulated clouds are put: up to four places of up to 512 x 512 pixels with much clear ground, drawn from all of the
 * scene and not overlapping.
 *
 * @param mask MASK_CLASS over a window of the scene.
 * @throws PipelineError `check/too-small`, `check/no-clear-part`
 */
export function choosePlaces(
  layout: TileLayout,
  mask: (window: Window) => Uint8Array,
  random: Random,
): Window[] {
  const { width, height } = layout.grid;
  if (Math.min(width, height) < LEAST_SIDE) {
    throw new PipelineError(
      'check/too-small',
      phrase(
        'The scene is {{width}} x {{height}} pixels: too small to put clouds on and see what comes back.',
        { width, height },
      ),
      phrase('The self-check needs at least {{least}} pixels on both sides.', { least: LEAST_SIDE }),
    );
  }
  const clear = layout.windows.map((window) => count(mask(window)));
  const last = (tiles: number) => Math.max(0, tiles - TILES);
  const candidates: { readonly window: Window; readonly share: number }[] = [];
  for (let row = 0; row <= last(layout.rows); row++) {
    for (let column = 0; column <= last(layout.columns); column++) {
      const keys = tilesOfPlace(layout, column, row);
      const window = windowAround(keys.map((key) => layout.windows[key]));
      const share = keys.reduce((sum, key) => sum + clear[key], 0) / (window.width * window.height);
      if (share >= LEAST_CLEAR_SHARE && Math.min(window.width, window.height) >= LEAST_SIDE)
        candidates.push({ window, share });
    }
  }
  const best = Math.max(0, ...candidates.map(({ share }) => share));
  if (best === 0) {
    throw new PipelineError(
      'check/no-clear-part',
      phrase('No part of the scene is clear enough to put clouds on and see what comes back.'),
      phrase('Compare with a clear picture of the area instead, or check another date of it.'),
    );
  }
  const places: Window[] = [];
  let left = candidates.filter(({ share }) => share >= Math.min(CLEAR_SHARE, 0.9 * best));
  while (left.length > 0 && places.length < PLACES) {
    const { window } = left[Math.floor(random.uniform() * left.length)];
    places.push(window);
    left = left.filter((other) => overlapOf(window, other.window) === null);
  }
  return places;
}

function count(classes: Uint8Array): number {
  let sum = 0;
  for (const value of classes) if (value === MASK_CLASS.clear) sum++;
  return sum;
}

function tilesOfPlace({ columns, rows }: TileLayout, column: number, row: number): number[] {
  const keys: number[] = [];
  for (let y = row; y < Math.min(rows, row + TILES); y++) {
    for (let x = column; x < Math.min(columns, column + TILES); x++) keys.push(y * columns + x);
  }
  return keys;
}
