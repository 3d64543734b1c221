import { throwIfAborted } from './errors.ts';
import type { Window } from './scene.ts';

/** What a run can be told while it is under way. */
export interface RunControl {
  /** Halts the run at the end of the tile that is worked on. */
  pause(): void;
  resume(): void;
  /** Tiles that meet the window go first from now on; null: in the order of the scene. */
  prioritise(window: Window | null): void;
  readonly priority: Window | null;
  readonly paused: boolean;
  /** Milliseconds spent in pauses so far. */
  readonly pausedMs: number;
  /**
   * Resolves when the run may go on: at once, or when its pause ends.
   * @throws PipelineError `job/cancelled`
   */
  whenReady(signal?: AbortSignal): Promise<void>;
}

/** @param onPause Told when the run halts, and when it goes on. */
export function runControl(onPause: (paused: boolean) => void = () => {}): RunControl {
  let priority: Window | null = null;
  let paused = false;
  let pausedMs = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const go of waiting) go();
  };
  return {
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      wake();
    },
    prioritise(window) {
      priority = window;
    },
    get priority() {
      return priority;
    },
    get paused() {
      return paused;
    },
    get pausedMs() {
      return pausedMs;
    },
    async whenReady(signal) {
      throwIfAborted(signal);
      if (!paused) return;
      const since = performance.now();
      onPause(true);
      signal?.addEventListener('abort', wake);
      while (paused && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
        waiting.clear();
      }
      signal?.removeEventListener('abort', wake);
      pausedMs += performance.now() - since;
      throwIfAborted(signal);
      onPause(false);
    },
  };
}
