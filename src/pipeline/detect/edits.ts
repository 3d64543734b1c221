import { MASK_CLASS, type Window } from '../scene.ts';
import { overlapOf } from '../windows.ts';
import type { Probabilities } from './probabilities.ts';

/** What an edit makes of the pixels under it. */
export type EditClass = 0 | 1 | 2 | 3;

/**
 * One stroke or polygon of the user. Positions are in pixels of the scene from the upper left corner of its corner pixel,
 * so the centre of pixel (x, y) lies at (x + 0.5, y + 0.5).
 */
export type MaskOperation =
  | {
      readonly kind: 'stroke';
      readonly class: EditClass;
      /** Pixels whose centre lies within this distance of the line belong to it; above 0. */
      readonly radius: number;
      /** x0, y0, x1, y1, ...: at least one point. */
      readonly points: readonly number[];
    }
  | {
      readonly kind: 'polygon';
      readonly class: EditClass;
      /** Each ring x0, y0, x1, y1, ...; closed by itself. Holes by the even-odd rule. */
      readonly rings: readonly (readonly number[])[];
    };

/** A mask of the user's own, laid on the scene's grid and kept in the pages under its id. */
export interface OwnMask {
  readonly id: string;
  readonly name: string;
  /** Length and SHA-256 (in hex) of the file, where it was read as a whole. */
  readonly bytes?: number;
  readonly sha256?: string;
  /** The share of the scene's pixels of which it says something, 0..1; absent where it is not known yet. */
  readonly covers?: number;
}

/** A share of less than all in percent: never rounded up to 100. */
export const percentCovered = (share: number) => (Math.floor(1000 * share) / 10).toFixed(1);

/** What the user changed of the mask. The operations apply one after the other, after the mask was grown. */
export interface MaskEdits {
  /** Stands in place of what was found; null: nothing does. */
  readonly own: OwnMask | null;
  readonly operations: readonly MaskOperation[];
}

export const NO_EDITS: MaskEdits = { own: null, operations: [] };

/** The smallest window of whole pixels that holds an operation; null for one without points. */
export function reachOf(operation: MaskOperation): Window | null {
  const rings = operation.kind === 'stroke' ? [operation.points] : operation.rings;
  const margin = operation.kind === 'stroke' ? operation.radius : 0;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      left = Math.min(left, ring[i]);
      right = Math.max(right, ring[i]);
      top = Math.min(top, ring[i + 1]);
      bottom = Math.max(bottom, ring[i + 1]);
    }
  }
  if (left > right) return null;
  const x = Math.floor(left - margin);
  const y = Math.floor(top - margin);
  return { x, y, width: Math.ceil(right + margin) - x, height: Math.ceil(bottom + margin) - y };
}

/** Does an operation meet a window? Judged by its surrounding rectangle. */
export function touches(operation: MaskOperation, window: Window): boolean {
  const reach = reachOf(operation);
  return reach !== null && overlapOf(reach, window) !== null;
}

/**
 * Calls `paint` with the index in `window` of every pixel whose centre lies under the operation; a pixel may come twice.
 * Only the part inside the window is gone through, and nothing larger is held.
 */
export function rasterise(operation: MaskOperation, window: Window, paint: (index: number) => void): void {
  const reach = reachOf(operation);
  const part = reach && overlapOf(reach, window);
  if (!part) return;
  if (operation.kind === 'polygon') fillRings(operation.rings, window, part, paint);
  else drawStroke(operation.points, operation.radius, window, paint);
}

/**
 * Scan lines through the pixel centres, even-odd. The edges are gone through once, however many rows there are.
 * @param part of the window, which holds all of the rings that lies inside it
 */
function fillRings(
  rings: readonly (readonly number[])[],
  window: Window,
  part: Window,
  paint: (i: number) => void,
): void {
  const { x: left, y: top, width, height } = part;
  /** 1 where a row passes from outside to inside, or back. */
  const passes = new Uint8Array(width * height);
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
      const [x0, y0, x1, y1] = [ring[j], ring[j + 1], ring[i], ring[i + 1]];
      const first = Math.max(0, Math.ceil(Math.min(y0, y1) - top - 0.5));
      const end = Math.min(height, Math.ceil(Math.max(y0, y1) - top - 0.5));
      for (let row = first; row < end; row++) {
        const x = x0 + ((top + row + 0.5 - y0) / (y1 - y0)) * (x1 - x0);
        const column = Math.max(0, Math.ceil(x - left - 0.5));
        if (column < width) passes[row * width + column] ^= 1;
      }
    }
  }
  for (let row = 0; row < height; row++) {
    const start = (top - window.y + row) * window.width + left - window.x;
    let inside = 0;
    for (let column = 0; column < width; column++) {
      inside ^= passes[row * width + column];
      if (inside) paint(start + column);
    }
  }
}

/** Every pixel whose centre lies within the radius of a segment of the line. */
function drawStroke(
  points: readonly number[],
  radius: number,
  window: Window,
  paint: (i: number) => void,
): void {
  const squared = radius * radius;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const last = i + 3 < points.length;
    if (!last && i > 0) break;
    const [x0, y0] = [points[i], points[i + 1]];
    const [x1, y1] = last ? [points[i + 2], points[i + 3]] : [x0, y0];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius - window.x));
    const right = Math.min(window.width - 1, Math.ceil(Math.max(x0, x1) + radius - window.x));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius - window.y));
    const bottom = Math.min(window.height - 1, Math.ceil(Math.max(y0, y1) + radius - window.y));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = window.x + column + 0.5 - x0;
        const py = window.y + row + 0.5 - y0;
        const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
        const [ex, ey] = [px - t * dx, py - t * dy];
        if (ex * ex + ey * ey <= squared) paint(row * window.width + column);
      }
    }
  }
}

/** Applies operations to MASK_CLASS values over a window, in place. Pixels without data stay as they are. */
export function editClasses(
  classes: Uint8Array,
  window: Window,
  operations: readonly MaskOperation[],
): Uint8Array {
  for (const operation of operations) {
    rasterise(operation, window, (i) => {
      if (classes[i] !== MASK_CLASS.nodata) classes[i] = operation.class;
    });
  }
  return classes;
}

/** Applies operations to one class's probabilities over a window, in place: certain where it was drawn, else none. */
export function editProbability(
  plane: Uint8Array,
  of: keyof Probabilities,
  window: Window,
  operations: readonly MaskOperation[],
): void {
  for (const operation of operations) {
    const value = operation.class === MASK_CLASS[of] ? 255 : 0;
    rasterise(operation, window, (i) => {
      plane[i] = value;
    });
  }
}
