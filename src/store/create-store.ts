import { createStore, type StoreApi } from 'zustand/vanilla';
import { toPipelineError } from '../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { batchActions, NO_BATCH } from './batch.ts';
import { checkActions } from './checks.ts';
import { type ActionContext, EMPTY, type StoreDependencies } from './context.ts';
import { dialogActions } from './dialogs.ts';
import { enhanceActions, NOT_ENHANCED } from './enhance.ts';
import { jobActions } from './job-actions.ts';
import { levelsActions } from './levels.ts';
import { EMPTY_LIBRARY, libraryActions } from './library.ts';
import { followMaskEditor, maskEditorActions, NO_MASK_EDITOR } from './mask-editor.ts';
import { modelsActions, NO_MODELS } from './models-actions.ts';
import { checkedPreferences, preferenceActions, preferencesOf } from './preferences.ts';
import { sceneActions } from './scene-actions.ts';
import { type AppState, isBusy, isRunning } from './state.ts';
import { viewActions } from './view-actions.ts';

export type AppStore = StoreApi<AppState>;

/** One store per viewer instance. Actions are the only writers; samples of the scene never enter it. */
export function createAppStore(dependencies: StoreDependencies): AppStore {
  const { offline, library, preferences } = dependencies;
  const created = createStore<AppState>((set, get, store) => {
    let task = new AbortController();
    let opening = new AbortController();
    let arrivals = 0;
    const context: ActionContext = {
      ...dependencies,
      store,
      set,
      get,
      beginTask() {
        task.abort();
        task = new AbortController();
        return task.signal;
      },
      abortTask() {
        task.abort();
        opening.abort();
      },
      beginOpening() {
        opening.abort();
        opening = new AbortController();
        return opening.signal;
      },
      abortOpening: () => opening.abort(),
      takeOver(signal) {
        task.abort();
        if (!signal.aborted) task = opening;
        if (isRunning(get())) set({ job: { status: 'cancelled' } });
      },
      arrive() {
        const arrival = ++arrivals;
        return () => arrival === arrivals;
      },
    };
    return {
      ...NO_BATCH,
      ...EMPTY_LIBRARY,
      ...EMPTY,
      lastScene: null,
      sceneRevision: 0,
      shownRevision: 0,
      settings: DEFAULT_SETTINGS,
      backend: null,
      ...NO_MODELS,
      dialog: null,
      ...checkedPreferences(preferences?.load()),
      ...NO_MASK_EDITOR,
      ...NOT_ENHANCED,
      basemap: false,
      error: null,
      offline: { status: 'none' },
      actions: {
        ...sceneActions(context),
        ...jobActions(context),
        ...viewActions(context),
        ...modelsActions(context),
        ...batchActions(context),
        ...checkActions(context),
        ...libraryActions(context),
        ...preferenceActions(context),
        ...dialogActions(context),
        ...levelsActions(context),
        ...maskEditorActions(context),
        ...enhanceActions(context),
        fail(fault) {
          const error = toPipelineError(fault);
          if (error.code !== 'job/cancelled') set({ error: error.toReport() });
        },
        dismissError: () => set({ error: null }),
        dismissNotice: (notice) =>
          set(({ notices }) => ({ notices: notices.filter((other) => other !== notice) })),
        async updateApp() {
          if (get().offline.status === 'update' && !isBusy(get())) await offline?.update();
        },
      },
    };
  });
  created.subscribe((state, before) => {
    if (isBusy(state) !== isBusy(before)) offline?.setBusy(isBusy(state));
    if (before.job.status === 'saved' && state.job.status !== 'saved') library?.release();
  });
  followMaskEditor(created);
  library?.follow((state) => created.setState({ library: state }));
  if (preferences) {
    created.subscribe((now, before) => {
      const [kept, last] = [preferencesOf(now), preferencesOf(before)];
      if (JSON.stringify(kept) !== JSON.stringify(last)) preferences.keep(kept);
    });
  }
  offline?.follow((state) => created.setState({ offline: state }));
  return created;
}
