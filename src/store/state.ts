import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { ErrorReport } from '../pipeline/errors.ts';
import type { MaskSource, ReportedStage, RunReport, RunSettings } from '../pipeline/events.ts';
import type { Product } from '../pipeline/file-names.ts';
import type { ComparisonRecord } from '../pipeline/library/record.ts';
import type { Notice, SceneOverrides, Window } from '../pipeline/scene.ts';
import type {
  BackendReport,
  EngineEvent,
  ExportedFile,
  LastScene,
  OfflineState,
  OpenedScene,
  PixelProbe,
  RunRequest,
  SceneOrigin,
  Unfinished,
} from '../services/engine.ts';
import type { BatchActions, BatchSlice } from './batch.ts';
import type { CheckActions, CheckSlice } from './checks.ts';
import type { Combination, CombinationId } from './combinations.ts';
import type { DatesActions, DatesSlice } from './dates.ts';
import type { DialogActions, DialogSlice } from './dialogs.ts';
import type { EnhanceActions, EnhanceSlice } from './enhance.ts';
import type { LevelsActions, LevelsSlice } from './levels.ts';
import type { LibraryActions, LibrarySlice } from './library.ts';
import type { MaskEditorActions, MaskEditorSlice } from './mask-editor.ts';
import type { ModelsActions, ModelsSlice } from './models-actions.ts';
import type { PreferenceActions, Preferences } from './preferences.ts';

/** A scene that the application offers by itself, with the clear truth to measure against. */
export interface SampleScene {
  readonly name: string;
  readonly scene: URL;
  readonly truth: URL;
}

export interface SceneSlice {
  readonly scene: OpenedScene | null;
  /** Name of what is being opened; null when nothing is. */
  readonly opening: string | null;
  /** The scene of the last visit, where it can be opened again: its run goes on, or its result is shown. */
  readonly lastScene: LastScene | null;
  /** The sample that is open, if it is one. */
  readonly sample: SampleScene | null;
  /** Counts openings and corrections, so that views know when to start afresh. */
  readonly sceneRevision: number;
  /** The revision that stands on the map. */
  readonly shownRevision: number;
}

export type JobState =
  | { readonly status: 'idle' }
  | { readonly status: 'starting' }
  | {
      readonly status: 'running';
      readonly stage: ReportedStage;
      readonly done: number;
      readonly total: number;
      readonly secondsLeft: number | null;
      readonly paused: boolean;
    }
  /** Opened, with an earlier run to continue: waits for the user to choose. */
  | { readonly status: 'unfinished' }
  | { readonly status: 'done'; readonly report: RunReport }
  /** A comparison of the library is open. */
  | { readonly status: 'saved'; readonly record: ComparisonRecord }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed' };

export interface JobSlice {
  readonly job: JobState;
  readonly settings: RunSettings;
  /** What could be continued of a run that stopped. */
  readonly unfinished: Unfinished | null;
  /** The part of the scene that goes first, null for none. */
  readonly priority: Window | null;
  readonly backend: BackendReport | null;
  /** True from the first repaired tile of the current run on: there is something to compare. */
  readonly hasResult: boolean;
  /** The product that is being written, and how much of it has been, 0..1. */
  readonly saving: { readonly product: Product | 'picture'; readonly share: number } | null;
  /** The last part of the map that changed. Not for rendering: the viewer subscribes to it. */
  readonly tileChange: Extract<EngineEvent, { readonly window: unknown }> | null;
}

export type Overlay = 'none' | 'mask' | 'provenance' | 'confidence' | 'date';

export interface ViewSlice {
  readonly combinations: readonly Combination[];
  readonly combination: CombinationId;
  /** File indices shown as red, green, blue. */
  readonly displayBands: readonly [number, number, number];
  /** Reflectance from black to white for red, green, blue. */
  readonly stretch: readonly Stretch[];
  readonly overlay: Overlay;
  /** Share of the scene before in what is shown, 0..1: see CompareMode. */
  readonly swipe: number;
  readonly basemap: boolean;
  readonly probe: PixelProbe | null;
  /** The pixel in the middle of the map is looked at, whatever the pointer does. */
  readonly inspecting: boolean;
}

