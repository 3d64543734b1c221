import type { BackendName } from '../src/inference/backend.ts';
import type { StartReport } from '../src/inference/networks.ts';
import type { DateSurvey } from '../src/pipeline/dates/survey.ts';
import type { OwnMask } from '../src/pipeline/detect/edits.ts';
import type { DisplayPixels, DisplayRequest, PixelValues } from '../src/pipeline/enhance/display-tile.ts';
import type { BandStretch } from '../src/pipeline/enhance/stretch.ts';
import type { ErrorReport } from '../src/pipeline/errors.ts';
import type { SelfCheck } from '../src/pipeline/evaluate/self-check.ts';
import type {
  Evaluation,
  MaskTile,
  RepairedTile,
  RunEvent,
  RunReport,
  RunSettings,
} from '../src/pipeline/events.ts';
import type { Product } from '../src/pipeline/file-names.ts';
import type { ImageFile } from '../src/pipeline/library/record.ts';
import type { GeneratorSize, Networks } from '../src/pipeline/networks.ts';
import type { Look } from '../src/pipeline/output/picture.ts';
import type { Place } from '../src/pipeline/place.ts';
import type { Scene, SceneOverrides, Window } from '../src/pipeline/scene.ts';
import type { ComparisonInput, OpenedComparison } from './comparison-protocol.ts';
import type { Speed } from './speed.ts';

export type { BackendName };

/** A file, the files of one scene, or the address of one (a URL object does not cross). */
export type PostedScene = File | readonly File[] | string;

/** Another date of the open scene, under a number of the interface's choice. */
export interface DateInput {
  readonly id: number;
  readonly input: PostedScene;
}

export type PipelineEvent = Exclude<RunEvent, { type: 'mask' } | { type: 'repaired' }>;

/** The pipeline worker: reads, computes, writes. Each `job` is a number of the caller's choice, for cancel. */
export interface PipelineApi {
  /** Resolves when the worker's end would be noticed; see liveness.ts. */
  start(config: PipelineConfig, onEvent: (job: number, event: PipelineEvent) => void): Promise<void>;
  /** Sends the tiles of the current run to the display worker, from now on and as far as they are there. */
  connectDisplay(port: MessagePort): void;
  cancel(job: number): void;
  /** Reads a scene under the number of an opening; the open one stays until `take`. */
  open(job: number, input: PostedScene, opening: number): Promise<Scene>;
  /** Makes the scene that was read under that number the open one. False if there is none. */
  take(opening: number): boolean;
  /** Forgets the scene that was read under that number. */
  drop(opening: number): void;
  override(overrides: SceneOverrides): Scene;
  setReference(job: number, input: PostedScene | null): Promise<void>;
  /** Sorts files that came together into scenes: positions in `files`, scene by scene. */
  group(job: number, files: readonly File[]): Promise<number[][]>;
  /** Looks at a scene without opening it; how cloudy it is remains unknown where there are no networks. */
  survey(job: number, input: PostedScene, generator: GeneratorSize): Promise<DateSurvey>;
  /** The other dates of the open scene; for each why it cannot be used, null if it can. */
  setDates(job: number, dates: readonly DateInput[]): Promise<(ErrorReport | null)[]>;
  warmUp(job: number, generator: GeneratorSize): Promise<StartReport>;
  /** How fast the networks are here. */
  measure(
    job: number,
    generator: GeneratorSize,
  ): Promise<{ readonly report: StartReport; readonly speed: Speed }>;
  /** What an earlier run of the open scene left; null if nothing. */
  unfinished(job: number): Promise<Unfinished | null>;
  /** Goes on where an earlier run of the same scene and settings stopped, unless told to begin afresh. */
  run(job: number, settings: RunSettings, options?: RunRequest): Promise<RunReport>;
  /**
   * Shows the mask that a run with these settings would use, as far as it was found, and keeps its edits for the next visit.
   * Its tiles under `window` come first, and are all where `only` says so. A newer preview ends an older one.
   * @returns false if nothing was found yet
   */
  previewMask(job: number, settings: RunSettings, window: Window | null, only: boolean): Promise<boolean>;
  /** Takes a mask of the user's own for the open scene. */
  takeMask(job: number, file: File): Promise<OwnMask>;
  /** Halts the current run at the end of its tile. */
  pause(): void;
  resume(): void;
  /** The user acts: networks that compute on the processor leave it to the drawing for a moment. */
  giveWay(): void;
  /** Tiles that meet the window go first; null: in the order of the scene. Holds for later runs of the scene too. */
  prioritise(window: Window | null): void;
  /**
   * Writes a product to the file that the user picked; without one, hands out the file for a download.
   * @returns null if it was written to `picked`
   */
  export(job: number, product: Product, picked: FileSystemFileHandle | null): Promise<Blob | null>;
  /** The error to expect in the finished scene. */
  selfCheck(job: number): Promise<SelfCheck>;
  /** The error of the finished scene against a clear truth of the same area. */
  compare(job: number, reference: PostedScene): Promise<Evaluation>;
  /** All that is known of the finished scene, as text. */
  describe(job: number, request: ReportRequest): Promise<string>;
  /** Writes scene, result, mask and provenance into the library; returns the length of each. */
  keep(job: number, id: string): Promise<Readonly<Record<ImageFile, number>>>;
}

