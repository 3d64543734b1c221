import { cancelled, PipelineError, throwIfAborted } from '../errors.ts';
import { phrase } from '../phrase.ts';

/** What a server answered: success, or 416 for a range beyond the end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body: no more than was wanted. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Does the body go on after that? */
  readonly isMore: boolean;
}

interface Init {
  readonly method?: 'HEAD';
  readonly headers?: { readonly Range: string };
}

const NOTHING = { bytes: new Uint8Array(0), isMore: false };

/** A server that sends nothing for so long is given up, in milliseconds. */
const PATIENCE = 30_000;
/** Between the two tries, in milliseconds. */
const MOMENT = 300;

/**
 * Asks a server for the first `most` bytes of its answer; what it sends beyond is not waited for. One try, and one more after
 * a moment where the network failed or the server fell silent.
 * @throws PipelineError `network/unreachable`, `network/no-cors`, `job/cancelled`.
 */
export async function request(url: URL, init: Init, most: number, signal?: AbortSignal): Promise<Answer> {
  const attempt = () => answer(url, init, most, signal);
  const got = await attempt()
    .catch(async () => {
      throwIfAborted(signal);
      await new Promise((resolve) => setTimeout(resolve, MOMENT));
      throwIfAborted(signal);
      return attempt();
    })
    .catch(async (cause) => {
      throwIfAborted(signal);
      if (cause instanceof Silence) throw silent(url, cause);
      if (await answersOthers(url, signal)) throw noCors(url, cause);
      return failed(url, cause, signal);
    });
  if ((got.status >= 200 && got.status < 300) || got.status === 416) return got;
  throw new PipelineError(
    'network/unreachable',
    phrase('The server {{host}} answered {{status}} for this address.', {
      host: url.host,
      status: got.status,
    }),
    phrase('Check the address, and whether it asks for a login: open the file from disk instead.'),
  );
}

/** A server that has stopped sending. */
class Silence extends Error {}

async function answer(url: URL, init: Init, most: number, signal?: AbortSignal): Promise<Answer> {
  const watch = watched(signal);
  try {
    const response = await fetch(url, { ...init, signal: watch.signal });
    const { status, headers } = response;
    watch.heard();
    // Of the whole file, where a part was asked for, nothing is of use.
    const isWanted = status === 206 || (status === 200 && !init.headers?.Range);
    const body = isWanted ? await beginning(response, most, watch.heard) : NOTHING;
    return { status, headers, ...body };
  } catch (cause) {
    throw watch.isSilent() ? new Silence('nothing came', { cause }) : cause;
  } finally {
    watch.end();
  }
}

/** The first `most` bytes of a body, and whether it goes on. */
async function beginning(response: Response, most: number, heard: () => void) {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (reader && length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    heard();
    parts.push(value);
    length += value.length;
  }
  const bytes = new Uint8Array(Math.min(length, most));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part.subarray(0, bytes.length - filled), filled);
    filled += Math.min(part.length, bytes.length - filled);
  }
  return { bytes, isMore: length > most };
}

/** A signal that is raised with another one, when nothing was heard for too long, or at the end. */
function watched(signal?: AbortSignal) {
  const controller = new AbortController();
  const leave = () => controller.abort();
  let silent = false;
  const giveUp = () => {
    silent = true;
    leave();
  };
  let timer = setTimeout(giveUp, PATIENCE);
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(giveUp, PATIENCE);
    },
    isSilent: () => silent,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      leave();
    },
  };
}

/** Whether the server answers a request that asks for no permission to read the answer. Never throws. */
async function answersOthers(url: URL, signal?: AbortSignal): Promise<boolean> {
  const watch = watched(signal);
  try {
    const response = await fetch(url, { mode: 'no-cors', signal: watch.signal });
    return response.type === 'opaque';
  } catch {
    return false;
  } finally {
    watch.end();
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

function silent(url: URL, cause: unknown): PipelineError {
  return new PipelineError(
    'network/unreachable',
    phrase('The server {{host}} has sent nothing for {{seconds}} seconds.', {
      host: url.host,
      seconds: PATIENCE / 1000,
    }),
    phrase('Check the connection and try again later, or download the file and open it from disk.'),
    { cause },
  );
}
