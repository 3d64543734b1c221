import { cancelled, PipelineError, throwIfAborted } from '../errors.ts';

/** Random access to the bytes of a file, wherever it lies. */
export interface ByteSource {
  readonly name: string;
  /** Length in bytes; Infinity if a server does not tell. */
  readonly size: number;
  /**
   * Bytes from `position`; fewer than `length` only where the file ends.
   * @throws PipelineError `file/unreadable`, `network/unreachable`, `network/no-range`, `job/cancelled`.
   */
  read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export function blobSource(blob: Blob & { name?: string }): ByteSource {
  return {
    name: blob.name ?? 'scene.tif',
    size: blob.size,
    async read(position, length, signal) {
      throwIfAborted(signal);
      try {
        const bytes = await blob.slice(position, position + length).arrayBuffer();
        throwIfAborted(signal);
        return new Uint8Array(bytes);
      } catch (cause) {
        if (cause instanceof PipelineError) throw cause;
        throw new PipelineError(
          'file/unreadable',
          'The file can no longer be read.',
          'It may have been moved, changed or unplugged since it was opened: open it again.',
          { cause },
        );
      }
    },
  };
}

/** Bytes fetched at once where less is asked for: header, directories and small blocks share a request. */
const PAGE = 65_536;
const CACHED_PAGES = 64;

/**
 * A file behind a server that answers range requests.
 * @throws PipelineError `network/unreachable`, `network/no-range`.
 */
export async function urlSource(url: URL, signal?: AbortSignal): Promise<ByteSource> {
  const pages = new Map<number, Uint8Array<ArrayBuffer>>();
  const first = await fetchRange(url, 0, PAGE, signal);
  pages.set(0, first.bytes);
  const size = first.size ?? (first.bytes.length < PAGE ? first.bytes.length : await sizeByHead(url, signal));

  async function page(index: number, pageSignal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    let bytes = pages.get(index);
    if (bytes) pages.delete(index);
    else bytes = (await fetchRange(url, index * PAGE, PAGE, pageSignal)).bytes;
    pages.set(index, bytes);
    for (const oldest of pages.keys()) {
      if (pages.size <= CACHED_PAGES) break;
      pages.delete(oldest);
    }
    return bytes;
  }

  return {
    name: decodeURIComponent(url.pathname.split('/').pop() || 'scene.tif'),
    size,
    async read(position, length, readSignal) {
      const wanted = Math.max(0, Math.min(length, size - position));
      if (wanted === 0) return new Uint8Array(0);
      if (wanted > PAGE / 2) return (await fetchRange(url, position, wanted, readSignal)).bytes;
      const out = new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const at = position + filled;
        const part = (await page(Math.floor(at / PAGE), readSignal)).subarray(
          at % PAGE,
          (at % PAGE) + wanted - filled,
        );
        if (part.length === 0) break;
        out.set(part, filled);
        filled += part.length;
      }
      return out.subarray(0, filled);
    },
  };
}

interface Range {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of the whole file, where the server lets us see it. */
  readonly size: number | null;
}

async function fetchRange(url: URL, position: number, length: number, signal?: AbortSignal): Promise<Range> {
  const headers = { Range: `bytes=${position}-${position + length - 1}` };
  const response = await request(url, { headers }, signal);
  if (response.status === 416) return { bytes: new Uint8Array(0), size: null };
  if (response.status === 200) {
    await response.body?.cancel();
    throw new PipelineError(
      'network/no-range',
      `The server ${url.host} does not answer range requests, so the scene cannot be read part by part.`,
      'Download the file and open it from disk, or have the server honour the Range header (it should send "Accept-Ranges: bytes").',
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer().catch((cause) => failed(url, cause, signal)));
  const total = response.headers.get('Content-Range')?.match(/\/(\d+)$/)?.[1];
  return { bytes, size: total ? Number(total) : null };
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
    .catch((cause) => failed(url, cause, signal));
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  throw new PipelineError(
    'network/unreachable',
    `The server ${url.host} answered ${response.status} for this address.`,
    'Check the address, and whether it asks for a login: open the file from disk instead.',
  );
}

function failed(url: URL, cause: unknown, signal?: AbortSignal): never {
  if (signal?.aborted) throw cancelled();
  throw new PipelineError(
    'network/unreachable',
    `The address at ${url.host || url.protocol} could not be reached.`,
    'Check the connection; if it works, the server does not let web pages read its files (it has to send "Access-Control-Allow-Origin"): download the file and open it from disk.',
    { cause },
  );
}
