import { squaredDistance } from '../distance.ts';
import { MASK_CLASS, type Window } from '../scene.ts';
import { cropPlane, growWindow } from '../windows.ts';

/**
 * Share of the repair per pixel of a tile core: 0 outside the mask; inside, the distance to the nearest clear
 * pixel over `featherPixels + 1`, at most 1. Pixels without data and the scene's edge cause no fade.
 *
 * @param read Final MASK_CLASS over a window that reaches `featherPixels + 1` beyond the core; 255 outside the scene.
 */
export function featherAlpha(
  core: Window,
  featherPixels: number,
  read: (window: Window) => Uint8Array,
): Float32Array {
  const window = growWindow(core, featherPixels + 1);
  const classes = read(window);
  const masked = classes.map((value) => (value === MASK_CLASS.clear || value === MASK_CLASS.nodata ? 0 : 1));
  const alpha = new Float32Array(classes.length);
  const clear = classes.map((value) => (value === MASK_CLASS.clear ? 1 : 0));
  const squared = squaredDistance(clear, window.width, window.height, featherPixels + 1, masked);
  for (let i = 0; i < alpha.length; i++) {
    if (masked[i]) alpha[i] = Math.min(1, Math.sqrt(squared[i]) / (featherPixels + 1));
  }
  return cropPlane(alpha, window, core);
}
