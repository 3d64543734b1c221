import type { BackendName } from '../src/inference/backend.ts';
import type { StartReport } from '../src/inference/networks.ts';
import type { DisplayPixels, DisplayRequest, PixelValues } from '../src/pipeline/enhance/display-tile.ts';
import type { MaskTile, RepairedTile, RunEvent, RunReport, RunSettings } from '../src/pipeline/events.ts';
import type { Networks } from '../src/pipeline/networks.ts';
import type { Scene, SceneOverrides, Window } from '../src/pipeline/scene.ts';

/** A file, or the address of one (a URL object does not cross). */
export type SceneInput = File | string;

export type PipelineEvent = Exclude<RunEvent, { type: 'mask' } | { type: 'repaired' }>;

export type Product = 'result' | 'mask' | 'provenance' | 'confidence';

/** The pipeline worker: reads, computes, writes. Each `job` is a number of the caller's choice, for cancel. */
export interface PipelineApi {
  start(config: PipelineConfig, onEvent: (job: number, event: PipelineEvent) => void): void;
  /** Sends the tiles of the current run to the display worker, from now on and as far as they are there. */
  connectDisplay(port: MessagePort): void;
  cancel(job: number): void;
  open(job: number, input: SceneInput): Promise<Scene>;
  override(overrides: SceneOverrides): Scene;
  setReference(job: number, input: SceneInput | null): Promise<void>;
  warmUp(job: number): Promise<StartReport>;
  run(job: number, settings: RunSettings): Promise<RunReport>;
  export(job: number, product: Product): Promise<Blob>;
}

/** The inference worker, inside the pipeline worker: the networks on a thread of their own. */
export interface InferenceApi {
  start(config: PipelineConfig): Promise<{
    readonly report: StartReport;
    readonly models: Networks['models'];
  }>;
  /** Output of a network (see Networks) and the time that it took, in milliseconds. */
  compute(
    network: 'detect' | 'generate',
    input: Float32Array,
    height: number,
    width: number,
  ): Promise<{ readonly output: Float32Array; readonly milliseconds: number }>;
}

export interface PipelineConfig {
  readonly modelsUrl: string;
  readonly prefer?: readonly BackendName[];
}

export interface DisplayEvent {
  readonly type: 'mask-changed' | 'result-changed';
  readonly window: Window;
}

/** The display worker: answers what the viewer asks while the pipeline worker computes. */
export interface DisplayApi {
  start(onEvent: (run: number, event: DisplayEvent) => void): void;
  connectPipeline(port: MessagePort): void;
  cancel(job: number): void;
  open(job: number, input: SceneInput): Promise<OpenedForDisplay>;
  override(overrides: SceneOverrides): OpenedForDisplay;
  /** Forgets what earlier runs found; tiles of this run are taken from now on. */
  expectRun(run: number): void;
  /** Resolves when every tile of the run has been taken and announced. */
  settled(run: number): Promise<void>;
  displayTile(job: number, request: DisplayRequest): Promise<DisplayPixels>;
  stretch(job: number, bands: readonly number[]): Promise<{ low: number; high: number }[]>;
  probe(x: number, y: number): Promise<PixelValues>;
}

export interface OpenedForDisplay {
  readonly displayBands: [number, number, number];
}

/** From the pipeline worker to the display worker; `run` is the job number of the run. */
export type TileMessage =
  | { readonly type: 'mask'; readonly run: number; readonly tile: MaskTile }
  | { readonly type: 'repaired'; readonly run: number; readonly tile: RepairedTile }
  | { readonly type: 'end'; readonly run: number };
