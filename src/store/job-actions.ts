import { toPipelineError } from '../pipeline/errors.ts';
import { english } from '../pipeline/phrase.ts';
import { bandsLacking } from '../pipeline/preprocess/bands.ts';
import type { Notice } from '../pipeline/scene.ts';
import type { EngineEvent, ExportedFile } from '../services/engine.ts';
import type { ActionContext } from './context.ts';
import { usableDates } from './dates.ts';
import { followGround } from './levels.ts';
import { takingDraft } from './mask-editor.ts';
import { datesOfRun, settingsOfRun } from './opening.ts';
import type { Actions, JobSlice } from './state.ts';

type JobActions = Pick<
  Actions,
  | 'run'
  | 'continueRun'
  | 'pause'
  | 'resume'
  | 'prioritise'
  | 'cancel'
  | 'save'
  | 'savePicture'
  | 'cancelSave'
  | 'saveFile'
>;

/** Resolves when the scene stands on the map, or when that takes too long. */
function mapShown({ store, mapPatience = 0 }: ActionContext): Promise<void> {
  const isShown = () => store.getState().shownRevision === store.getState().sceneRevision;
  if (mapPatience === 0 || isShown()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, mapPatience);
    const unsubscribe = store.subscribe(() => isShown() && end());
  });
}

/** What is told of each date is told of each; of other things the newest counts. */
const isSame = (a: Notice, b: Notice) =>
  a.code === b.code && (english(a.message) === english(b.message) || !a.code.startsWith('dates/'));

/** Running, cancelling and saving. */
export function jobActions(context: ActionContext): JobActions {
  const { engine, set, get } = context;
  let stopSaving: AbortController | null = null;

  const onEvent = (event: EngineEvent) => {
    switch (event.type) {
      case 'progress': {
        const { stage, done, total, secondsLeft } = event;
        set({ job: { status: 'running', stage, done, total, secondsLeft, paused: false } });
        break;
      }
      case 'pause':
        set(({ job }) => ({ job: job.status === 'running' ? { ...job, paused: event.paused } : job }));
        break;
      case 'notice':
        set(({ notices }) => ({
          notices: [...notices.filter((known) => !isSame(known, event.notice)), event.notice],
        }));
        break;
      case 'mask-changed':
      case 'all-changed':
        set({ tileChange: event });
        break;
      case 'result-changed':
        set({ tileChange: event, hasResult: true });
        break;
    }
  };

  /** Finds out what is left of a run that stopped. */
  const lookBack = async () => {
    const { job } = get();
    const unfinished = await engine.unfinished().catch(() => null);
    if (get().job === job) set({ unfinished });
  };

  /** Has a file written, one at a time, and hands it to the user. */
  const write = async (
    product: NonNullable<JobSlice['saving']>['product'],
    make: (onEvent: (event: EngineEvent) => void, signal: AbortSignal) => Promise<ExportedFile | null>,
  ) => {
    if (get().saving !== null) return;
    set({ saving: { product, share: 0 }, error: null });
    stopSaving = new AbortController();
    const { signal } = stopSaving;
    try {
      const file = await make((event) => {
        if (event.type === 'progress') set({ saving: { product, share: event.done / event.total } });
      }, signal);
      if (file !== null && !signal.aborted) context.saveFile(file);
    } catch (fault) {
      if (!signal.aborted) get().actions.fail(fault);
    } finally {
      set({ saving: null });
    }
  };

  return {
    async run(request) {
      const opened = get().scene;
      if (opened === null) return;
      const signal = context.beginTask();
      if (bandsLacking(opened.scene)) {
        set({ job: { status: 'idle' } });
        return;
      }
      const { notices } = opened.scene;
      const dates = request?.dates ?? usableDates(get());
      set(takingDraft(get()));
      set({
        job: { status: 'starting' },
        unfinished: null,
        hasResult: false,
        runDates: dates,
        overlay: 'mask',
        error: null,
        notices,
      });
      try {
        const [backend] = await Promise.all([
          engine.warmUp(get().settings.generator, signal),
          mapShown(context),
        ]);
        if (!signal.aborted) set({ backend });
        if (signal.aborted) return;
        const report = await engine.run(
          get().settings,
          (event) => {
            if (!signal.aborted) onEvent(event);
          },
          signal,
          { ...request, dates },
        );
        if (signal.aborted) return;
        set({ job: { status: 'done', report }, hasResult: report.tiles.repaired > 0 });
        await followGround(context);
        // The back end that it began on may have been lost on the way.
        if (report.backend !== backend.backend)
          set({ backend: await engine.warmUp(get().settings.generator, signal) });
      } catch (fault) {
        if (signal.aborted) return;
        const cancelled = toPipelineError(fault).code === 'job/cancelled';
        set({ job: { status: cancelled ? 'cancelled' : 'failed' } });
        get().actions.fail(fault);
        await lookBack();
      }
    },
    async continueRun() {
      const { unfinished, job, settings, actions } = get();
      // A run that stopped in this session stopped with the scene as it stands.
      if (unfinished === null || job.status !== 'unfinished') return actions.run();
      set(({ dates }) => ({
        dates: datesOfRun(dates, unfinished),
        settings: settingsOfRun(settings, unfinished),
      }));
      if (unfinished.overrides !== null) return actions.correct(unfinished.overrides, {});
      return actions.run({ dates: unfinished.dates ?? [] });
    },
    pause: () => engine.pause().catch(get().actions.fail),
    resume: () => engine.resume().catch(get().actions.fail),
    prioritise(window) {
      set({ priority: window });
      engine.prioritise(window).catch(get().actions.fail);
    },
    cancel() {
      if (get().opening !== null && get().scene !== null) {
        context.abortOpening();
        set({ opening: null });
        return;
      }
      context.abortTask();
      const known = get().job.status === 'unfinished' ? 'unfinished' : 'cancelled';
      set({ job: { status: known }, opening: null });
      if (known === 'cancelled' && get().scene !== null) void lookBack();
    },
    save: (product) => write(product, (onEvent, signal) => engine.export(product, onEvent, signal)),
    savePicture() {
      const { displayBands: bands, stretch, gamma, enhancement } = get();
      const look = { bands, stretch, gamma, enhancement };
      return write('picture', (onEvent, signal) => engine.exportPicture(look, onEvent, signal));
    },
    cancelSave: () => stopSaving?.abort(),
    saveFile: (file) => context.saveFile(file),
  };
}
