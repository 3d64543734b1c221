import type { ComparisonInput } from '../../workers/comparison-protocol.ts';
import type {
  BackendName,
  DisplayEvent,
  PipelineEvent,
  ReportRequest,
  RunRequest,
  Unfinished,
} from '../../workers/protocol.ts';
import type { DateSurvey } from '../pipeline/dates/survey.ts';
import type { OwnMask } from '../pipeline/detect/edits.ts';
import type { DisplayPixels, DisplayRequest, PixelValues } from '../pipeline/enhance/display-tile.ts';
import type { BandStretch } from '../pipeline/enhance/stretch.ts';
import type { ErrorReport, PipelineError } from '../pipeline/errors.ts';
import type { SelfCheck } from '../pipeline/evaluate/self-check.ts';
import type { CompositeMethod, Evaluation, RunReport, RunSettings } from '../pipeline/events.ts';
import type { Product } from '../pipeline/file-names.ts';
import type { ImageFile } from '../pipeline/library/record.ts';
import type { GeneratorSize } from '../pipeline/networks.ts';
import type { Look } from '../pipeline/output/picture.ts';
import type { Phrase } from '../pipeline/phrase.ts';
import type { Place } from '../pipeline/place.ts';
import type { Scene, SceneOverrides, Window } from '../pipeline/scene.ts';

/**
 * What the interface may ask of the workers. Pixels reach the main thread only as display tiles.
 * Every method rejects with a PipelineError (code, message, remedy).
 */
