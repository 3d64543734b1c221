import { Worker } from 'node:worker_threads';
import { cancelled, type ErrorReport, toPipelineError } from '../pipeline/errors.ts';
import { lockOutput } from './output-lock.ts';
import type { FromScene, NetworksConfig, SceneEvent, SceneOutcome, Task, ToScene } from './protocol.ts';
import { listen } from './thread.ts';
import { removeWorkingFiles } from './working-files.ts';

export type SceneResult =
  | { readonly status: 'done'; readonly outcome: SceneOutcome }
  | { readonly status: 'failed' | 'cancelled'; readonly error: ErrorReport };

export interface PoolListener {
  onEvent(scene: number, event: SceneEvent): void;
  /** Not told of scenes that a cancel kept from beginning. */
  onEnd(scene: number, result: SceneResult): void;
}

/**
 * Processes scenes, `jobs` of them at a time, each on a thread of its own. An error ends its scene only. After a cancel,
 * scenes under way end within one tile, and no other begins. A scene whose output another command is making fails.
 */
export async function processScenes(
  tasks: readonly Task[],
  jobs: number,
  config: NetworksConfig,
  listener: PoolListener,
  signal: AbortSignal,
): Promise<SceneResult[]> {
  const results: SceneResult[] = [];
  let next = 0;
  const lane = async () => {
    let worker: Worker | null = null;
    while (next < tasks.length) {
      const scene = next++;
      if (signal.aborted) {
        results[scene] = failed(cancelled().toReport());
        continue;
      }
      worker ??= new Worker(new URL('./scene-thread.js', import.meta.url), { workerData: config });
      const thread = worker;
      const onEvent = (event: SceneEvent) => listener.onEvent(scene, event);
      const end = await locked(tasks[scene], () => inThread(thread, tasks[scene], onEvent, signal));
      if (end.gone) worker = null;
      results[scene] = end.result;
      listener.onEnd(scene, end.result);
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, lane));
  return results;
}

/** How a scene ended, and whether its thread is gone with it. */
interface SceneEnd {
  readonly result: SceneResult;
  readonly gone: boolean;
}

/** Processes a scene while its output is kept from other commands. */
async function locked({ outputs }: Task, process: () => Promise<SceneEnd>): Promise<SceneEnd> {
  try {
    const giveBack = await lockOutput(outputs[0].path);
    return await process().finally(giveBack);
  } catch (thrown) {
    return { result: failed(toPipelineError(thrown).toReport()), gone: false };
  }
}

function inThread(
  worker: Worker,
  task: Task,
  onEvent: (event: SceneEvent) => void,
  signal: AbortSignal,
): Promise<SceneEnd> {
  return new Promise((resolve) => {
    const post = (message: ToScene) => worker.postMessage(message);
    const cancel = () => post({ type: 'cancel' });
    const end = (result: SceneResult, gone: boolean) => {
      signal.removeEventListener('abort', cancel);
      stop();
      if (gone) {
        removeWorkingFiles(
          task.outputs.map((output) => output.path),
          task.resume,
        );
      }
      resolve({ result, gone });
    };
    const stop = listen<FromScene>(
      worker,
      (message) => {
        if (message.type === 'event') onEvent(message.event);
        else if (message.type === 'done') end({ status: 'done', outcome: message.outcome }, false);
        else end(failed(message.error), false);
      },
      (error) => end(failed(error.toReport()), true),
    );
    signal.addEventListener('abort', cancel);
    post({ type: 'process', task });
  });
}

function failed(error: ErrorReport): SceneResult {
  return { status: error.code === 'job/cancelled' ? 'cancelled' : 'failed', error };
}
