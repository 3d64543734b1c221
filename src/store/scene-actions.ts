import type { OpenedScene, SceneOrigin } from '../services/engine.ts';
import { combinationsOf } from './combinations.ts';
import { type ActionContext, EMPTY } from './context.ts';
import type { Actions, AppState, Sample } from './state.ts';

type SceneActions = Pick<Actions, 'open' | 'openSample' | 'recall' | 'continueLast' | 'close' | 'correct'>;

/** Opening, correcting and closing scenes. Each starts a new task, which ends the one before. */
export function sceneActions(context: ActionContext): SceneActions {
  const { engine, memory, set, get } = context;

  /** Puts an opened scene on the map; its stretch is found first, so that it appears in its colours. */
  const show = async (opened: OpenedScene, signal: AbortSignal, more: Partial<AppState>) => {
    const combinations = combinationsOf(opened.scene, opened.displayBands);
    const combination =
      combinations.find((entry) => entry.bands.join() === opened.displayBands.join()) ?? combinations[0];
    const stretch = await engine.stretch(combination.bands, signal);
    if (signal.aborted) return;
    set((state) => ({
      ...EMPTY,
      scene: opened,
      combinations,
      combination: combination.id,
      displayBands: combination.bands,
      stretch,
      notices: opened.scene.notices,
      sceneRevision: state.sceneRevision + 1,
      ...more,
    }));
  };

  const start = async (
    input: File | readonly File[] | URL,
    sample: Sample | null,
    origin: SceneOrigin | null,
  ) => {
    const signal = context.beginTask();
    const before = get();
    const name = sample?.name ?? nameOf(input);
    set({ opening: name, error: null, page: 'scene' });
    try {
      const opened = await engine.open(input, signal);
      if (signal.aborted) return;
      await engine.setReference(sample?.truth ?? null);
      await show(opened, signal, { sample });
    } catch (fault) {
      if (signal.aborted) return;
      // The engine lets go of the earlier scene only when a new one has been understood.
      const interrupted = before.job.status === 'running' || before.job.status === 'starting';
      set({ opening: null, job: interrupted ? { status: 'cancelled' } : before.job });
      get().actions.fail(fault);
      return;
    }
    if (signal.aborted) return;
    void (origin ? memory?.remember(name, origin) : memory?.forget());
    const unfinished = await engine.unfinished(signal).catch(() => null);
    if (signal.aborted) return;
    if (unfinished && unfinished.done > 0 && unfinished.done < 1)
      set({ unfinished, job: { status: 'unfinished' } });
    else await get().actions.run();
  };

  return {
    open: (input, origin = null) => start(input, null, input instanceof URL ? input : origin),
    openSample: () => start(context.sample.scene, context.sample, context.sample.scene),
    async recall() {
      const lastScene = (await memory?.recall()) ?? null;
      if (get().scene === null && get().opening === null) set({ lastScene });
    },
    async continueLast() {
      const { lastScene, actions } = get();
      if (lastScene === null) return;
      set({ lastScene: null, error: null });
      try {
        const input = await lastScene.reopen();
        const isSample = input instanceof URL && input.href === context.sample.scene.href;
        await (isSample ? actions.openSample() : actions.open(input, lastScene.origin));
      } catch (fault) {
        void memory?.forget();
        actions.fail(fault);
      }
      if (get().job.status === 'unfinished') await actions.continueRun();
    },
    close() {
      context.abortTask();
      set({ ...EMPTY, page: 'scene', error: null });
    },
    async correct(overrides, settings) {
      const signal = context.beginTask();
      try {
        set((state) => ({ settings: { ...state.settings, ...settings }, error: null }));
        if (overrides !== null) {
          const opened = await engine.override(overrides);
          if (signal.aborted) return;
          await show(opened, signal, { sample: get().sample });
        }
      } catch (fault) {
        if (!signal.aborted) get().actions.fail(fault);
        return;
      }
      if (!signal.aborted) await get().actions.run();
    },
  };
}

function nameOf(input: File | readonly File[] | URL): string {
  if (input instanceof URL) return decodeURIComponent(input.pathname.split('/').pop() || input.hostname);
  return input instanceof File ? input.name : `${input.length} files`;
}
