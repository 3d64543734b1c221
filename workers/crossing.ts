/**
 * What comlink does not carry by itself. Imported on both sides of a worker boundary, for its effect: errors
 * keep their code and remedy. Jobs carry a number, so that a message can cancel them.
 */
import { transferHandlers } from 'comlink';
import { type ErrorReport, PipelineError, toPipelineError } from '../src/pipeline/errors.ts';

const thrown = transferHandlers.get('throw');
if (!thrown) throw new Error('comlink has no handler for errors');

transferHandlers.set('throw', {
  canHandle: thrown.canHandle,
  serialize: (wrapped: unknown) => [toPipelineError((wrapped as { value: unknown }).value).toReport(), []],
  deserialize(report: ErrorReport): never {
    throw new PipelineError(report.code, report.message, report.remedy);
  },
});

export interface Jobs {
  /** Does some work under a number by which it can be cancelled. */
  run<T>(job: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Raises the signal of a running job; nothing happens if it has ended. */
  cancel(job: number): void;
}

export function jobs(): Jobs {
  const running = new Map<number, AbortController>();
  return {
    async run(job, work) {
      const controller = new AbortController();
      running.set(job, controller);
      try {
        return await work(controller.signal);
      } finally {
        running.delete(job);
      }
    },
    cancel: (job) => running.get(job)?.abort(),
  };
}

/** The result of shared work for one of those who wait for it; leaving does not stop the work. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new DOMException('', 'AbortError'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** What was read from, as the pipeline reads it: of addresses only their text crosses. */
export function received<T>(input: T | string): T | URL {
  return typeof input === 'string' ? new URL(input) : input;
}
