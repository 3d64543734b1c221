import type { ClassLayer } from '../src/pipeline/enhance/comparison.ts';
import type { DisplayPixels, DisplayRequest } from '../src/pipeline/enhance/display-tile.ts';
import type { BandStretch } from '../src/pipeline/enhance/stretch.ts';
import type { RecordedScene } from '../src/pipeline/library/record.ts';
import type { Scene, SceneOverrides } from '../src/pipeline/scene.ts';

/** A file, or the address of one. */
export type ComparisonFile = Blob | string;

export interface ComparisonInput extends Partial<Readonly<Record<ClassLayer, ComparisonFile>>> {
  readonly before: ComparisonFile;
  readonly after: ComparisonFile;
  /** What the user changed of what was understood of the images. */
  readonly overrides?: SceneOverrides;
  /** What a record says of the images: others are refused. */
  readonly described?: RecordedScene;
}

/** The comparison worker: reads finished files for the embedded viewer. Each `job` is a number for cancel. */
export interface ComparisonApi {
  /** Resolves when the worker's end would be noticed; see liveness.ts. */
  start(): Promise<void>;
  cancel(job: number): void;
  open(job: number, input: ComparisonInput): Promise<OpenedComparison>;
  tile(job: number, request: DisplayRequest): Promise<DisplayPixels>;
  /** 2nd and 98th percentile in reflectance of bands (file indices) of the image before. */
  stretch(job: number, bands: readonly number[]): Promise<BandStretch[]>;
}

export interface OpenedComparison {
  readonly scene: Scene;
  /** File indices shown as red, green, blue at first. */
  readonly displayBands: readonly [number, number, number];
  /** Bands that both images have. */
  readonly bands: number;
}
