import { proxy, type Remote, transfer } from 'comlink';
import type { ComparisonInput } from '../../workers/comparison-protocol.ts';
import type { BackendName, DateInput, DisplayApi, PipelineApi, PostedScene } from '../../workers/protocol.ts';
import type { SceneOverrides } from '../pipeline/scene.ts';
import type { EngineEvent } from './engine.ts';
import { type WorkerClient, workerClient } from './worker-client.ts';

/** What both workers were told of a scene. */
export interface ToldScene {
  readonly name: string;
  /** Number of its opening. */
  readonly opening: number;
  readonly input: PostedScene;
  readonly overrides: SceneOverrides | null;
  readonly dates: readonly DateInput[];
}

/** What a worker that takes the place of a crashed one has to be told again. */
export interface Told {
  scene: ToldScene | null;
  reference: PostedScene | null;
  /** The finished files that the display shows instead, if it does. */
  comparison: ComparisonInput | null;
  /** The run whose tiles the display worker shows. */
  shownRun: number | null;
  /** Hears of the run that is shown when nobody else does. */
  onPreview: ((event: EngineEvent) => void) | null;
}

/** The worker that computes and the one that shows, and what they were told: who tells them something new, sets it there. */
export interface TwoWorkers {
  readonly pipeline: WorkerClient<PipelineApi>;
  readonly display: WorkerClient<DisplayApi>;
  readonly told: Told;
  /** Gives the two a channel, if they do not share one yet. */
  connect(signal?: AbortSignal): Promise<void>;
  /** Work of a worker that tells how far it is. */
  listened<Api extends { cancel(job: number): void }, T>(
    worker: WorkerClient<Api>,
    work: (api: Remote<Api>, job: number) => Promise<T>,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<T>;
  dispose(): void;
}

/** Two workers that start with their first call; one that takes the place of another is told what that one was. */
export function createWorkers(
  modelsUrl: string,
  prefer?: readonly BackendName[],
  onActs?: (tell: () => void) => () => void,
): TwoWorkers {
  const told: Told = { scene: null, reference: null, comparison: null, shownRun: null, onPreview: null };
  const listeners = new Map<number, (event: EngineEvent) => void>();
  const deliver = proxy((job: number, event: EngineEvent) => {
    const listener = listeners.get(job) ?? (job === told.shownRun ? told.onPreview : null);
    listener?.(event);
  });
  let connected = false;

  const pipeline: WorkerClient<PipelineApi> = workerClient(
    (name) =>
      new Worker(new URL('../../workers/pipeline.worker.ts', import.meta.url), { type: 'module', name }),
    async (api) => {
      connected = false;
      told.shownRun = null;
      // The display may be waiting for tiles of the worker that this one replaces.
      if (display.alive) display.call((shown) => shown.connectPipeline(null)).catch(() => undefined);
      await api.start({ modelsUrl, prefer }, deliver);
      await reopen(api);
      if (told.reference !== null) await api.setReference(0, told.reference);
    },
  );
  const display: WorkerClient<DisplayApi> = workerClient(
    (name) =>
      new Worker(new URL('../../workers/display.worker.ts', import.meta.url), { type: 'module', name }),
    async (api) => {
      connected = false;
      await api.start(deliver);
      await reopen(api);
      if (told.comparison) await api.openComparison(0, told.comparison);
      if (told.shownRun === null || !pipeline.alive) return;
      await api.expectRun(told.shownRun);
      await pipeline.call((computing) => link(computing, api));
    },
  );

  const stopWatching = onActs?.(() => {
    if (listeners.size > 0 && pipeline.alive) pipeline.call((api) => api.giveWay()).catch(() => undefined);
  });

  /** Tells a worker that takes the place of a crashed one which scene is open. */
  async function reopen(api: Remote<PipelineApi> | Remote<DisplayApi>): Promise<void> {
    if (!told.scene) return;
    const { opening, input, overrides, dates } = told.scene;
    try {
      await (api as Remote<DisplayApi>).open(0, input, opening);
      await (api as Remote<DisplayApi>).take(opening);
      if (overrides) await (api as Remote<DisplayApi>).override(overrides);
      if (dates.length > 0) await (api as Remote<DisplayApi>).setDates(0, dates);
    } catch (thrown) {
      told.scene = null;
      told.reference = null;
      throw thrown;
    }
  }

  async function connect(signal?: AbortSignal): Promise<void> {
    const both = await Promise.all([
      pipeline.call(async (api) => ({ api }), signal),
      display.call(async (api) => ({ api }), signal),
    ]);
    if (connected) return;
    const [{ api: computing }, { api: showing }]: [
      { api: Remote<PipelineApi> },
      { api: Remote<DisplayApi> },
    ] = both;
    await link(computing, showing);
  }

  async function link(computing: Remote<PipelineApi>, showing: Remote<DisplayApi>): Promise<void> {
    connected = true;
    const { port1, port2 } = new MessageChannel();
    await showing.connectPipeline(transfer(port1, [port1]));
    await computing.connectDisplay(transfer(port2, [port2]));
  }

  function listened<Api extends { cancel(job: number): void }, T>(
    worker: WorkerClient<Api>,
    work: (api: Remote<Api>, job: number) => Promise<T>,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    return worker.call(async (api, job) => {
      listeners.set(job, onEvent);
      try {
        return await work(api, job);
      } finally {
        listeners.delete(job);
      }
    }, signal);
  }

  return {
    pipeline,
    display,
    told,
    connect,
    listened,
    dispose() {
      stopWatching?.();
      pipeline.stop();
      display.stop();
    },
  };
}
