import type { Grid, Window } from '../scene.ts';
import { copyOverlap, cropPlane } from '../windows.ts';
import { COARSE_CELL, complete, FILL_LEVELS, type FillLevel, pull } from './prefill.ts';

/**
 * The scene at one value per 16 x 16 pixels, from clear pixels only: what tiles fill their clouds from where
 * nothing clear is near. Cells are aligned to the scene's grid, so the fill does not depend on the tiling.
 * Memory: 5 bytes per cell and plane (14 MB for six planes of 10980 x 10980 pixels).
 */
export interface CoarseField {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
  /** Clear pixels that each cell of a plane rests on, up to FULL_WEIGHT. */
  readonly weights: readonly Uint8Array[];
}

export function createCoarseField(grid: Grid, planes: number): CoarseField {
  const width = Math.ceil(grid.width / COARSE_CELL);
  const height = Math.ceil(grid.height / COARSE_CELL);
  return {
    width,
    height,
    planes: Array.from({ length: planes }, () => new Float32Array(width * height)),
    weights: Array.from({ length: planes }, () => new Uint8Array(width * height)),
  };
}

/** `length` up to the next multiple of `unit`. */
function roundUp(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit;
}

/**
 * Planes over a window, as a level whose sides are multiples of 16 pixels: missing cells are appended at the
 * right and lower edge. Planes that fit already are not copied.
 */
export function asLevel(planes: readonly Float32Array[], clear: Uint8Array, window: Window): FillLevel {
  const width = roundUp(window.width, COARSE_CELL);
  const height = roundUp(window.height, COARSE_CELL);
  if (width === window.width && height === window.height) return { width, height, planes, weight: clear };
  const padded = { x: window.x, y: window.y, width, height };
  return {
    width,
    height,
    planes: planes.map((plane) => cropPlane(plane, window, padded)),
    weight: cropPlane(clear, window, padded),
  };
}

/**
 * Planes as levels, see {@link asLevel}: those that hold a number at the same clear pixels as one. Most often that is all of them; bands
 * that the networks do not see may have gaps of their own, NaN.
 * @returns levels, with the places of their planes among `planes`
 */
export function asLevels(
  planes: readonly Float32Array[],
  clear: Uint8Array,
  window: Window,
): { readonly level: FillLevel; readonly places: readonly number[] }[] {
  const placesOf = new Map<Uint8Array, number[]>([[clear, []]]);
  planes.forEach((plane, p) => {
    const known = hasGaps(plane, clear) ? clear.map((is, i) => (Number.isNaN(plane[i]) ? 0 : is)) : clear;
    placesOf.set(known, [...(placesOf.get(known) ?? []), p]);
  });
  return [...placesOf].map(([known, places]) => ({
    level: asLevel(
      places.map((p) => planes[p]),
      known,
      window,
    ),
    places,
  }));
}

function hasGaps(plane: Float32Array, clear: Uint8Array): boolean {
  for (let i = 0; i < clear.length; i++) if (clear[i] !== 0 && Number.isNaN(plane[i])) return true;
  return false;
}

/** Enters the clear pixels of one tile core, whose corner lies on a multiple of 16 pixels. */
export function addToCoarseField(
  field: CoarseField,
  window: Window,
  planes: readonly Float32Array[],
  clear: Uint8Array,
): void {
  const left = window.x / COARSE_CELL;
  const top = window.y / COARSE_CELL;
  for (const { level: pixels, places } of asLevels(planes, clear, window)) {
    let level = pixels;
    for (let l = 0; l < FILL_LEVELS; l++) level = pull(level);
    for (let y = 0; y < level.height; y++) {
      const to = (top + y) * field.width + left;
      const row = <T extends Float32Array | Uint8Array>(of: T) =>
        of.subarray(y * level.width, (y + 1) * level.width);
      places.forEach((p, k) => {
        field.weights[p].set(row(level.weight), to);
        field.planes[p].set(row(level.planes[k]), to);
      });
    }
  }
}

/**
 * The field without holes, in the same memory: the same pull and push, down to one cell. Its grid is padded to a square whose
 * side is a power of two, with missing cells. A plane that is known nowhere holds NaN.
 * @returns null if no cell of the first plane is known: then nothing can be filled.
 */
export function completeCoarseField(field: CoarseField): CoarseField | null {
  const unknown = (weight: Uint8Array) => weight.every((is) => is === 0);
  if (unknown(field.weights[0])) return null;
  let side = 1;
  while (side < field.width || side < field.height) side *= 2;
  const pad = <T extends Float32Array | Uint8Array>(from: T, to: T): T => {
    for (let y = 0; y < field.height; y++) {
      to.set(from.subarray(y * field.width, (y + 1) * field.width), y * side);
    }
    return to;
  };
  const origin = { x: 0, y: 0 };
  // Plane by plane, to bound the memory.
  for (const [p, plane] of field.planes.entries()) {
    if (unknown(field.weights[p])) {
      plane.fill(Number.NaN);
      continue;
    }
    const padded = pad(plane, new Float32Array(side * side));
    const weight = pad(field.weights[p], new Uint8Array(side * side));
    const [filled] = complete({ width: side, height: side, planes: [padded], weight });
    copyOverlap(filled, { ...origin, width: side, height: side }, plane, {
      ...origin,
      width: field.width,
      height: field.height,
    });
  }
  return field;
}

/** The cells under a window whose corner lies on a multiple of 16 pixels; sides rounded up to whole cells. */
export function cropCoarseField(field: CoarseField, window: Window): Float32Array[] {
  const left = window.x / COARSE_CELL;
  const top = window.y / COARSE_CELL;
  const width = Math.ceil(window.width / COARSE_CELL);
  const height = Math.ceil(window.height / COARSE_CELL);
  return field.planes.map((plane) => {
    const out = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = (top + y) * field.width + left;
      out.set(plane.subarray(from, from + width), y * width);
    }
    return out;
  });
}
