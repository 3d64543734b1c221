import { PipelineError } from '../pipeline/errors.ts';
import { english, type Phrase, phrase } from '../pipeline/phrase.ts';

export type BackendName = 'webgpu' | 'wasm';

/** In the order in which they are tried unless another one is asked for. */
export const BACKEND_ORDER: readonly BackendName[] = ['webgpu', 'wasm'];

/** A TensorFlow.js back end that is running and current. */
export interface StartedBackend {
  readonly name: BackendName;
  /** For people: the GPU's name, or `SIMD, 4 threads`. */
  readonly detail: Phrase;
  /** Calls back if the device goes away, at once if it has gone; returns the way to unsubscribe. */
  onLost(listener: (error: PipelineError) => void): () => void;
  dispose(): void;
}

export function deviceLost(reason = ''): PipelineError {
  return new PipelineError(
    'backend/lost',
    reason
      ? phrase('The graphics device stopped working: {{reason}}', { reason })
      : phrase('The graphics device stopped working.'),
    phrase('Run again: the work continues on another back end.'),
  );
}

/** Why a back end cannot be used here: a sentence part such as `this browser has no WebGPU`. */
export class BackendUnusable extends Error {
  readonly reason: Phrase;

  constructor(reason: Phrase, options?: { cause?: unknown }) {
    super(english(reason), options);
    this.reason = reason;
  }
}
