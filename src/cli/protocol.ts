import type { BackendName } from '../inference/backend.ts';
import type { ErrorReport } from '../pipeline/errors.ts';
import type { SelfCheck } from '../pipeline/evaluate/self-check.ts';
import type { Progress, RunReport, RunSettings } from '../pipeline/events.ts';
import type { Product } from '../pipeline/file-names.ts';
import type { GeneratorSize, Models, Networks } from '../pipeline/networks.ts';
import type { SceneReport, SceneSummary } from '../pipeline/output/report.ts';
import type { Notice, SceneOverrides } from '../pipeline/scene.ts';

/** A file to write; the path is absolute. */
export interface Output {
  readonly product: Product;
  readonly path: string;
}

export interface WrittenOutput extends Output {
  readonly bytes: number;
}

/** One scene to process; paths are absolute. */
export interface Task {
  /** A path or an http(s) address. */
  readonly input: string;
  /** The input, or what a folder holds: single-band files of one scene. */
  readonly files: readonly string[];
  readonly reference: string | null;
  /** GeoTIFF or GeoJSON; null: the mask is what is found. */
  readonly ownMask: string | null;
  readonly selfCheck: boolean;
  /** Make pictures and checksums for a page. */
  readonly describe: boolean;
  /** The files of each other date. */
  readonly dates: readonly (readonly string[])[];
  /** The result first. */
  readonly outputs: readonly Output[];
  readonly settings: RunSettings;
  readonly overrides: SceneOverrides;
  /** Keep what is done when the run stops, and go on from it. */
  readonly resume: boolean;
  /** All files are there, made by an earlier command that is now resumed: nothing is left to do. */
  readonly finished: boolean;
}

/** Where the threads find what they compute with; they cannot tell it from their own place in the bundle. */
export interface NetworksConfig {
  /** `file:` address of the models' folder, with a slash at the end. */
  readonly modelsUrl: string;
  readonly generator: GeneratorSize;
  /** Threads that compute the networks of a scene; 1: the scene's own. */
  readonly threads: number;
}

export type SceneEvent = Progress | { readonly type: 'notice'; readonly notice: Notice };

/** What became of a scene. Plain data: part of the JSON report. */
export interface SceneOutcome {
  readonly scene: SceneSummary;
  readonly run: RunReport;
  /** Null if it was not asked for, or the scene does not allow it: a notice says why. */
  readonly selfCheck: SelfCheck | null;
  /** Null unless a page is wanted. */
  readonly page: Pick<SceneReport, 'files' | 'pictures'> | null;
  readonly models: Models;
  readonly outputs: readonly WrittenOutput[];
  /** Wall-clock time by part of the work. */
  readonly seconds: { readonly open: number; readonly run: number; readonly write: number };
}

export type ToScene =
  | { readonly type: 'process'; readonly task: Task }
  /** Ends the task that is under way. */
  | { readonly type: 'cancel' };

export type FromScene =
  | { readonly type: 'event'; readonly event: SceneEvent }
  | { readonly type: 'done'; readonly outcome: SceneOutcome }
  | { readonly type: 'failed'; readonly error: ErrorReport };

export type NetworkName = 'detect' | 'generate';

export interface ToNetwork {
  readonly network: NetworkName;
  readonly input: Float32Array<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
}

export type FromNetwork =
  | { readonly type: 'ready'; readonly backend: BackendName; readonly models: Networks['models'] }
  | { readonly type: 'output'; readonly output: Float32Array<ArrayBuffer> }
  | { readonly type: 'failed'; readonly error: ErrorReport };
