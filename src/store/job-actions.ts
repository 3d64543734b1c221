import { toPipelineError } from '../pipeline/errors.ts';
import type { EngineEvent } from '../services/engine.ts';
import type { ActionContext } from './create-store.ts';
import type { Actions } from './state.ts';

type JobActions = Pick<Actions, 'run' | 'cancel' | 'save' | 'saveFile'>;

/** Running, cancelling and saving. */
export function jobActions(context: ActionContext): JobActions {
  const { engine, set, get } = context;

  const onEvent = (event: EngineEvent) => {
    switch (event.type) {
      case 'progress': {
        const { stage, done, total, secondsLeft } = event;
        set({ job: { status: 'running', stage, done, total, secondsLeft } });
        break;
      }
      case 'notice':
        set(({ notices }) => ({
          notices: [...notices.filter((known) => known.code !== event.notice.code), event.notice],
        }));
        break;
      case 'mask-changed':
        set({ tileChange: event });
        break;
      case 'result-changed':
        set({ tileChange: event, hasResult: true });
        break;
    }
  };

  return {
    async run() {
      if (get().scene === null) return;
      const signal = context.beginTask();
      const notices = get().scene?.scene.notices ?? [];
      set({ job: { status: 'starting' }, hasResult: false, overlay: 'mask', error: null, notices });
      try {
        set({ backend: await engine.warmUp(signal) });
        if (signal.aborted) return;
        const report = await engine.run(
          get().settings,
          (event) => {
            if (!signal.aborted) onEvent(event);
          },
          signal,
        );
        if (!signal.aborted) set({ job: { status: 'done', report }, hasResult: report.tiles.repaired > 0 });
      } catch (fault) {
        if (signal.aborted) return;
        const cancelled = toPipelineError(fault).code === 'job/cancelled';
        set({ job: { status: cancelled ? 'cancelled' : 'failed' } });
        get().actions.fail(fault);
      }
    },
    cancel() {
      context.abortTask();
      set({ job: { status: 'cancelled' }, opening: null });
    },
    async save(product) {
      if (get().saving !== null) return;
      set({ saving: product, error: null });
      try {
        context.saveFile(await engine.export(product, () => {}));
      } catch (fault) {
        get().actions.fail(fault);
      } finally {
        set({ saving: null });
      }
    },
    saveFile: (file) => context.saveFile(file),
  };
}
