import type { Samples, Window } from './scene.ts';

type Size = Pick<Window, 'width' | 'height'>;

/** The part that two windows share; null if they do not meet. */
export function overlapOf(a: Window, b: Window): Window | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const right = Math.min(a.x + a.width, b.x + b.width);
  const bottom = Math.min(a.y + a.height, b.y + b.height);
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}

/** The part of `window` inside a `width` x `height` grid; null if they do not meet. */
export const clipWindow = (window: Window, width: number, height: number): Window | null =>
  overlapOf(window, { x: 0, y: 0, width, height });

/** The smallest window that holds all of these, of which there is at least one. */
export function windowAround(windows: readonly Window[]): Window {
  const x = Math.min(...windows.map((window) => window.x));
  const y = Math.min(...windows.map((window) => window.y));
  const right = Math.max(...windows.map((window) => window.x + window.width));
  const bottom = Math.max(...windows.map((window) => window.y + window.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Size of an image in whole pixels, at least 1, when it is made smaller until no side is longer than `side`. */
export function sizeWithin(image: Size, side: number): Size {
  const factor = Math.min(1, side / Math.max(image.width, image.height));
  const scaled = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: scaled(image.width), height: scaled(image.height) };
}

/** `window` grown by `margin` pixels on every side; it may reach beyond the grid. */
export function growWindow(window: Window, margin: number): Window {
  return {
    x: window.x - margin,
    y: window.y - margin,
    width: window.width + 2 * margin,
    height: window.height + 2 * margin,
  };
}

/** Copies the overlap of two windows from one plane to another, sample by sample, without conversion. */
export function copyOverlap<T extends Samples>(from: T, fromWindow: Window, to: T, toWindow: Window): void {
  const both = overlapOf(fromWindow, toWindow);
  if (!both) return;
  const { x, y: top, width } = both;
  for (let y = top; y < top + both.height; y++) {
    const start = (y - fromWindow.y) * fromWindow.width + x - fromWindow.x;
    // A typed array set from one of its own type copies bytes: NaN payloads survive.
    to.set(from.subarray(start, start + width), (y - toWindow.y) * toWindow.width + x - toWindow.x);
  }
}

/** `window` of a plane that covers `planeWindow`; the part outside it is left 0. */
export function cropPlane<T extends Samples>(plane: T, planeWindow: Window, window: Window): T {
  const out = new (plane.constructor as new (length: number) => T)(window.width * window.height);
  copyOverlap(plane, planeWindow, out, window);
  return out;
}

/**
 * Positions `start .. start + length - 1`, those outside `low .. high - 1` mirrored back into it (the edge
 * sample repeats, as in `... 1 0 | 0 1 2 ... n-1 | n-1 ...`; periodic, so that any length works).
 */
export function mirrorPositions(start: number, length: number, low: number, high: number): Int32Array {
  const size = high - low;
  const period = 2 * size;
  return Int32Array.from({ length }, (_, i) => {
    const offset = (((start + i - low) % period) + period) % period;
    return low + (offset < size ? offset : period - 1 - offset);
  });
}

const WINDOWS_ACROSS = 4;

/**
 * A few windows of `size` pixels each way from all over a `width` x `height` grid, by which a large file is judged while
 * little of it is read.
 */
export function spreadWindows(width: number, height: number, size = 64): Window[] {
  const starts = (length: number) => {
    if (length <= size * WINDOWS_ACROSS) return [{ at: 0, size: length }];
    const step = (length - size) / (WINDOWS_ACROSS - 1);
    return Array.from({ length: WINDOWS_ACROSS }, (_, i) => ({ at: Math.round(i * step), size }));
  };
  return starts(height).flatMap((row) =>
    starts(width).map((column) => ({ x: column.at, y: row.at, width: column.size, height: row.size })),
  );
}
