import type { MaskEdits } from './detect/edits.ts';
import type { GeneratorSize } from './networks.ts';
import type { Notice, Samples, Window } from './scene.ts';

/** The stages, in order. These names are used in folders, messages, the interface and the documentation. */
const STAGES = [
  'ingest',
  'preprocess',
  'detect',
  'generate',
  'composite',
  'enhance',
  'evaluate',
  'output',
] as const;
export type Stage = (typeof STAGES)[number];
/** Those that a user waits for: `enhance` serves the display, tile by tile. */
export type ReportedStage = Exclude<Stage, 'enhance'>;

/** Which evidence decides where cloud and shadow are. */
export type MaskSource = 'network' | 'quality-band' | 'union';

/**
 * How a composite chooses per pixel among the dates that are clear there, all in the scene's radiometry: the one with the least cloud over
 * the whole area, the one that is most like all others (medoid), or the median of every band.
 */
export const COMPOSITE_METHODS = ['least-cloudy', 'medoid', 'median'] as const;
export type CompositeMethod = (typeof COMPOSITE_METHODS)[number];

export interface RunSettings {
  readonly maskSource: MaskSource;
  /** Probability of cloud (thin + thick) from which a pixel counts as cloud, 0..1. */
  readonly cloudThreshold: number;
  /** Probability of shadow from which a pixel counts as shadow, 0..1. */
  readonly shadowThreshold: number;
  /** The mask is grown by this many pixels, 0..32. */
  readonly bufferPixels: number;
  /** Inside the mask, the repair is faded in over this many pixels, 0..bufferPixels. */
  readonly featherPixels: number;
  /** Which generator repairs. */
  readonly generator: GeneratorSize;
  /** A composite of all dates in place of the repair of one; absent: the scene is repaired. */
  readonly composite?: CompositeMethod;
  /** What the user changed of the mask; absent: nothing. */
  readonly edits?: MaskEdits;
}

export const DEFAULT_SETTINGS: RunSettings = {
  maskSource: 'network',
  cloudThreshold: 0.4,
  shadowThreshold: 0.4,
  bufferPixels: 3,
  featherPixels: 3,
  generator: 'full',
};

export interface Progress {
  readonly type: 'progress';
  readonly stage: ReportedStage;
  /** Units of work (tiles) done and in all, within the stage. */
  readonly done: number;
  readonly total: number;
  /** Estimate for the rest of the whole job; null while unknown. */
  readonly secondsLeft: number | null;
}

/** Where cloud and shadow are, for one tile core. */
export interface MaskTile {
  readonly window: Window;
  /** MASK_CLASS per pixel, buffered. */
  readonly classes: Uint8Array;
}

/** The repaired samples of one tile core that holds cloud or shadow. */
export interface RepairedTile {
  readonly window: Window;
  /** All bands of the file, native samples; pixels outside the mask equal the source bit for bit. */
  readonly bands: readonly Samples[];
  /** PROVENANCE per pixel. */
  readonly provenance: Uint8Array;
  /**
   * Confidence per pixel in percent, 0..100, 255 = no data: 100 for observed pixels; else
   * 100 * exp(-b / 0.05) with b the generator's Laplace scale in reflectance.
   */
  readonly confidence: Uint8Array;
  /** Number of the date that each pixel came from, 0 for the scene's own; absent or null if there is only one date. */
  readonly date?: Uint8Array | null;
}

/** The run halted, or goes on. */
export interface PauseEvent {
  readonly type: 'pause';
  readonly paused: boolean;
}

export type RunEvent =
  | Progress
  | PauseEvent
  | { readonly type: 'mask'; readonly tile: MaskTile }
  | { readonly type: 'repaired'; readonly tile: RepairedTile }
  | { readonly type: 'notice'; readonly notice: Notice };

/** Shares of the valid pixels, 0..1. */
export interface Shares {
  readonly observed: number;
  readonly thinCorrected: number;
  readonly shadowCorrected: number;
  readonly generated: number;
  /** Seen on other dates, and of those the pixels whose ground has changed since. */
  readonly otherDates: number;
  readonly otherDatesChanged: number;
  readonly leftCloudy: number;
}

/** How another date fared. */
export interface DateReport {
  readonly scene: string;
  /** Day on which it was taken, `YYYY-MM-DD`; null if the file does not say. */
  readonly acquired: string | null;
  /** False if it was left out: a notice says why. */
  readonly used: boolean;
  /** By how many pixels of the scene it lay off, which was corrected; null if it was not laid over the scene. */
  readonly shift: { readonly dx: number; readonly dy: number } | null;
  /**
   * Mean absolute difference to the scene where both are clear, once harmonised, in reflectance (shares of 255 where the scene holds
   * display values); what changed in between is left aside. Null if unused, or clear nowhere where the scene is.
   */
  readonly residual: number | null;
  /** Share of the scene's valid pixels that came from it, 0..1. */
  readonly share: number;
}

/** Agreement of one picture with the truth over one region, all canonical bands present. */
export interface RegionScore {
  readonly pixels: number;
  /** Peak signal-to-noise ratio in dB, peak 1, over all pixels and bands of the region. */
  readonly psnr: number;
  /** Mean absolute and root mean square error in reflectance; in shares of 255 where the scene holds display values. */
  readonly mae: number;
  readonly rmse: number;
  /** Mean spectral angle in degrees. */
  readonly sam: number;
  /** Mean of the SSIM map (11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03, range 1) over the region. */
  readonly ssim: number;
  /** Mean absolute difference of NDVI; null without red or near infrared. */
  readonly ndvi: number | null;
  /**
   * Share of samples whose error lies within the 90 % interval that the confidence stands for; null where no confidence was
   * told. It should be 0.9.
   */
  readonly coverage: number | null;
}

/** `repaired` holds every masked pixel: thin, thick and shadow. */
export type Region = 'clear' | 'thin' | 'thick' | 'shadow' | 'repaired' | 'all';

export type RegionScores = Readonly<Partial<Record<Region, RegionScore>>>;

/** Error against a reference scene, before and after, by region of the mask. */
export interface Evaluation {
  readonly reference: string;
  /** True if the reference lay on another grid and was interpolated to the scene's. */
  readonly warped: boolean;
  readonly before: RegionScores;
  readonly after: RegionScores;
}

export interface RunReport {
  readonly scene: string;
  readonly shares: Shares;
  /** Mean confidence over repaired pixels, 0..100; null if none was repaired. */
  readonly meanConfidence: number | null;
  /** The other dates, in the order in which they were given; their numbers in the date layer begin with 1. */
  readonly dates: readonly DateReport[];
  readonly tiles: { readonly total: number; readonly repaired: number };
  readonly backend: string;
  /** Of this process: a run that was continued took longer in all. */
  readonly seconds: number;
  readonly settings: RunSettings;
  readonly evaluation: Evaluation | null;
  readonly notices: readonly Notice[];
}
