import { createStore, type StoreApi } from 'zustand/vanilla';
import { toPipelineError } from '../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import type { Engine, ExportedFile } from '../services/engine.ts';
import { jobActions } from './job-actions.ts';
import { sceneActions } from './scene-actions.ts';
import type { AppState, Sample } from './state.ts';
import { viewActions } from './view-actions.ts';

/** What the store needs of the outside. */
export interface StoreDependencies {
  readonly engine: Engine;
  readonly sample: Sample;
  /** Hands a file to the user. */
  saveFile(file: ExportedFile): void;
}

export type AppStore = StoreApi<AppState>;

/** What every group of actions works with. */
export interface ActionContext extends StoreDependencies {
  readonly set: StoreApi<AppState>['setState'];
  readonly get: StoreApi<AppState>['getState'];
  /** Raised when the scene is replaced or the job cancelled; renewed by `beginTask`. */
  beginTask(): AbortSignal;
  abortTask(): void;
}

/** The state of a page without a scene. */
export const EMPTY = {
  scene: null,
  opening: null,
  sample: null,
  job: { status: 'idle' },
  hasResult: false,
  saving: null,
  tileChange: null,
  combinations: [],
  combination: 'true-colour',
  displayBands: [0, 0, 0],
  stretch: [],
  overlay: 'mask',
  swipe: 0.5,
  probe: null,
  notices: [],
} as const satisfies Partial<AppState>;

/** One store per viewer instance. Actions are the only writers; samples of the scene never enter it. */
export function createAppStore(dependencies: StoreDependencies): AppStore {
  return createStore<AppState>((set, get) => {
    let task = new AbortController();
    const context: ActionContext = {
      ...dependencies,
      set,
      get,
      beginTask() {
        task.abort();
        task = new AbortController();
        return task.signal;
      },
      abortTask: () => task.abort(),
    };
    return {
      ...EMPTY,
      sceneRevision: 0,
      settings: DEFAULT_SETTINGS,
      backend: null,
      gamma: 1.2,
      overlayOpacity: 0.55,
      basemap: false,
      error: null,
      actions: {
        ...sceneActions(context),
        ...jobActions(context),
        ...viewActions(context),
        fail(fault) {
          const error = toPipelineError(fault);
          if (error.code !== 'job/cancelled') set({ error: error.toReport() });
        },
        dismissError: () => set({ error: null }),
        dismissNotice: (code) =>
          set(({ notices }) => ({ notices: notices.filter((notice) => notice.code !== code) })),
      },
    };
  });
}
