import { cancelled, PipelineError, throwIfAborted } from '../errors.ts';
import { fileNameOf } from '../file-names.ts';
import { phrase } from '../phrase.ts';

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
 * What tells the file at an address from what it may become, as far as the server lets us see it.
 * @throws PipelineError as {@link urlSource}
 */
export async function urlVersion(url: URL, signal?: AbortSignal): Promise<string> {
  const { size, tag, date } = await fetchRange(url, 0, 1, signal);
  return [size, tag, date].join(' ');
}

/**
 * All of a text file at an address.
 * @throws PipelineError `network/unreachable`, `network/no-cors`, `job/cancelled`.
 */
export async function urlText(url: URL, signal?: AbortSignal): Promise<string> {
  const response = await request(url, {}, signal);
  return response.text().catch((cause) => failed(url, cause, signal));
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
  const response = await request(url, { headers }, signal);
  if (response.status === 200) {
    await response.body?.cancel();
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
  const end = response.status === 416;
  if (end) await response.body?.cancel();
  const bytes = end
    ? new ArrayBuffer(0)
    : await response.arrayBuffer().catch((cause) => failed(url, cause, signal));
  const total = response.headers.get('Content-Range')?.match(/\/(\d+)$/)?.[1];
  return {
    bytes: new Uint8Array(bytes),
    size: total ? Number(total) : null,
    tag: response.headers.get('ETag'),
    date: response.headers.get('Last-Modified'),
  };
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
  const response = await request(url, { method: 'HEAD' }, signal).catch((error) => {
    throwIfAborted(signal);
    if (error instanceof PipelineError) return null;
    throw error;
  });
  return Number(response?.headers.get('Content-Length')) || Number.POSITIVE_INFINITY;
}

/** One try, and one more after a moment where the network failed. */
async function request(url: URL, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const attempt = () => fetch(url, { ...init, signal });
  const response = await attempt()
    .catch(async () => {
      throwIfAborted(signal);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return attempt();
    })
    .catch(async (cause) => {
      throwIfAborted(signal);
      if (await answersOthers(url, signal)) throw noCors(url, cause);
      return failed(url, cause, signal);
    });
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  throw new PipelineError(
    'network/unreachable',
    phrase('The server {{host}} answered {{status}} for this address.', {
      host: url.host,
      status: response.status,
    }),
    phrase('Check the address, and whether it asks for a login: open the file from disk instead.'),
  );
}

/** Whether the server answers a request that asks for no permission to read the answer. Never throws. */
async function answersOthers(url: URL, signal?: AbortSignal): Promise<boolean> {
  const end = new AbortController();
  const leave = () => end.abort();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    const response = await fetch(url, { mode: 'no-cors', signal: end.signal });
    return response.type === 'opaque';
  } catch {
    return false;
  } finally {
    leave();
    signal?.removeEventListener('abort', leave);
  }
}

function noCors(url: URL, cause: unknown): PipelineError {
  const here: string | undefined = (globalThis as { origin?: string }).origin;
  return new PipelineError(
    'network/no-cors',
    phrase(
      'The server {{host}} does not let this page read its files: the header "Access-Control-Allow-Origin" is missing from its answer, or names another page.',
      { host: url.host },
    ),
    here && here !== 'null'
      ? phrase(
          'Have the server send "Access-Control-Allow-Origin" with "{{origin}}" or "*", or download the file and open it from disk.',
          { origin: here },
        )
      : phrase(
          'Have the server send "Access-Control-Allow-Origin" with "*", or download the file and open it from disk.',
        ),
    { cause },
  );
}

function failed(url: URL, cause: unknown, signal?: AbortSignal): never {
  if (signal?.aborted) throw cancelled();
  throw new PipelineError(
    'network/unreachable',
    phrase('The address at {{host}} could not be reached.', { host: url.host || url.protocol }),
    phrase(
      'Check the connection. If it works, either the server does not let web pages read its files (it has to send "Access-Control-Allow-Origin"), or the Content-Security-Policy of this page forbids the address (its "connect-src" has to name {{host}}). Else download the file and open it from disk.',
      { host: url.host || url.protocol },
    ),
    { cause },
  );
}
