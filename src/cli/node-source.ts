import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PipelineError, throwIfAborted } from '../pipeline/errors.ts';
import type { ByteSource } from '../pipeline/ingest/byte-source.ts';

/** A file on disk that stays open until it is closed. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading at any position. A file that changes while it is open is not read any further.
 * @throws PipelineError `file/unreadable`; reading also `file/changed`
 */
export async function fileSource(path: string): Promise<FileSource> {
  const cannot = (cause: unknown): never => {
    throw unreadable(`${path} cannot be read${reason(cause)}.`, cause);
  };
  // To open a pipe into which nothing writes would never end.
  if ((await stat(path).catch(cannot)).isFIFO()) {
    throw new PipelineError(
      'file/unreadable',
      { text: `${path} is a pipe, and what is read is read in any order.` },
      { text: 'Save it as a file first, and name that.' },
    );
  }
  const file = await open(path, 'r').catch(cannot);
  const opened = await file.stat();
  return {
    name: basename(path),
    size: opened.size,
    async read(position, length, signal) {
      throwIfAborted(signal);
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, opened.size - position)));
        let done = 0;
        while (done < bytes.length) {
          const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        const { size, mtimeMs } = await file.stat();
        if (size !== opened.size || mtimeMs !== opened.mtimeMs) {
          throw new PipelineError(
            'file/changed',
            { text: `${path} was changed while it was being read.` },
            { text: 'Wait until nothing writes to it any more, then run the command again.' },
          );
        }
        throwIfAborted(signal);
        return bytes.subarray(0, done);
      } catch (cause) {
        if (cause instanceof PipelineError) throw cause;
        throw unreadable(`${path} can no longer be read${reason(cause)}.`, cause);
      }
    },
    close: () => file.close(),
  };
}

const reason = (cause: unknown) => {
  const { code } = Object(cause) as { code?: string };
  return code ? ` (${code})` : '';
};

function unreadable(message: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'file/unreadable',
    { text: message },
    {
      text: 'Check that it is there, that you may read it, and that nothing writes to it, then run the command again.',
    },
    { cause },
  );
}
