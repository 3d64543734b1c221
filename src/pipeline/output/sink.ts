import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';

/** Where a file is written to: memory, disk, anything that can be written at a position. */
export interface ByteSink {
  /** May be called in any order of positions; pieces never overlap. `bytes` are not changed afterwards. */
  write(bytes: Uint8Array<ArrayBuffer>, position: number): void | Promise<void>;
}

/** A sink whose bytes can be read again: room for what is made in another order than the file's. */
export interface ScratchSink extends ByteSink {
  /** Bytes written before. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Does something with a sink or scratch; what it throws becomes a PipelineError: `output/disk-full` when disk or
 * quota are full, `output/denied` when the permission to write is missing or withdrawn, else `output/failed`.
 */
export async function writing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw writeFault(thrown);
  }
}

/** A failed write, told by the names that browsers and Node give it. */
function writeFault(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const { name, code, message } = Object(thrown) as { name?: string; code?: unknown; message?: string };
  const kind = typeof code === 'string' ? code : name;
  switch (kind) {
    case 'QuotaExceededError':
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new PipelineError(
        'output/disk-full',
        phrase(
          'There is no room left for the file: the disk, or the storage that the browser allows, is full.',
        ),
        phrase('Free some disk space and save again: the result is kept until then.'),
        { cause: thrown },
      );
    case 'NotAllowedError':
    case 'SecurityError':
    case 'NoModificationAllowedError':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new PipelineError(
        'output/denied',
        phrase('The file may not be written there: the permission is missing or was withdrawn.'),
        phrase('Save again and allow it, or choose another folder: the result is kept until then.'),
        { cause: thrown },
      );
    default:
      return new PipelineError(
        'output/failed',
        message
          ? phrase('The file could not be written: {{reason}}', { reason: message })
          : phrase('The file could not be written.'),
        phrase('Save again to another place: the result is kept until then.'),
        { cause: thrown },
      );
  }
}
