import ComparisonWorker from '../../workers/comparison.worker.ts?worker&inline';
import type { ComparisonApi, ComparisonInput, OpenedComparison } from '../../workers/comparison-protocol.ts';
import type { DisplayPixels, Engine } from './engine.ts';
import { workerClient } from './worker-client.ts';

/** Finished files on the way to the map: all that the embedded viewer needs of an engine. */
export interface ComparisonEngine extends Pick<Engine, 'displayTile' | 'stretch'> {
  /** @throws PipelineError `file/*`, `scene/*`, `network/*`, `worker/crashed`, `job/cancelled` */
  open(input: ComparisonInput, signal?: AbortSignal): Promise<OpenedComparison>;
  /** Ends the worker. */
  dispose(): void;
}

/**
 * Its worker is part of this module's text and starts from a blob, because a page may start no worker of another
 * origin, and a sandboxed page none from an address at all.
 */
export function createComparisonEngine(): ComparisonEngine {
  let current: ComparisonInput | null = null;
  const worker = workerClient<ComparisonApi>(
    (name) => new ComparisonWorker({ name }),
    async (api) => {
      await api.start();
      if (current) await api.open(0, current);
    },
  );
  return {
    async open(input, signal) {
      const opened = await worker.call((api, job) => api.open(job, input), signal);
      current = input;
      return opened;
    },
    displayTile: (request, signal): Promise<DisplayPixels> =>
      worker.call((api, job) => api.tile(job, request), signal),
    stretch: (bands, signal) => worker.call((api, job) => api.stretch(job, bands), signal),
    dispose: () => worker.stop(),
  };
}

export type { ComparisonInput };
