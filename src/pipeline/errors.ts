import { english, type Phrase, phrase } from './phrase.ts';

/**
 * Everything that can go wrong in a way the user should know about.
 * A code is stable (tests and hosts may match on it); the texts are for people.
 */
export type ErrorCode =
  // the file
  | 'file/not-a-tiff'
  | 'file/jpeg2000'
  | 'file/truncated'
  | 'file/corrupt'
  | 'file/empty-image'
  | 'file/unsupported-compression'
  | 'file/unsupported-samples'
  | 'file/too-large'
  | 'file/unreadable'
  | 'file/changed'
  // the scene
  | 'scene/too-few-bands'
  | 'scene/palette'
  | 'scene/roles-incomplete'
  | 'scene/roles-mismatch'
  | 'scene/nodata-out-of-range'
  // several files dropped together
  | 'scene/not-one-scene'
  | 'scene/different-grids'
  // other dates of the area
  | 'dates/no-overlap'
  | 'dates/unknown-crs'
  | 'dates/no-georeference'
  | 'dates/other-radiometry'
  | 'dates/same-date'
  // measuring the error
  | 'evaluate/no-overlap'
  | 'evaluate/no-common-bands'
  | 'evaluate/other-units'
  | 'check/too-small'
  | 'check/no-clear-part'
  // a mask of the user's own
  | 'mask/not-a-mask'
  | 'mask/elsewhere'
  | 'mask/lost'
  // the network
  | 'network/unreachable'
  | 'network/too-slow'
  | 'network/no-range'
  | 'network/no-cors'
  // the machine
  | 'model/unavailable'
  | 'model/corrupt'
  | 'backend/none'
  | 'backend/lost'
  | 'display/no-webgl'
  | 'display/context-lost'
  | 'worker/crashed'
  | 'memory/exhausted'
  // the file that is written
  | 'output/exists'
  | 'output/in-use'
  | 'output/disk-full'
  | 'output/denied'
  | 'output/failed'
  // the job
  | 'job/cancelled'
  | 'job/not-ready'
  | 'job/storage-full'
  | 'job/storage-lost'
  // the library of saved comparisons
  | 'library/no-storage'
  | 'library/in-use'
  | 'library/gone'
  | 'library/damaged'
  | 'library/newer'
  | 'library/not-an-export'
  // the embedded viewer
  | 'embed/bad-setting'
  | 'embed/not-loaded'
  | 'embed/no-worker'
  | 'internal/unexpected';

/** Plain data form of a {@link PipelineError}: what crosses a worker boundary. */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** What is wrong, in one sentence. */
  readonly message: Phrase;
  /** What the user can do about it, in one sentence. */
  readonly remedy: Phrase;
}

/**
 * The one error class of the pipeline: a code, what is wrong, and what to do about it. `message` and `remedy` are in
 * English; `phrases` are the same as they can be translated.
 */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly phrases: Pick<ErrorReport, 'message' | 'remedy'>;

  constructor(code: ErrorCode, message: Phrase, remedy: Phrase, options?: { cause?: unknown }) {
    super(english(message), options);
    this.name = 'PipelineError';
    this.code = code;
    this.remedy = english(remedy);
    this.phrases = { message, remedy };
  }

  toReport(): ErrorReport {
    return { code: this.code, ...this.phrases };
  }
}

/** Throws `job/cancelled` if the signal has been raised. Called between units of work. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw cancelled();
}

export function cancelled(): PipelineError {
  return new PipelineError(
    'job/cancelled',
    phrase('The job was cancelled.'),
    phrase('Press Run to start it again.'),
  );
}

/** Any thrown value as a {@link PipelineError}; unknown faults become `internal/unexpected`. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') return cancelled();
  if (thrown instanceof RangeError && /alloc|length|memory/i.test(thrown.message)) {
    return new PipelineError(
      'memory/exhausted',
      phrase('This device ran out of memory.'),
      phrase('Close other tabs, or crop the scene to a smaller area and try again.'),
      { cause: thrown },
    );
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new PipelineError(
    'internal/unexpected',
    phrase('Something unexpected went wrong: {{reason}}', { reason: text }),
    phrase('Reload the page and try again; if it happens again, report it with this message.'),
    { cause: thrown },
  );
}
