import type { StoreApi } from 'zustand/vanilla';
import type { Engine, ExportedFile, Offline, SceneMemory } from '../services/engine.ts';
import type { Library } from '../services/library-types.ts';
import { NO_CHECKS } from './checks.ts';
import { NO_DATES } from './dates.ts';
import { OWN_LEVELS } from './levels.ts';
import type { PreferenceMemory } from './preferences.ts';
import type { AppState, SampleScene } from './state.ts';

/** What the store needs of the outside. */
export interface StoreDependencies {
  readonly engine: Engine;
  readonly sample: SampleScene;
  /**
   * A run waits this long, in milliseconds, for the scene to stand on the map, so that setting up the map does
   * not compete with it; 0 (the default) where there is no map.
   */
  readonly mapPatience?: number;
  /** Remembers the scene that is worked on across visits; left out where nothing should be. */
  readonly memory?: SceneMemory;
  /** Keeps the application for use without a network; left out where nothing should. */
  readonly offline?: Offline;
  /** The saved comparisons; left out where none are kept. */
  readonly library?: Library;
  /** Remembers how the person likes to work; left out where nothing should be kept. */
  readonly preferences?: PreferenceMemory;
  /** Hands a file to the user. */
  saveFile(file: ExportedFile): void;
}

/** What every group of actions works with. */
export interface ActionContext extends StoreDependencies {
  readonly store: StoreApi<AppState>;
  readonly set: StoreApi<AppState>['setState'];
  readonly get: StoreApi<AppState>['getState'];
  /** Raised when the scene is replaced or the job cancelled; renewed by `beginTask`. */
  beginTask(): AbortSignal;
  /** Ends what is under way: the task, and the opening of another scene. */
  abortTask(): void;
  /** Raised when yet another scene is opened, or the opening cancelled. The task goes on meanwhile: the file may be none. */
  beginOpening(): AbortSignal;
  abortOpening(): void;
  /**
   * The engine has taken another scene: ends the task of the one before; the opening is the task from here on, unless it was given
   * up.
   */
  takeOver(opening: AbortSignal): void;
  /**
   * The engine has another scene, or understands it otherwise, and the page is about to show it.
   * @returns false once the engine has yet another one
   */
  arrive(): () => boolean;
}

/** The state of a page without a scene. */
export const EMPTY = {
  ...NO_CHECKS,
  ...NO_DATES,
  scene: null,
  opening: null,
  sample: null,
  job: { status: 'idle' },
  hasResult: false,
  unfinished: null,
  priority: null,
  saving: null,
  tileChange: null,
  combinations: [],
  combination: 'true-colour',
  displayBands: [0, 0, 0],
  stretch: [],
  ownStretch: [],
  levels: OWN_LEVELS,
  overlay: 'mask',
  swipe: 0.5,
  probe: null,
  inspecting: false,
  notices: [],
  startWindow: null,
} as const satisfies Partial<AppState>;
