import type { Region, RegionScore, RegionScores } from '../events.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { DISPLAY_SCALE, holdsDisplayValues, type Scene } from '../scene.ts';

/** Regions in the order in which they are shown, with the names that people know them by. */
const REGION_WORDS: readonly (readonly [Region, Phrase])[] = [
  ['thin', phrase('Thin cloud')],
  ['shadow', phrase('Shadow')],
  ['thick', phrase('Thick cloud')],
  ['repaired', phrase('All masked')],
  ['clear', phrase('Clear')],
];

/** A figure of a score, and how it is shown. */
export interface Measure {
  readonly name: string;
  readonly title: Phrase;
  readonly value: (score: RegionScore) => number | null;
  readonly digits: number;
  readonly higherIsBetter: boolean;
}

const DISPLAY_TITLES: Readonly<Record<string, Phrase>> = {
  MAE: phrase('Mean absolute error in values of 0 to 255; lower is better'),
  RMSE: phrase('Root mean square error in values of 0 to 255; lower is better'),
};

/** The figures of a score, with errors in reflectance. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'PSNR',
    title: phrase('Peak signal-to-noise ratio in dB; higher is better'),
    value: (score) => score.psnr,
    digits: 1,
    higherIsBetter: true,
  },
  {
    name: 'SSIM',
    title: phrase('Structural similarity, 1 is equal; higher is better'),
    value: (score) => score.ssim,
    digits: 2,
    higherIsBetter: true,
  },
  {
    name: 'MAE',
    title: phrase('Mean absolute error in reflectance; lower is better'),
    value: (score) => score.mae,
    digits: 3,
    higherIsBetter: false,
  },
  {
    name: 'RMSE',
    title: phrase('Root mean square error in reflectance; lower is better'),
    value: (score) => score.rmse,
    digits: 3,
    higherIsBetter: false,
  },
  {
    name: 'SAM',
    title: phrase('Spectral angle in degrees; lower is better'),
    value: (score) => score.sam,
    digits: 1,
    higherIsBetter: false,
  },
  {
    name: 'NDVI',
    title: phrase('Mean absolute error of NDVI; lower is better'),
    value: (score) => score.ndvi,
    digits: 3,
    higherIsBetter: false,
  },
];

/** The same, with errors in display values. */
const DISPLAY_MEASURES = MEASURES.map((measure): Measure => {
  const title = DISPLAY_TITLES[measure.name];
  if (title === undefined) return measure;
  return { ...measure, title, digits: 1, value: (score) => (measure.value(score) ?? 0) / DISPLAY_SCALE };
});

/** In what the errors of a scene are told. */
export interface Measuring {
  readonly measures: readonly Measure[];
  /** Units in 1 of a scene's scaled samples, in which scores are. */
  readonly unitsPerOne: number;
  /** Errors are told in values of 0 to 255, not in reflectance. */
  readonly inDisplayValues: boolean;
}

/** Errors of measured light are told in reflectance, those of display values in these: what light they stand for is not known. */
export function measuringOf(scene: Pick<Scene, 'bands'>): Measuring {
  return holdsDisplayValues(scene) ? IN_DISPLAY_VALUES : IN_REFLECTANCE;
}

export const IN_REFLECTANCE: Measuring = { measures: MEASURES, unitsPerOne: 1, inDisplayValues: false };
export const IN_DISPLAY_VALUES: Measuring = {
  measures: DISPLAY_MEASURES,
  unitsPerOne: 1 / DISPLAY_SCALE,
  inDisplayValues: true,
};

/** The name of the unit in which errors are told. */
export const unitOf = ({ inDisplayValues }: Measuring) =>
  inDisplayValues ? 'values of 0 to 255' : 'reflectance';

/**
 * A measure's figure as text: `31.2`; `∞` for equal pictures, `–` for none.
 * @param decimal writes a number with so many digits
 */
export function figure(
  { value, digits }: Measure,
  score: RegionScore,
  decimal = (value: number, digits: number) => value.toFixed(digits),
): string {
  const number = value(score);
  if (number === null) return '–';
  return number === Number.POSITIVE_INFINITY ? '∞' : decimal(number, digits);
}

/** Whether the second score is the better one; null if the figure does not exist or does not change. */
export function isBetter({ value, higherIsBetter }: Measure, before: RegionScore, after: RegionScore) {
  const [a, b] = [value(before), value(after)];
  return a === null || b === null || a === b ? null : b > a === higherIsBetter;
}

/** Scores of one region before and after. */
export interface ScoredRegion {
  readonly region: Region;
  readonly name: Phrase;
  readonly before: RegionScore;
  readonly after: RegionScore;
}

/** The regions that both scores have, in the order in which they are shown. */
export function scoredRegions(before: RegionScores, after: RegionScores): ScoredRegion[] {
  return REGION_WORDS.flatMap(([region, name]) => {
    const [a, b] = [before[region], after[region]];
    return a && b ? [{ region, name, before: a, after: b }] : [];
  });
}

/** The mean absolute errors of regions as shares of an axis that ends at `end`, a round number in the units of `measuring`. */
export function errorBars(regions: readonly ScoredRegion[], { unitsPerOne }: Measuring) {
  const errors = regions.flatMap(({ before, after }) => [before.mae, after.mae]);
  const largest = unitsPerOne * Math.max(1e-4, ...errors);
  const power = 10 ** Math.floor(Math.log10(largest));
  const end = power * ([1, 2, 5].find((step) => step * power >= largest) ?? 10);
  return {
    end,
    bars: regions.map(({ region, name, before, after }) => ({
      region,
      name,
      before: (unitsPerOne * before.mae) / end,
      after: (unitsPerOne * after.mae) / end,
    })),
  };
}
