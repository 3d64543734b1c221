import { squaredDistance } from '../distance.ts';
import { eachNeighbour } from '../neighbours.ts';
import { MASK_CLASS, type Window } from '../scene.ts';
import { cropPlane, growWindow } from '../windows.ts';

/** Connected groups of masked pixels (8 neighbours) smaller than this are taken for noise and dropped. */
export const SPECK_PIXELS = 6;

/** Pixels around a window on which its final mask depends. */
export function maskContext(bufferPixels: number): number {
  return bufferPixels + SPECK_PIXELS;
}

const isMasked = (value: number) => value !== MASK_CLASS.clear && value !== MASK_CLASS.nodata;

/**
 * Clears the groups of masked pixels with fewer than SPECK_PIXELS members. A pixel is judged rightly if the
 * window holds SPECK_PIXELS of context around it: a smaller group cannot reach further.
 */
export function dropSpecks(classes: Uint8Array, width: number, height: number): Uint8Array {
  const out = classes.slice();
  const seen = new Uint8Array(classes.length);
  const group = new Int32Array(classes.length);
  for (let start = 0; start < classes.length; start++) {
    if (seen[start] || !isMasked(classes[start])) continue;
    let size = 0;
    group[size++] = start;
    seen[start] = 1;
    for (let next = 0; next < size; next++) {
      eachNeighbour(group[next], width, height, (i) => {
        if (seen[i] || !isMasked(classes[i])) return;
        seen[i] = 1;
        group[size++] = i;
      });
    }
    if (size < SPECK_PIXELS) for (const i of group.subarray(0, size)) out[i] = MASK_CLASS.clear;
  }
  return out;
}

/**
 * Grows the mask by `bufferPixels` (Euclidean). A grown pixel becomes thin if the nearest masked pixel is cloud and
 * shadow if it is shadow (cloud wins a tie), so that what was not found cloudy is corrected gently and never replaced.
 * Pixels without data stay as they are.
 */
export function bufferMask(
  classes: Uint8Array,
  width: number,
  height: number,
  bufferPixels: number,
): Uint8Array {
  if (bufferPixels <= 0 || !classes.some(isMasked)) return classes;
  const isClear = classes.map((value) => (value === MASK_CLASS.clear ? 1 : 0));
  const toCloud = squaredDistance(
    classes.map((value) => (value === MASK_CLASS.thin || value === MASK_CLASS.thick ? 1 : 0)),
    width,
    height,
    bufferPixels,
    isClear,
  );
  const toShadow = squaredDistance(
    classes.map((value) => (value === MASK_CLASS.shadow ? 1 : 0)),
    width,
    height,
    bufferPixels,
    isClear,
  );
  return classes.map((value, i) => {
    if (!isClear[i] || (toCloud[i] === Infinity && toShadow[i] === Infinity)) return value;
    return toCloud[i] <= toShadow[i] ? MASK_CLASS.thin : MASK_CLASS.shadow;
  });
}

/**
 * The final mask of a tile core from unbuffered classes of its surroundings; the same wherever tile borders lie.
 *
 * @param read Classes over a window that reaches `maskContext` beyond the core; 255 outside the scene.
 * @param keepSpecks Small groups stay: they were drawn, not found.
 */
export function finalMask(
  core: Window,
  bufferPixels: number,
  read: (window: Window) => Uint8Array,
  keepSpecks = false,
): Uint8Array {
  const window = growWindow(core, maskContext(bufferPixels));
  const classes = read(window);
  const cleaned = keepSpecks ? classes : dropSpecks(classes, window.width, window.height);
  return cropPlane(bufferMask(cleaned, window.width, window.height, bufferPixels), window, core);
}

/** Is any pixel cloud or shadow? */
export function hasMasked(classes: Uint8Array): boolean {
  return classes.some(isMasked);
}