export interface MessageSlice {
  readonly error: ErrorReport | null;
  /** Of the scene and of the run. */
  readonly notices: readonly Notice[];
}

export interface OfflineSlice {
  readonly offline: OfflineState;
}

/** Whether something is under way that loading the page again would interrupt. */
export function isBusy(state: AppState): boolean {
  const { opening, surveying, job, saving, libraryWork, checking, measuring, batch } = state;
  const preparing = opening !== null || surveying !== null || checking !== null || measuring !== null;
  const writing = saving !== null || libraryWork !== null;
  if (batch?.running) return true;
  return preparing || writing || isRunning({ job });
}

export function isRunning({ job }: Pick<AppState, 'job'>): boolean {
  return job.status === 'starting' || job.status === 'running';
}

export interface Actions
  extends BatchActions,
    CheckActions,
    DatesActions,
    ModelsActions,
    LibraryActions,
    PreferenceActions,
    DialogActions,
    LevelsActions,
    MaskEditorActions,
    EnhanceActions {
  /**
   * Opens a scene and processes it; asks first if an earlier run of it can be continued. Of several dates of one area, the
   * clearest is opened and the others are kept beside it; nothing runs until the user says so.
   * @param origins from which each file can be opened again at the next visit, where the browser gives it
   */
  open(input: File | readonly File[] | URL, origins?: readonly (SceneOrigin | null)[] | null): Promise<void>;
  /** Finds out which scene was open at the last visit. */
  recall(): Promise<void>;
  /** Opens that scene again and continues its run; a finished one is shown at once. */
  continueLast(): Promise<void>;
  openSample(): Promise<void>;
  /** Back to the empty page. */
  close(): void;
  /** Corrects what ingest decided (null: nothing) and the settings, and processes the scene again; not while another is opened. */
  correct(overrides: SceneOverrides | null, settings: Partial<RunSettings>): Promise<void>;
  /** Goes on where an earlier run with the same settings stopped, unless told to begin afresh. */
  run(request?: RunRequest): Promise<void>;
  /** Continues what is unfinished, with the settings that it had. */
  continueRun(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Has the tiles under a window of the scene worked on first; null: none. */
  prioritise(window: Window | null): void;
  cancel(): void;
  save(product: Product): Promise<void>;
  /** Saves a picture of the whole scene as it is looked at, for the eye. */
  savePicture(): Promise<void>;
  /** Stops the file that is being written; the result stays and can be saved again. */
  cancelSave(): void;
  /** Hands a file made elsewhere (the picture of the map) to the user. */
  saveFile(file: ExportedFile): void;
  setCombination(id: CombinationId): Promise<void>;
  setGamma(gamma: number): void;
  setOverlay(overlay: Overlay): void;
  setOverlayOpacity(opacity: number): void;
  setSwipe(position: number): void;
  setBasemap(on: boolean): void;
  /** The map tells that the scene stands on it. */
  sceneShown(): void;
  /** Pixel under the pointer; answered by `probe`, at most one question at a time. */
  pointAt(pixel: { x: number; y: number } | null): void;
  setInspecting(on: boolean): void;
  fail(fault: unknown): void;
  dismissError(): void;
  dismissNotice(notice: Notice): void;
  /** Loads the new version of the application that waits; nothing happens while a job is under way. */
  updateApp(): Promise<void>;
}

export type AppState = SceneSlice &
  BatchSlice &
  CheckSlice &
  DatesSlice &
  JobSlice &
  ViewSlice &
  ModelsSlice &
  Preferences &
  LevelsSlice &
  DialogSlice &
  MaskEditorSlice &
  EnhanceSlice &
  MessageSlice &
  LibrarySlice &
  OfflineSlice & { readonly actions: Actions };

export type { Combination, CombinationId, MaskSource };
