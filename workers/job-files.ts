import { throwIfAborted } from '../src/pipeline/errors.ts';
import { hex } from '../src/pipeline/hex.ts';
import { type ByteSource, blobSource, urlHead } from '../src/pipeline/ingest/byte-source.ts';
import { type PageFile, type PageLog, pageLog } from '../src/pipeline/page-log.ts';
import type { PostedScene } from './protocol.ts';

/**
 * Where runs keep their pages: one file per scene in the browser's private file system. A file is locked by the
 * worker that has it open, so two tabs cannot write the same one.
 */
const RUNS = 'runs';
const EXTENSION = '.pages';
/** Files of other scenes that are kept, and for how long. */
const KEPT = 2;
const KEPT_MS = 7 * 24 * 3600 * 1000;
/** Leading bytes of a file that tell it from another: header, directories, metadata. */
const HEAD_BYTES = 65_536;

/**
 * What a scene is known by: name, length, date of the last change (or the server's tag) and leading bytes.
 * @returns null where the browser has no digest (a page that is not served securely)
 * @throws PipelineError those of {@link ByteSource.read}
 */
export async function sceneFingerprint(input: PostedScene, signal?: AbortSignal): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const { facts, heads } =
    typeof input === 'string' ? await ofAddress(input, signal) : await ofFiles(input, signal);
  const known = new Blob([JSON.stringify(facts), ...heads]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await known.arrayBuffer()));
  return hex(digest.subarray(0, 16));
}

async function ofFiles(input: Exclude<PostedScene, string>, signal?: AbortSignal) {
  const files = input instanceof File ? [input] : input;
  const heads = await Promise.all(files.map((file) => blobSource(file).read(0, HEAD_BYTES, signal)));
  const facts = files.flatMap(({ name, size, lastModified }) => [name, size, lastModified]);
  return { facts, heads };
}

async function ofAddress(address: string, signal?: AbortSignal) {
  const { bytes, version } = await urlHead(new URL(address), HEAD_BYTES, signal);
  return { facts: [address, version], heads: [bytes] };
}

/** A file that is held is tried again so often, in milliseconds. */
const EVERY_MS = 100;

/**
 * The pages of a scene, as an earlier run left them.
 * @param create Make a file where there is none; else null then.
 * @returns null where the browser offers no such files, or another page holds this one
 * @throws PipelineError `job/cancelled`
 */
export async function openJobFile(
  fingerprint: string,
  options: {
    readonly folder?: string;
    readonly create: boolean;
    readonly empty?: boolean;
    /** So long, in milliseconds, a file that is held is waited for: a page that was left lets go of its files some time later. */
    readonly patience?: number;
    onFull?(): void;
    /** Another page holds the file, and did so until the end of the patience. */
    onHeld?(): void;
  },
  signal?: AbortSignal,
): Promise<PageLog | null> {
  const { folder = RUNS, create, empty = false, patience = 0, onFull } = options;
  for (let waited = 0; ; waited += EVERY_MS) {
    throwIfAborted(signal);
    try {
      const handle = await (await folderOf(folder)).getFileHandle(fingerprint + EXTENSION, { create });
      const file: PageFile = await handle.createSyncAccessHandle();
      if (empty) file.truncate(0);
      return pageLog(file, { onFull });
    } catch (fault) {
      if (!HELD.has(Object(fault).name)) return null;
    }
    if (waited >= patience) {
      options.onHeld?.();
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** What browsers throw where a file is held: Safari the second. */
const HELD: ReadonlySet<string> = new Set(['NoModificationAllowedError', 'InvalidStateError']);

/** Removes the files of other scenes that are old or too many. Files that another tab holds stay. */
export async function tidyJobFiles(keep: string, name = RUNS): Promise<void> {
  try {
    const folder = await folderOf(name);
    const others: { name: string; changed: number }[] = [];
    for await (const [name, handle] of folder.entries()) {
      if (name === keep + EXTENSION || !(handle instanceof FileSystemFileHandle)) continue;
      others.push({ name, changed: (await handle.getFile()).lastModified });
    }
    others.sort((a, b) => b.changed - a.changed);
    const stale = others.filter(({ changed }, i) => i >= KEPT || Date.now() - changed > KEPT_MS);
    await Promise.allSettled(stale.map(({ name }) => folder.removeEntry(name)));
  } catch {
    // No private file system: nothing to tidy.
  }
}

async function folderOf(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}
