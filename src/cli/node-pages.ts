import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { PageFile } from '../pipeline/page-log.ts';

/**
 * A file of pages on disk, for {@link pageLog}; made if there is none, continued if there is.
 * @throws what Node's file system throws, e.g. ENOENT if the folder is missing.
 */
export function nodePageFile(path: string): PageFile {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  return {
    read: (into, { at }) => inFull(into.length, (done, left) => readSync(file, into, done, left, at + done)),
    write: (bytes, { at }) =>
      inFull(bytes.length, (done, left) => writeSync(file, bytes, done, left, at + done)),
    getSize: () => fstatSync(file).size,
    truncate: (size) => ftruncateSync(file, size),
    flush: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

/** Repeats a transfer until all is done or nothing more comes; returns what was done. */
function inFull(length: number, transfer: (done: number, left: number) => number): number {
  let done = 0;
  while (done < length) {
    const count = transfer(done, length - done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
