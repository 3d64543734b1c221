import { PipelineError, throwIfAborted } from '../errors.ts';
import { fileNameOf } from '../file-names.ts';
import { phrase } from '../phrase.ts';
import { type Answer, request } from '../request.ts';

/** Random access to the bytes of a file, wherever it lies. */
export interface ByteSource {
  readonly name: string;
  /** Length in bytes; Infinity if a server does not tell. */
  readonly size: number;
  /**
   * Bytes from `position`, for the caller alone; fewer than `length` only where the file ends.
   * @throws PipelineError `file/unreadable`, `file/changed`, `network/unreachable`, `network/no-range`, `job/cancelled`.
   */
  read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export function blobSource(blob: Blob & { name?: string }): ByteSource {
  const read = async (position: number, length: number, signal?: AbortSignal) => {
    throwIfAborted(signal);
    const bytes = await blob
      .slice(position, position + length)
      .arrayBuffer()
      .catch(unreadable);
    throwIfAborted(signal);
    return new Uint8Array(bytes);
  };
  return { name: blob.name ?? 'scene.tif', size: blob.size, read: paged(read, blob.size, LOCAL_PAGE) };
}

/** Files on disk are read when asked for, not when chosen: until then they may have changed or gone. */
function unreadable(cause: unknown): never {
  const gone = cause instanceof Error && cause.name === 'NotFoundError';
  throw new PipelineError(
    'file/unreadable',
    gone
      ? phrase('The file is no longer where it was when it was opened.')
      : phrase(
          'The file can no longer be read: it was changed since it was opened, or its drive or permission is gone.',
        ),
    phrase('Open the file again; if something writes to it, wait until that has ended.'),
    { cause },
  );
}

/** Bytes read at once where less is asked for: header, directories and small blocks share a request. */
const PAGE = 65_536;
/** From a disk more at once costs nothing, and each request of a worker to the browser some tenths of a millisecond. */
const LOCAL_PAGE = 4 * PAGE;
const CACHED_BYTES = 64 * PAGE;

/** A source on disk whose small pieces are read by way of pages that are kept. */
export function buffered(source: ByteSource): ByteSource {
  return { name: source.name, size: source.size, read: paged(source.read, source.size, LOCAL_PAGE) };
}

/** Reads small pieces by way of pages that are kept, and large ones as they are. */
function paged(
  read: ByteSource['read'],
  size: number,
  pageBytes: number,
  first?: Uint8Array<ArrayBuffer>,
): ByteSource['read'] {
  const pages = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  if (first) pages.set(0, Promise.resolve(first));

  /** Shared by all who ask, so it does not end when one of them is cancelled; failures are not kept. */
  function page(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const held = pages.get(index);
    const bytes = held ?? read(index * pageBytes, pageBytes);
    if (held) pages.delete(index);
    else bytes.catch(() => pages.delete(index));
    pages.set(index, bytes);
    for (const oldest of pages.keys()) {
      if (pages.size * pageBytes <= CACHED_BYTES) break;
      pages.delete(oldest);
    }
    return bytes;
  }

  return async (position, length, signal) => {
    const wanted = Math.max(0, Math.min(length, size - position));
    if (wanted === 0) return new Uint8Array(0);
    if (wanted > pageBytes / 2) return read(position, wanted, signal);
    const out = new Uint8Array(wanted);
    let filled = 0;
    while (filled < wanted) {
      throwIfAborted(signal);
      const at = position + filled;
      const start = at % pageBytes;
      const part = (await page(Math.floor(at / pageBytes))).subarray(start, start + wanted - filled);
      if (part.length === 0) break;
      out.set(part, filled);
      filled += part.length;
    }
    throwIfAborted(signal);
    return out.subarray(0, filled);
  };
}

/**
 * A file behind a server that answers range requests. One that changes after it was opened is not read any further.
 * @throws PipelineError `network/unreachable`, `network/no-cors`, `network/no-range`.
 */
export async function urlSource(url: URL, signal?: AbortSignal): Promise<ByteSource> {
  const first = await fetchRange(url, 0, PAGE, signal);
  const size = first.size ?? (first.bytes.length < PAGE ? first.bytes.length : await sizeByHead(url, signal));
  const read: ByteSource['read'] = async (position, length, readSignal) => {
    const range = await fetchRange(url, position, length, readSignal);
    const expected = Math.min(length, size - position);
    const short = range.size === null && Number.isFinite(size) && range.bytes.length < expected;
    if (short || changed(first, range)) throw changedFile(url);
    return range.bytes;
  };
  return { name: fileNameOf(url) || 'scene.tif', size, read: paged(read, size, PAGE, first.bytes) };
}

/**
 * The beginning of a file at an address, and what tells the file from what it may become, as far as the server lets us see it.
 * @throws PipelineError as {@link urlSource}
 */
export async function urlHead(
  url: URL,
  length: number,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly version: string }> {
  const { bytes, size, tag, date } = await fetchRange(url, 0, length, signal);
  return { bytes, version: [size, tag, date].join(' ') };
}

/**
 * All of a text file at an address; null, and no more is read, if it is longer than `most` bytes.
 * @throws PipelineError `network/unreachable`, `network/no-cors`, `job/cancelled`.
 */
export async function urlText(url: URL, most: number, signal?: AbortSignal): Promise<string | null> {
  const { bytes, isMore } = await request(url, {}, most, signal);
  return isMore ? null : new TextDecoder().decode(bytes);
}

/** A part of a file (empty beyond its end), and what the server lets us see of the whole: null where it does not. */
interface Range {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number | null;
  /** ETag. */
  readonly tag: string | null;
  /** Last-Modified, which may be read across origins even where the others are hidden. */
  readonly date: string | null;
}

async function fetchRange(url: URL, position: number, length: number, signal?: AbortSignal): Promise<Range> {
  const headers = { Range: `bytes=${position}-${position + length - 1}` };
  const answer = await request(url, { headers }, length, signal);
  if (answer.status === 200) {
    throw new PipelineError(
      'network/no-range',
      phrase(
        'The server {{host}} does not answer range requests, so the scene cannot be read part by part.',
        { host: url.host },
      ),
      phrase(
        'Download the file and open it from disk, or have the server honour the Range header (it should send "Accept-Ranges: bytes").',
      ),
    );
  }
  const told = answer.headers.get('Content-Range');
  if (answer.status !== 416 && !isAsAsked(answer, told, position)) throw otherRange(url);
  const total = told?.match(/\/(\d+)$/)?.[1];
  return {
    bytes: answer.status === 416 ? new Uint8Array(0) : answer.bytes,
    size: total ? Number(total) : null,
    tag: answer.headers.get('ETag'),
    date: answer.headers.get('Last-Modified'),
  };
}

/** Are these the bytes from `position`? Where the server hides what it sent, more than was asked for tells that they are not. */
function isAsAsked({ isMore }: Answer, told: string | null, position: number): boolean {
  const from = told?.match(/^bytes (\d+)-/)?.[1];
  return from === undefined ? !isMore : Number(from) === position;
}

function otherRange(url: URL): PipelineError {
  return new PipelineError(
    'network/no-range',
    phrase('The server {{host}} answers range requests with other bytes than were asked for.', {
      host: url.host,
    }),
    phrase('Download the file and open it from disk, or have the server, or the cache before it, mended.'),
  );
}

/** Are the parts of different files? The tag decides where there is one, else the date; the length always. */
function changed(a: Range, b: Range): boolean {
  const differ = <T>(one: T | null, other: T | null) => one !== null && other !== null && one !== other;
  const tagged = a.tag !== null && b.tag !== null;
  return differ(a.size, b.size) || (tagged ? a.tag !== b.tag : differ(a.date, b.date));
}

function changedFile(url: URL): PipelineError {
  return new PipelineError(
    'file/changed',
    phrase('The file at {{host}} was changed since it was opened.', { host: url.host }),
    phrase('Open the address again; if something writes to the file, wait until that has ended.'),
  );
}

/** Content-Length may be read across origins even where Content-Range is hidden. */
async function sizeByHead(url: URL, signal?: AbortSignal): Promise<number> {
  const answer = await request(url, { method: 'HEAD' }, 0, signal).catch((error) => {
    throwIfAborted(signal);
    if (error instanceof PipelineError) return null;
    throw error;
  });
  return Number(answer?.headers.get('Content-Length')) || Number.POSITIVE_INFINITY;
}
