import { PipelineError } from '../pipeline/errors.ts';
import { type ActionContext, EMPTY } from './context.ts';
import { dateActions, inputName } from './date-actions.ts';
import type { DatesActions } from './dates.ts';
import { takingDraft } from './mask-editor.ts';
import { sceneOpener } from './opening.ts';
import { type Actions, isRunning } from './state.ts';

type SceneActions = DatesActions &
  Pick<Actions, 'open' | 'openSample' | 'recall' | 'continueLast' | 'close' | 'correct'>;

/** Opening, correcting and closing scenes. Each starts a new task, which ends the one before. */
export function sceneActions(context: ActionContext): SceneActions {
  const { engine, memory, set, get } = context;
  const opener = sceneOpener(context, inputName);
  const { openFiles, openDates, ...dates } = dateActions(context, opener);

  return {
    ...dates,
    open(input, origins = null) {
      if (input instanceof URL) return opener.start(input, null, input);
      const files = input instanceof File ? [input] : input;
      if (files.length === 1) return opener.start(files[0], null, origins?.[0] ?? null);
      return openFiles(files, origins);
    },
    openSample: () => opener.start(context.sample.scene, context.sample, context.sample.scene),
    async recall() {
      const lastScene = (await memory?.recall()) ?? null;
      if (get().scene === null && get().opening === null) set({ lastScene });
    },
    async continueLast() {
      const { lastScene, actions } = get();
      if (lastScene === null || lastScene.origin === null) return;
      set({ lastScene: null, error: null });
      try {
        const { scene, dates: others } = await lastScene.reopen();
        const isSample = scene instanceof URL && scene.href === context.sample.scene.href;
        if (others.length > 0) {
          const candidates = others.flatMap((input, i) =>
            input instanceof PipelineError ? [] : [{ ...lastScene.dates[i], input }],
          );
          const faults = others.filter((other) => other instanceof PipelineError);
          const target = { input: scene, origin: lastScene.origin };
          await openDates([target, ...candidates], { target, faults, composite: lastScene.composite });
        } else if (isSample) await actions.openSample();
        else await opener.start(scene, null, lastScene.origin);
      } catch (fault) {
        void memory?.forget();
        actions.fail(fault);
      }
      // What was drawn on its mask waits for the user's word, and a run with dates for those that are missing.
      const { job, maskEditor, unfinished } = get();
      const isComplete = (unfinished?.missingDates ?? []).length === 0;
      if (job.status === 'unfinished' && maskEditor === null && isComplete) await actions.continueRun();
    },
    close() {
      context.abortTask();
      dates.stopAdding();
      set({ ...EMPTY, page: 'scene', error: null });
    },
    async correct(overrides, settings) {
      // The engine may have the scene that is being opened already.
      if (get().opening !== null) return;
      const signal = context.beginTask();
      try {
        set((state) => {
          const taken = takingDraft(state);
          return { ...taken, settings: { ...taken.settings, ...settings }, error: null };
        });
        if (overrides !== null) {
          const opened = await engine.override(overrides);
          const { sample, source, dates, target } = get();
          await opener.show(opened, signal, { sample, source, dates, target });
        }
      } catch (fault) {
        if (signal.aborted) return;
        if (isRunning(get())) set({ job: { status: 'cancelled' } });
        get().actions.fail(fault);
        return;
      }
      if (!signal.aborted) await get().actions.run();
    },
  };
}
