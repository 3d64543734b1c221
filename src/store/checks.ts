import type { SelfCheck } from '../pipeline/evaluate/self-check.ts';
import type { Evaluation, RunReport } from '../pipeline/events.ts';
import type { EngineEvent, ReportRequest, SceneInput } from '../services/engine.ts';
import type { ActionContext } from './context.ts';
import type { AppState } from './state.ts';

/** What was measured of a result. */
export interface ResultChecks {
  /** The run that it belongs to. */
  readonly report: RunReport;
  readonly selfCheck: SelfCheck | null;
  /** Error against a reference that the user gave. */
  readonly evaluation: Evaluation | null;
}

export interface CheckSlice {
  /** What is being measured or written, how much of it is done (0..1), and the time that it still takes. */
  readonly checking: {
    readonly kind: 'self-check' | 'reference' | 'report';
    readonly share: number;
    readonly secondsLeft: number | null;
  } | null;
  readonly checks: ResultChecks | null;
}

export interface CheckActions {
  /** Measures the error to expect, with simulated clouds on clear parts of the scene. */
  checkScene(): Promise<void>;
  /** Measures the result against a clear picture of the same area. */
  compareWith(reference: SceneInput): Promise<void>;
  /** Hands out the report of the result. */
  saveReport(format: ReportRequest['format']): Promise<void>;
  /** Stops what is being measured; the result stays. */
  cancelCheck(): void;
}

export const NO_CHECKS = { checking: null, checks: null } as const satisfies CheckSlice;

/** What was measured of the result that is shown. */
export function checksOf({ job, checks }: Pick<AppState, 'job' | 'checks'>): ResultChecks | null {
  if (job.status !== 'done') return null;
  return checks?.report === job.report ? checks : { report: job.report, selfCheck: null, evaluation: null };
}

/** Measuring a result, and telling of it. A new run, another scene or the end of this one stops it. */
export function checkActions(context: ActionContext): CheckActions {
  const { engine, set, get } = context;

  const work = async (
    kind: NonNullable<CheckSlice['checking']>['kind'],
    task: (known: ResultChecks, onEvent: (event: EngineEvent) => void, signal: AbortSignal) => Promise<void>,
  ) => {
    const known = checksOf(get());
    if (known === null || get().checking !== null) return;
    const signal = context.beginTask();
    const begun = { kind, share: 0, secondsLeft: null };
    set({ checking: begun, error: null });
    signal.addEventListener('abort', () => set({ checking: null }), { once: true });
    try {
      const onEvent = (event: EngineEvent) => {
        if (event.type !== 'progress' || signal.aborted) return;
        const share = event.done / Math.max(1, event.total);
        set({ checking: { kind, share, secondsLeft: event.secondsLeft } });
      };
      await task(known, onEvent, signal);
    } catch (fault) {
      if (!signal.aborted) get().actions.fail(fault);
    } finally {
      if (!signal.aborted) set({ checking: null });
    }
  };

  return {
    checkScene: () =>
      work('self-check', async (known, onEvent, signal) => {
        const selfCheck = await engine.selfCheck(onEvent, signal);
        if (!signal.aborted) set({ checks: { ...known, selfCheck } });
      }),
    compareWith: (reference) =>
      work('reference', async (known, onEvent, signal) => {
        const evaluation = await engine.compare(reference, onEvent, signal);
        if (!signal.aborted) set({ checks: { ...known, evaluation } });
      }),
    saveReport: (format) =>
      work('report', async ({ selfCheck, evaluation }, onEvent, signal) => {
        const file = await engine.describe({ format, selfCheck, evaluation }, onEvent, signal);
        if (!signal.aborted) context.saveFile(file);
      }),
    cancelCheck: () => context.abortTask(),
  };
}