/** What a report holds besides the run. */
export interface ReportRequest {
  readonly format: 'html' | 'json';
  readonly selfCheck: SelfCheck | null;
  /** Takes the place of the run's own. */
  readonly evaluation: Evaluation | null;
}

export interface RunRequest {
  /** Forget what an earlier run left. */
  readonly fresh?: boolean;
  /** The other dates that it uses, in the order in which they are numbered; none if left out. */
  readonly dates?: readonly number[];
}

/** A run that stopped before its end, or a finished one whose result is still there. */
export interface Unfinished {
  /** Share of the work that is done, 0..1. */
  readonly done: number;
  readonly settings: RunSettings;
  readonly overrides: SceneOverrides | null;
  /** The settings that the user was trying out for the mask, if any. */
  readonly draft?: RunSettings;
  /** The other dates that it used, in their order; none if left out. */
  readonly dates?: readonly number[];
  /** Names of the dates that have to be added before it can be continued. */
  readonly missingDates?: readonly string[];
}

/** The inference worker, inside the pipeline worker: the networks on a thread of their own. */
export interface InferenceApi {
  start(config: PipelineConfig): Promise<{
    readonly report: StartReport;
    readonly models: Networks['models'];
  }>;
  /** Output of a network (see Networks), the input's memory, and the time that it took, in milliseconds. */
  compute(
    network: 'detect' | 'generate',
    input: Float32Array,
    height: number,
    width: number,
  ): Promise<{ readonly output: Float32Array; readonly input: Float32Array; readonly milliseconds: number }>;
  /** The user acts: what the processor computes holds back a moment. */
  giveWay(): void;
}

export interface PipelineConfig {
  readonly modelsUrl: string;
  readonly generator?: GeneratorSize;
  readonly prefer?: readonly BackendName[];
}

/** `all-changed`: what was found before is forgotten, and nothing of this run is known yet. */
export type DisplayEvent =
  | { readonly type: 'mask-changed' | 'result-changed' | 'all-changed'; readonly window: Window }
  | Extract<PipelineEvent, { readonly type: 'progress' }>;

/** The display worker: answers what the viewer asks while the pipeline worker computes. */
export interface DisplayApi {
  /** Resolves when the worker's end would be noticed; see liveness.ts. */
  start(onEvent: (job: number, event: DisplayEvent) => void): Promise<void>;
  /** Null: the pipeline worker has ended. */
  connectPipeline(port: MessagePort | null): void;
  cancel(job: number): void;
  /** Reads a scene under the number of an opening; what is shown stays until `take`. */
  open(job: number, input: PostedScene, opening: number): Promise<OpenedForDisplay>;
  /** Shows the scene that was read under that number. False if there is none. */
  take(opening: number): Promise<boolean>;
  /** Forgets the scene that was read under that number. */
  drop(opening: number): void;
  /** Shows finished files instead of a scene and its run, until the next `take`. */
  openComparison(job: number, input: ComparisonInput): Promise<OpenedComparison>;
  /** Of the scene that was taken last. */
  override(overrides: SceneOverrides): Promise<OpenedForDisplay>;
  /** The other dates of the open scene; one that cannot be read is shown as no data. */
  setDates(job: number, dates: readonly DateInput[]): Promise<void>;
  /** Forgets what earlier runs found; tiles of this run are taken from now on. */
  expectRun(run: number): void;
  /** Resolves when every tile of the run has been taken and announced. */
  settled(run: number): Promise<void>;
  displayTile(job: number, request: DisplayRequest): Promise<DisplayPixels>;
  /** Writes the scene as it is looked at: repaired, once there is a run. As `export` of the pipeline worker. */
  exportPicture(job: number, look: Look, picked: FileSystemFileHandle | null): Promise<Blob | null>;
  stretch(job: number, bands: readonly number[]): Promise<BandStretch[]>;
  /** Values of the pixel, and where its middle lies. */
  probe(x: number, y: number): Promise<PixelValues & { readonly place: Place | null }>;
}

export interface OpenedForDisplay {
  readonly displayBands: [number, number, number];
}

/** From the pipeline worker to the display worker; `run` is the job number of the run. */
export type TileMessage =
  | { readonly type: 'mask'; readonly run: number; readonly tile: MaskTile }
  /** A small tile (`smallRepaired`): the display asks for the whole one when it shows it. */
  | { readonly type: 'repaired'; readonly run: number; readonly tile: RepairedTile }
  | { readonly type: 'end'; readonly run: number }
  | { readonly type: 'answer'; readonly id: number; readonly tile: MaskTile | RepairedTile | null };

/** From the display worker to the pipeline worker: a tile that it does not hold. */
export interface TileRequest {
  readonly id: number;
  readonly kind: 'mask' | 'repaired';
  readonly window: Window;
}
