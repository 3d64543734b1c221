/** Colours of the overlays: distinguishable with every common colour vision deficiency (after Okabe and Ito). */
export type Rgb = readonly [number, number, number];

export const MASK_COLOURS = {
  thin: [240, 200, 60],
  thick: [213, 94, 0],
  shadow: [70, 110, 220],
} as const satisfies Record<string, Rgb>;

export const PROVENANCE_COLOURS = {
  thinCorrected: [240, 200, 60],
  shadowCorrected: [70, 110, 220],
  generated: [204, 80, 150],
  leftCloudy: [120, 120, 120],
} as const satisfies Record<string, Rgb>;

/** Percent and colour, dark to light, monotone in lightness. */
export const CONFIDENCE_RAMP: readonly (readonly [number, Rgb])[] = [
  [0, [68, 1, 84]],
  [25, [59, 82, 139]],
  [50, [33, 145, 140]],
  [75, [94, 201, 98]],
  [100, [253, 231, 37]],
];

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;
