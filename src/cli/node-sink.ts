import { lstatSync, renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Deflate } from '../pipeline/output/encode-block.ts';
import { fileSink } from '../pipeline/output/file-sink.ts';
import { type ScratchSink, writing } from '../pipeline/output/sink.ts';
import { nodePageFile } from './node-pages.ts';

/** A file on disk that is being written, and what the writer needs for it. */
export interface NodeOutput {
  readonly sink: ScratchSink;
  readonly scratch: ScratchSink;
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
  const [result] = await writeNodeFiles([path], write);
  return result;
}

/**
 * The same for files that belong together, one after the other: they take their places when all are complete, the first
 * one last, or none does.
 *
 * @param write told which of the paths it is
 */
export async function writeNodeFiles<T>(
  paths: readonly string[],
  write: (output: NodeOutput, index: number) => Promise<T>,
): Promise<T[]> {
  try {
    const results: T[] = [];
    for (const [i, path] of paths.entries()) results.push(await filled(path, (output) => write(output, i)));
    await writing(() => takePlaces(paths));
    return results;
  } finally {
    for (const path of paths) rmSync(partOf(path), { force: true });
  }
}

const partOf = (path: string) => `${path}.part`;

/** Fills a file beside its place. */
async function filled<T>(path: string, write: (output: NodeOutput) => Promise<T>): Promise<T> {
  const scratchPath = `${path}.scratch`;
  const open: { close(): void }[] = [];
  const create = (name: string) =>
    writing(() => {
      rmSync(name, { force: true });
      const file = nodePageFile(name);
      open.push(file);
      return file;
    });
  try {
    const [file, scratch] = [await create(partOf(path)), await create(scratchPath)];
    const result = await write({ sink: fileSink(file), scratch: fileSink(scratch), deflate: nodeDeflate });
    await writing(() => file.flush());
    return result;
  } finally {
    for (const file of open) file.close();
    rmSync(scratchPath, { force: true });
  }
}

/** Files that stand in the places are put aside meanwhile, so that they can come back. */
function takePlaces(paths: readonly string[]): void {
  const undo: (() => void)[] = [];
  const replaced: string[] = [];
  try {
    for (const path of [...paths].reverse()) {
      const there = lstatSync(path, { throwIfNoEntry: false });
      if (there?.isDirectory()) throw new Error(`${path} is a folder.`);
      if (there) {
        const aside = `${path}.replaced`;
        renameSync(path, aside);
        undo.unshift(() => renameSync(aside, path));
        replaced.push(aside);
      }
      renameSync(partOf(path), path);
      undo.unshift(() => rmSync(path));
    }
  } catch (thrown) {
    for (const back of undo) back();
    throw thrown;
  }
  for (const path of replaced) rmSync(path, { force: true });
}
