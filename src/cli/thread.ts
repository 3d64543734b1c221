import type { Worker } from 'node:worker_threads';
import { PipelineError } from '../pipeline/errors.ts';

/**
 * Listens to a thread; returns the way to stop. Listeners are taken off one by one, because Node keeps some of its own on
 * a Worker.
 * @param onGone told if the thread ends, which none does by itself: `worker/crashed`
 */
export function listen<Message>(
  worker: Worker,
  onMessage: (message: Message) => void,
  onGone: (error: PipelineError) => void,
): () => void {
  const onError = (cause: unknown) => onGone(crashed(cause));
  const onExit = () => onGone(crashed());
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  return () => void worker.off('message', onMessage).off('error', onError).off('exit', onExit);
}

function crashed(cause?: unknown): PipelineError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new PipelineError(
    'worker/crashed',
    { text: `A thread of the computation ended unexpectedly${why}.` },
    {
      text: 'Run the command again with fewer --jobs and --threads; if it happens again, report it with this message.',
    },
    { cause },
  );
}
