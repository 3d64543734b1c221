import type { Rgb } from '../pipeline/colours.ts';

/** Percent and colour, dark to light, monotone in lightness. */
export const CONFIDENCE_RAMP: readonly (readonly [number, Rgb])[] = [
  [0, [68, 1, 84]],
  [25, [59, 82, 139]],
  [50, [33, 145, 140]],
  [75, [94, 201, 98]],
  [100, [253, 231, 37]],
];

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;
