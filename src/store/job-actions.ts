import { toPipelineError } from '../pipeline/errors.ts';
import type { EngineEvent } from '../services/engine.ts';
import type { ActionContext } from './context.ts';
import type { Actions } from './state.ts';

type JobActions = Pick<Actions, 'run' | 'cancel' | 'save' | 'saveFile'>;

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
        const [backend] = await Promise.all([engine.warmUp(signal), mapShown(context)]);
        if (!signal.aborted) set({ backend });
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
