import { renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Deflate } from '../pipeline/output/encode-block.ts';
import { fileSink } from '../pipeline/output/file-sink.ts';
import { type Scratch, writing } from '../pipeline/output/sink.ts';
import { nodePageFile } from './node-pages.ts';

/** A file on disk that is being written, and what the writer needs for it. */
export interface NodeOutput {
  readonly sink: Scratch;
  readonly scratch: Scratch;
  readonly deflate: Deflate;
}

const zlib = promisify(deflate);

/**
 * Node's zlib on its thread pool, at the level where size and speed of imagery meet (docs/decisions/0005), and in one
 * piece instead of many of 16 kB.
 */
export const nodeDeflate: Deflate = async (bytes) => {
  const packed = await zlib(bytes, { level: 4, memLevel: 9, chunkSize: bytes.length + 1024 });
  return new Uint8Array(packed.buffer as ArrayBuffer, packed.byteOffset, packed.length);
};

/**
 * Lets `write` fill a file. It is written beside its place under another name and takes the place when it is
 * complete, so that a fault leaves what was there before; the scratch lies beside it too.
 *
 * @throws PipelineError `output/disk-full`, `output/denied`, `output/failed`, and those of `write`.
 */
export async function writeNodeFile<T>(path: string, write: (output: NodeOutput) => Promise<T>): Promise<T> {
  const [part, scratchPath] = [`${path}.part`, `${path}.scratch`];
  const open: { close(): void }[] = [];
  const create = (name: string) =>
    writing(() => {
      rmSync(name, { force: true });
      const file = nodePageFile(name);
      open.push(file);
      return file;
    });
  const closeAll = () => {
    for (const file of open.splice(0)) file.close();
  };
  try {
    const [file, scratch] = [await create(part), await create(scratchPath)];
    const result = await write({ sink: fileSink(file), scratch: fileSink(scratch), deflate: nodeDeflate });
    await writing(() => {
      file.flush();
      closeAll();
      renameSync(part, path);
    });
    return result;
  } finally {
    closeAll();
    rmSync(part, { force: true });
    rmSync(scratchPath, { force: true });
  }
}
