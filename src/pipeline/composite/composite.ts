import type { RepairedTile } from '../events.ts';
import {
  type Band,
  isMeasured,
  MASK_CLASS,
  PROVENANCE,
  type Samples,
  type Scene,
  type Window,
} from '../scene.ts';
import { mixInto, sampleMaker } from './native.ts';

/** What the generator says about a tile core. */
export interface Repair {
  /** Reflectance by file index of the band; bands without an entry are copied. */
  readonly bands: ReadonlyMap<number, Float32Array>;
  /** Laplace scale of the error in reflectance, > 0. */
  readonly errorScale: Float32Array;
  /** How much of what the generator worked from was filled in, not seen, 0..1. */
  readonly unseen: Float32Array;
  /** What other dates saw; null if there is none. */
  readonly dates: FilledFromDates | null;
  /** False if thick cloud could not be filled, because nothing clear is in the scene. */
  readonly thickFilled: boolean;
}

/** Over a tile core. */
export interface FilledFromDates {
  /** Number of the date that saw the ground, from 1 on; 0 where none did. */
  readonly date: Uint8Array;
  /** How much of the repair is what that date saw, 0..1; the rest is the generator's. */
  readonly share: Float32Array;
  /** 1 where the ground has changed since. */
  readonly changed: Uint8Array;
  /** Expected error in reflectance. */
  readonly error: Float32Array;
}

/** Laplace scale at which confidence has fallen to 1/e. */
export const CONFIDENCE_SCALE = 0.05;

/** Confidence in percent from the Laplace scale of the error in reflectance. */
export function confidenceOf(errorScale: number): number {
  return Math.round(100 * Math.exp(-Math.max(0, errorScale) / CONFIDENCE_SCALE));
}

/**
 * Laplace scale of the error in reflectance from the confidence in percent, 0..100. What rounding took away is unknown: at
 * both ends, the middle of what rounds there is assumed.
 */
export function scaleOf(confidence: number): number {
  return -CONFIDENCE_SCALE * Math.log(Math.min(99.75, Math.max(0.25, confidence)) / 100);
}

const REPAIRED_AS: Readonly<Record<number, number>> = {
  [MASK_CLASS.thin]: PROVENANCE.thinCorrected,
  [MASK_CLASS.shadow]: PROVENANCE.shadowCorrected,
  [MASK_CLASS.thick]: PROVENANCE.generated,
};

/**
 * Merges a repair into a tile core, inside the mask only.
 *
 * @param native Samples of all bands of the file over the core; these arrays are changed and returned.
 * @param classes Final MASK_CLASS of the core.
 * @param alpha Share of the repair per pixel, 0 outside the mask.
 */
export function composite(
  scene: Scene,
  core: Window,
  native: readonly Samples[],
  classes: Uint8Array,
  alpha: Float32Array,
  repair: Repair,
): RepairedTile {
  const provenance = new Uint8Array(classes.length);
  const confidence = new Uint8Array(classes.length).fill(100);
  const date = repair.dates && new Uint8Array(classes.length);
  const share = alpha.slice();
  for (let i = 0; i < classes.length; i++) {
    const value = classes[i];
    if (value === MASK_CLASS.nodata) {
      provenance[i] = PROVENANCE.nodata;
      confidence[i] = 255;
      share[i] = 0;
      if (date) date[i] = 255;
    } else if (value !== MASK_CLASS.clear && date && repair.dates?.date[i] && repair.dates.share[i] >= 0.5) {
      date[i] = repair.dates.date[i];
      provenance[i] = repair.dates.changed[i] ? PROVENANCE.otherDateChanged : PROVENANCE.otherDate;
      confidence[i] = confidenceOf(repair.dates.error[i]);
    } else if (value === MASK_CLASS.thick && !repair.thickFilled) {
      provenance[i] = PROVENANCE.leftCloudy;
      confidence[i] = 0;
      share[i] = 0;
    } else if (value !== MASK_CLASS.clear) {
      provenance[i] = repair.unseen[i] >= 0.5 ? PROVENANCE.generated : REPAIRED_AS[value];
      confidence[i] = confidenceOf(repair.errorScale[i]);
    }
  }
  const make = sampleMaker(scene.sampleType, scene.nodata);
  const isData = (sample: number) => isMeasured(sample, scene.nodata);
  for (const [index, repaired] of repair.bands) {
    const band = scene.bands.find((b) => b.index === index) as Band;
    mixInto(native[index], repaired, share, band, make, isData);
  }
  return { window: core, bands: native, provenance, confidence, date };
}
