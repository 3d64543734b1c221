import type { Grid, Window } from '../scene.ts';
import { copyOverlap, cropPlane } from '../windows.ts';
import { CELL, complete, LEVELS, type Level, pull } from './prefill.ts';

/**
 * The scene at one value per 16 x 16 pixels, from clear pixels only: what tiles fill their clouds from where
 * nothing clear is near. Cells are aligned to the scene's grid, so the fill does not depend on the tiling.
 * Memory: 4 bytes per cell and plane (11 MB for six planes of 10980 x 10980 pixels).
 */
export type CoarseField = Level;

export function createCoarseField(grid: Grid, planes: number): CoarseField {
  const width = Math.ceil(grid.width / CELL);
  const height = Math.ceil(grid.height / CELL);
  return {
    width,
    height,
    planes: Array.from({ length: planes }, () => new Float32Array(width * height)),
    weight: new Uint8Array(width * height),
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
export function asLevel(planes: readonly Float32Array[], clear: Uint8Array, window: Window): Level {
  const width = roundUp(window.width, CELL);
  const height = roundUp(window.height, CELL);
  if (width === window.width && height === window.height) return { width, height, planes, weight: clear };
  const padded = { x: window.x, y: window.y, width, height };
  return {
    width,
    height,
    planes: planes.map((plane) => cropPlane(plane, window, padded)),
    weight: cropPlane(clear, window, padded),
  };
}

/** Enters the clear pixels of one tile core, whose corner lies on a multiple of 16 pixels. */
export function addToCoarseField(
  field: CoarseField,
  window: Window,
  planes: readonly Float32Array[],
  clear: Uint8Array,
): void {
  let level = asLevel(planes, clear, window);
  for (let l = 0; l < LEVELS; l++) level = pull(level);
  const left = window.x / CELL;
  const top = window.y / CELL;
  for (let y = 0; y < level.height; y++) {
    const to = (top + y) * field.width + left;
    field.weight.set(level.weight.subarray(y * level.width, (y + 1) * level.width), to);
    level.planes.forEach((plane, p) => {
      field.planes[p].set(plane.subarray(y * level.width, (y + 1) * level.width), to);
    });
  }
}

/**
 * The field without holes, in the same memory: the same pull and push, down to one cell. Its grid is padded to a square whose
 * side is a power of two, with missing cells.
 * @returns null if no cell is known: then nothing can be filled.
 */
export function completeCoarseField(field: CoarseField): CoarseField | null {
  if (field.weight.every((weight) => weight === 0)) return null;
  let side = 1;
  while (side < field.width || side < field.height) side *= 2;
  const pad = <T extends Float32Array | Uint8Array>(from: T, to: T): T => {
    for (let y = 0; y < field.height; y++) {
      to.set(from.subarray(y * field.width, (y + 1) * field.width), y * side);
    }
    return to;
  };
  const weight = pad(field.weight, new Uint8Array(side * side));
  const origin = { x: 0, y: 0 };
  // Plane by plane, to bound the memory.
  for (const plane of field.planes) {
    const padded = pad(plane, new Float32Array(side * side));
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
  const left = window.x / CELL;
  const top = window.y / CELL;
  const width = Math.ceil(window.width / CELL);
  const height = Math.ceil(window.height / CELL);
  return field.planes.map((plane) => {
    const out = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = (top + y) * field.width + left;
      out.set(plane.subarray(from, from + width), y * width);
    }
    return out;
  });
}
