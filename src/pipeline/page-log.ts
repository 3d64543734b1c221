import { crc32 } from './crc32.ts';
import { PipelineError } from './errors.ts';
import { type PageStore, recent } from './pages.ts';
import { phrase } from './phrase.ts';

/**
 * A file with random access. `FileSystemSyncAccessHandle` of the browser's private file system is one as it is;
 * `src/cli/node-pages.ts` makes one of a path.
 */
export interface PageFile {
  /** Fills `into` from a position; returns how many bytes there were. */
  read(into: Uint8Array, options: { readonly at: number }): number;
  /** Returns how many bytes were written; throws or returns fewer where storage is full. */
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  getSize(): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

export interface PageLog extends PageStore {
  /** Bytes of the file that hold pages. */
  readonly byteLength: number;
  /** Lets go of the file; it stays where it is. Pages can no longer be read. */
  close(): void;
}

export interface PageLogOptions {
  /** Bytes of pages held in memory in front of the file. */
  readonly budget?: number;
  /** Bytes of pages that may be kept in memory once the file can take no more. */
  readonly spare?: number;
  /** Told once, when the file can take no more: what follows will not survive this process. */
  readonly onFull?: () => void;
}

const PAGE_BUDGET = 64 * 2 ** 20;
const SPARE_BUDGET = 256 * 2 ** 20;

/** `UCP1`, little-endian. */
const MAGIC = 0x31504355;
/** Magic, length of the name, length of the page, CRC-32 of both. */
const HEADER = 16;
const LONGEST_NAME = 64;

/**
 * Pages appended to one file, each with a checksum: the file is the journal of the run, and whoever opens it
 * later finds every page up to the first that was not written in full. A page that is set again is
 * appended; the last one counts.
 *
 * @throws PipelineError `job/storage-lost` from `get` if the file can no longer be read, `job/storage-full` from
 *   `set` if neither file nor spare memory has room: what was written stays.
 */
export function pageLog(file: PageFile, options: PageLogOptions = {}): PageLog {
  const { budget = PAGE_BUDGET, spare = SPARE_BUDGET, onFull } = options;
  const index = new Map<string, { readonly at: number; readonly length: number }>();
  const held = recent<string, Uint8Array>(budget);
  /** Pages that the file has no room for. */
  const beyond = new Map<string, Uint8Array>();
  let beyondBytes = 0;
  let full = false;
  let end = 0;
  restore();

  /** Finds the pages of an earlier process, and cuts off what was not written in full. */
  function restore(): void {
    const size = file.getSize();
    const header = new Uint8Array(HEADER);
    const view = new DataView(header.buffer);
    while (end + HEADER <= size && file.read(header, { at: end }) === HEADER) {
      const nameLength = view.getUint32(4, true);
      const length = view.getUint32(8, true);
      const next = end + HEADER + nameLength + length;
      if (view.getUint32(0, true) !== MAGIC || nameLength > LONGEST_NAME || next > size) break;
      const rest = new Uint8Array(nameLength + length);
      if (file.read(rest, { at: end + HEADER }) < rest.length || crc32(rest) !== view.getUint32(12, true))
        break;
      index.set(new TextDecoder().decode(rest.subarray(0, nameLength)), { at: next - length, length });
      end = next;
    }
    if (end < size) file.truncate(end);
  }

  /** Appends a page; false, with the file as it was, if there is no room. */
  function append(name: string, bytes: Uint8Array): boolean {
    const nameBytes = new TextEncoder().encode(name);
    const head = new Uint8Array(HEADER + nameBytes.length);
    const view = new DataView(head.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, nameBytes.length, true);
    view.setUint32(8, bytes.length, true);
    view.setUint32(12, crc32(bytes, crc32(nameBytes)), true);
    head.set(nameBytes, HEADER);
    const at = end + head.length;
    try {
      if (file.write(head, { at: end }) === head.length && file.write(bytes, { at }) === bytes.length) {
        index.set(name, { at, length: bytes.length });
        end = at + bytes.length;
        return true;
      }
    } catch {
      // Quota, disk or permission: what matters is that the page was not kept.
    }
    try {
      file.truncate(end);
    } catch {
      // The next process finds the end by the checksums.
    }
    return false;
  }

  return {
    get byteLength() {
      return end;
    },
    has: (name) => index.has(name) || beyond.has(name),
    get(name) {
      const known = beyond.get(name) ?? held.get(name);
      if (known) return known;
      const place = index.get(name);
      if (!place) return undefined;
      const bytes = new Uint8Array(place.length);
      if (readInto(file, bytes, place.at) < bytes.length) throw lost();
      held.put(name, bytes, bytes.length);
      return bytes;
    },
    set(name, bytes) {
      if (!full && append(name, bytes)) {
        held.put(name, bytes, bytes.length);
        return;
      }
      // Nothing is appended after a gap, or the journal would tell of tiles that are only half there.
      if (!full) onFull?.();
      full = true;
      beyondBytes += bytes.length - (beyond.get(name)?.length ?? 0);
      if (beyondBytes > spare) throw storageFull();
      beyond.set(name, bytes);
    },
    close() {
      try {
        file.flush();
      } finally {
        file.close();
      }
    },
  };
}

function readInto(file: PageFile, bytes: Uint8Array, at: number): number {
  try {
    return file.read(bytes, { at });
  } catch (cause) {
    throw lost(cause);
  }
}

function lost(cause?: unknown): PipelineError {
  return new PipelineError(
    'job/storage-lost',
    phrase('What the run had set aside can no longer be read.'),
    phrase('The stored data of this site may have been cleared: run again.'),
    { cause },
  );
}

function storageFull(): PipelineError {
  return new PipelineError(
    'job/storage-full',
    phrase('There is no room left for the results of the run.'),
    phrase('Free some disk space, then continue: what was finished is kept.'),
  );
}
