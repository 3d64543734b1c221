import type { Rgb } from '../pipeline/colours.ts';

/** Percent and colour, dark to light, monotone in lightness. */
export const CONFIDENCE_RAMP: readonly (readonly [number, Rgb])[] = [
  [0, [68, 1, 84]],
  [25, [59, 82, 139]],
  [50, [33, 145, 140]],
  [75, [94, 201, 98]],
  [100, [253, 231, 37]],
];

/** NDVI and colour: water and bare ground, sparse, dense vegetation. */
export const NDVI_RAMP: readonly (readonly [number, Rgb])[] = [
  [-0.5, [64, 92, 140]],
  [0, [214, 196, 160]],
  [0.25, [232, 228, 150]],
  [0.5, [120, 180, 80]],
  [0.9, [10, 84, 40]],
];

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;