export interface Engine {
  /**
   * Reads the header of a dropped file, of the files of one scene, or of a URL, and makes it the current scene. The one before stays
   * current where that fails or is cancelled.
   */
  open(input: SceneInput, signal?: AbortSignal): Promise<OpenedScene>;
  /**
   * Applies the user's corrections to ingest's decisions; clears results. Only to the scene that is current when it is asked for:
   * `job/cancelled` if another one has been opened before the answer.
   */
  override(overrides: SceneOverrides): Promise<OpenedScene>;
  /** Clear truth for the current scene (the sample has one); evaluated at the end of run(). */
  setReference(input: File | URL | null, signal?: AbortSignal): Promise<void>;
  /** What the cards of the shipped networks say. */
  models(signal?: AbortSignal): Promise<readonly ModelFacts[]>;
  /** Times the networks on this machine. */
  measure(generator: GeneratorSize, signal?: AbortSignal): Promise<NetworkSpeed>;
  /** Sorts files that came together into scenes; the first of them stays first. */
  group(files: readonly File[], signal?: AbortSignal): Promise<File[][]>;
  /** Looks at a scene without opening it: its day, how cloudy it is. */
  survey(input: SceneInput, generator: GeneratorSize, signal?: AbortSignal): Promise<DateSurvey>;
  /**
   * The other dates of the current scene, under numbers that are never used again; opening a scene forgets them.
   * @returns for each why it cannot be used, null if it can
   */
  setDates(dates: readonly SceneDateInput[], signal?: AbortSignal): Promise<(ErrorReport | null)[]>;
  /** Starts the back end and loads the models, if that has not happened yet. */
  warmUp(generator: GeneratorSize, signal?: AbortSignal): Promise<BackendReport>;
  /**
   * What an earlier run of the current scene left: one that was cancelled, or that ended with its worker, its tab or
   * the browser. Null if there is nothing to continue.
   */
  unfinished(signal?: AbortSignal): Promise<Unfinished | null>;
  /**
   * Detects, generates, composites and evaluates the current scene. Goes on where an earlier run with the same settings
   * stopped, with the same result, unless told to begin afresh. Cancels within one tile.
   */
  run(
    settings: RunSettings,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
    request?: RunRequest,
  ): Promise<RunReport>;
  /**
   * Shows the mask that a run with these settings would use, tile by tile (`mask-changed`), and keeps its edits for the next
   * visit. Tiles under `window` come first; with `only`, no others.
   * @returns false if nothing was found yet
   */
  previewMask(
    settings: RunSettings,
    request: { readonly window: Window | null; readonly only: boolean },
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Takes a mask of the user's own (GeoTIFF or GeoJSON) for the current scene, to be named in `settings.edits`. */
  takeMask(file: File, signal?: AbortSignal): Promise<OwnMask>;
  /** Halts the run at the end of its tile; a `pause` event tells when. Nothing happens if none is under way. */
  pause(): Promise<void>;
  /** Goes on. */
  resume(): Promise<void>;
  /** Tiles that meet the window (pixels of the scene) go first from now on; null: in the order of the scene. */
  prioritise(window: Window | null): Promise<void>;
  /** Samples for a display tile. */
  displayTile(request: DisplayRequest, signal?: AbortSignal): Promise<DisplayPixels>;
  /** 2nd and 98th percentile in reflectance for each requested band of the scene, from a decimated read. */
  stretch(bands: readonly number[], signal?: AbortSignal): Promise<BandStretch[]>;
  /** Values of all bands at one pixel, before and after. */
  probe(x: number, y: number): Promise<PixelProbe>;
  /**
   * Writes one product as a GeoTIFF: where the browser can, to a file that the user picks (to be called from a click),
   * else for a download.
   * @returns the file for a download; null if it lies where the user wanted it
   */
  export(
    product: Product,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<ExportedFile | null>;
  /** Writes a picture of the whole scene as it is looked at, for the eye; as {@link export}. */
  exportPicture(
    look: Look,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<ExportedFile | null>;
  /**
   * Writes scene, result, mask and provenance into the library, in the folder of this id.
   * @returns the length of each in bytes
   */
  keep(
    id: string,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<ImageFile, number>>>;
  /** Shows finished files instead of a scene: tiles, stretch and values are theirs until a scene is opened. */
  openComparison(input: ComparisonInput, signal?: AbortSignal): Promise<OpenedScene>;
  /**
   * Puts simulated clouds on clear parts of the finished scene, repairs and measures them: the error to expect. Rejects with
   * `check/too-small` or `check/no-clear-part` where the scene does not allow it.
   */
  selfCheck(onEvent: (event: EngineEvent) => void, signal?: AbortSignal): Promise<SelfCheck>;
  /** Measures the finished scene against a clear truth of the same area, on any grid. */
  compare(
    reference: SceneInput,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<Evaluation>;
  /** All that is known of the finished scene, with checksums of its files and pictures, as JSON or as a page. */
  describe(
    request: ReportRequest,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<ExportedFile>;
  /**
   * Lets the user pick a folder that may be written to; to be called from a click.
   * @returns null where the browser has no dialog for it
   */
  pickFolder(): Promise<FileSystemDirectoryHandle | null>;
  /**
   * Writes products of the finished scene into a folder, one after the other, under names that are free there and carry the same
   * number; without a folder, each is handed out for a download. What was written before a failure stays.
   */
  exportInto(
    folder: FileSystemDirectoryHandle | null,
    products: readonly Product[],
    listener: {
      /** @param share of the product that is written, 0..1 */
      onProgress(product: Product, share: number): void;
      onFile(file: ExportedFile): void;
    },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Ends the workers. */
  dispose(): void;
}

/** What a scene can be opened from again at the next visit: an address, or files that the browser can find again. */
export type SceneOrigin = URL | FileSystemFileHandle | readonly FileSystemFileHandle[];

/** What was worked on when the page was left. */
export interface WorkedOn {
  readonly name: string;
  /** Null where only the user can open it again. */
  readonly origin: SceneOrigin | null;
  /** The other dates. */
  readonly dates: readonly RememberedDate[];
  /** What the next run was to make of the dates; null: a repair. */
  readonly composite: CompositeMethod | null;
}

export interface RememberedDate {
  readonly name: string;
  /** Null where only the user can open it again. */
  readonly origin: SceneOrigin | null;
  /** Switched on. */
  readonly used: boolean;
}

export interface LastScene extends WorkedOn {
  /**
   * Asks for the permission to read, if it has to be asked for: call it where the user clicks.
   * @returns the scene, and the dates in their order; in the place of one that cannot be opened again, why
   * @throws PipelineError `file/unreadable` if the scene is gone or the permission refused
   */
  reopen(): Promise<{ readonly scene: SceneInput; readonly dates: readonly (SceneInput | PipelineError)[] }>;
}

/** Remembers the scene that is worked on across visits. Nothing here fails: where there is no memory, nothing is recalled. */
export interface SceneMemory {
  remember(work: WorkedOn): Promise<void>;
  recall(): Promise<LastScene | null>;
  forget(): Promise<void>;
}

/** Whether the application works without a network. */
export type OfflineState =
  /** Not in this browser, or not yet known. */
  | { readonly status: 'none' }
  /** `share` of the files is kept, 0..1. */
  | { readonly status: 'preparing'; readonly share: number }
  | { readonly status: 'ready'; readonly bytes: number }
  /** The files could not all be kept. The application works, and tries again at the next visit. */
  | { readonly status: 'failed' }
  /** A new version is complete and waits; `heldUp` where a run in another tab has to end first. */
  | { readonly status: 'update'; readonly heldUp: boolean };

/** Keeps the application for use without a network. Nothing here fails: where it cannot, the state says so. */
export interface Offline {
  /** Starts, and tells every state. To be called once. */
  follow(onState: (state: OfflineState) => void): void;
  /** Whether this page is at work: no tab moves to a new version meanwhile. */
  setBusy(busy: boolean): void;
  /** Moves to the version that waits and loads the page again, unless a tab is at work. */
  update(): Promise<void>;
}

/** Events of a run as the interface sees them: tiles are announced, their samples stay in the workers. */
export type EngineEvent = PipelineEvent | DisplayEvent;

export type { BandStretch };

export interface OpenedScene {
  readonly scene: Scene;
  /** File indices shown as red, green, blue at first. */
  readonly displayBands: readonly [number, number, number];
}

export interface BackendReport {
  readonly backend: BackendName;
  /** e.g. the GPU's name, or `SIMD, 4 threads`. */
  readonly detail: Phrase;
  /** Back ends that were passed over, and why. */
  readonly passedOver: readonly { readonly backend: string; readonly reason: Phrase }[];
}

/** A network as its card describes it. */
export interface ModelFacts {
  /** Folder below the models' folder. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly parameters: number;
  /** Multiply-adds per pixel. */
  readonly macPerPixel: number;
  /** SHA-256 of the weights, in hex, and their size in bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** Address of the whole card, a page. */
  readonly card: string;
}

export interface NetworkSpeed {
  readonly backend: BackendReport;
  /** Milliseconds for one tile of 256 x 256 pixels with its surroundings. */
  readonly detect: number;
  readonly generate: number;
}

export interface ExportedFile {
  readonly name: string;
  readonly blob: Blob;
}

/** A file, the files of one scene, or the address of one. */
export type SceneInput = File | readonly File[] | URL;

/** Another date of the scene, under a number. */
export interface SceneDateInput {
  readonly id: number;
  readonly input: SceneInput;
}

export type TileSide = 'before' | 'after';

/** A picture on the map: the scene as it was, repaired, or another date by its number. */
export type Picture = 'scene' | 'result' | number;

/** A pixel's values, and where it lies; null where the scene does not say. */
export type PixelProbe = PixelValues & { readonly place: Place | null };

export type {
  ComparisonInput,
  DateSurvey,
  DisplayPixels,
  DisplayRequest,
  ErrorReport,
  ReportRequest,
  RunRequest,
  Unfinished,
};
