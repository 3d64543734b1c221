import { type Remote, releaseProxy, wrap } from 'comlink';
import '../../workers/crossing.ts';
import { whenReleased, workerName } from '../../workers/liveness.ts';
import { cancelled, PipelineError, throwIfAborted } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';

/** A worker that is started when first needed, and again after a crash. */
export interface WorkerClient<Api> {
  /**
   * Calls the worker. `job` is a number of its own for this call.
   * @throws PipelineError those of the worker; `worker/crashed`; `job/cancelled` once the worker has stopped.
   */
  call<T>(work: (api: Remote<Api>, job: number) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Ends the worker; its pending calls reject with the given error. The next call starts a new one. */
  stop(reason?: PipelineError): void;
  /** Whether a worker is running. */
  readonly alive: boolean;
}

interface Running<Api> {
  readonly worker: Worker;
  readonly api: Remote<Api>;
  readonly ready: Promise<void>;
  readonly pending: Set<(error: PipelineError) => void>;
  /** Stops listening for the worker's end. */
  forget: () => void;
}

let lastJob = 0;

/**
 * @param create makes the worker; it should hold a lock of its name from the end of `prepare` on (workers/liveness.ts),
 *   so that its end is noticed
 * @param prepare tells a new worker what it needs to know before the first call
 */
export function workerClient<Api extends { cancel(job: number): void }>(
  create: (name: string) => Worker,
  prepare: (api: Remote<Api>) => Promise<void>,
): WorkerClient<Api> {
  let running: Running<Api> | null = null;

  function start(): Running<Api> {
    const name = workerName('worker');
    const worker = create(name);
    const api = wrap<Api>(worker);
    const started: Running<Api> = { worker, api, ready: prepare(api), pending: new Set(), forget: () => {} };
    started.ready.then(
      () => {
        if (running === started) started.forget = whenReleased(name, () => end(crashed()));
      },
      () => end(),
    );
    const end = (reason?: PipelineError) => {
      if (running === started) stop(reason);
    };
    const crash = (event: Event) => {
      event.preventDefault();
      end(crashed(event));
    };
    worker.addEventListener('error', crash);
    worker.addEventListener('messageerror', crash);
    return started;
  }

  function stop(reason = cancelled()): void {
    const stopped = running;
    if (!stopped) return;
    running = null;
    stopped.forget();
    stopped.worker.terminate();
    stopped.api[releaseProxy]();
    for (const fail of stopped.pending) fail(reason);
  }

  return {
    async call(work, signal) {
      throwIfAborted(signal);
      running ??= start();
      const { api, ready, pending } = running;
      const job = ++lastJob;
      const cancel = () => void (api as Remote<{ cancel(job: number): void }>).cancel(job);
      return new Promise((resolve, reject) => {
        const settle = () => {
          pending.delete(fail);
          signal?.removeEventListener('abort', cancel);
        };
        const fail = (error: PipelineError) => {
          settle();
          reject(error);
        };
        pending.add(fail);
        ready
          .then(() => {
            throwIfAborted(signal);
            signal?.addEventListener('abort', cancel, { once: true });
            return work(api, job);
          })
          .then(resolve, reject)
          .finally(settle);
      });
    },
    stop,
    get alive() {
      return running !== null;
    },
  };
}

function crashed(event?: Event): PipelineError {
  const { message } = (event ?? {}) as Partial<ErrorEvent>;
  return new PipelineError(
    'worker/crashed',
    message
      ? phrase('The part of the program that computes stopped unexpectedly: {{reason}}', { reason: message })
      : phrase('The part of the program that computes stopped unexpectedly.'),
    phrase('Continue or try again; if it happens again, close other tabs.'),
  );
}
