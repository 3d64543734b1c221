import { MASK_CLASS, PROVENANCE } from './scene.ts';

/**
 * Colours of the classes, the same on the map and in the colour tables of exported files: distinguishable with
 * every common colour vision deficiency (after Okabe and Ito). Red, green, blue, each 0..255.
 */
export type Rgb = readonly [number, number, number];

/** Pixels that were found clear, or left as observed. */
export const UNTOUCHED_COLOUR: Rgb = [200, 206, 204];

export const MASK_COLOURS = {
  thin: [240, 200, 60],
  thick: [213, 94, 0],
  shadow: [70, 110, 220],
} as const satisfies Record<string, Rgb>;

export const PROVENANCE_COLOURS = {
  thinCorrected: [240, 200, 60],
  shadowCorrected: [70, 110, 220],
  otherDate: [0, 140, 110],
  otherDateChanged: [230, 159, 0],
  generated: [204, 80, 150],
  leftCloudy: [120, 120, 120],
} as const satisfies Record<string, Rgb>;

/** The same by the values in masks and provenance, in the order of legends. */
export const MASK_ENTRIES = byValue(MASK_CLASS, MASK_COLOURS);
export const PROVENANCE_ENTRIES = byValue(PROVENANCE, PROVENANCE_COLOURS);

function byValue<Name extends string, Values extends Readonly<Record<NoInfer<Name>, number>>>(
  values: Values,
  colours: Readonly<Record<Name, Rgb>>,
) {
  return (Object.keys(colours) as Name[]).map((name): readonly [Values[Name], Rgb] => [
    values[name],
    colours[name],
  ]);
}

/** Other dates, by number; from the seventh on they begin again. */
export const DATE_COLOURS: readonly Rgb[] = [
  [0, 140, 110],
  [86, 150, 233],
  [204, 121, 167],
  [230, 159, 0],
  [130, 90, 60],
  [100, 100, 180],
];
