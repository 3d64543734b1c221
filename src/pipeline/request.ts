import { cancelled, PipelineError, throwIfAborted } from './errors.ts';
import { phrase } from './phrase.ts';

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

/** Most bytes of a body that are read, and whether these are of use where it goes on after them. */
interface Limit {
  readonly most: number;
  readonly isOfUse: boolean;
}

const NOTHING = { bytes: new Uint8Array(0), isMore: false };

/**
 * A server is given up that answers nothing for so long, in milliseconds, or sends fewer bytes in that time. The slowest links that
 * people work on, and share among several requests, bring some hundred bytes a second; this is 137.
 */
const PATIENCE = 30_000;
const LEAST_BYTES = 4096;
/** Between the two tries, in milliseconds. */
const MOMENT = 300;

/**
 * Asks a server for the first `most` bytes of its answer; what it sends beyond is not waited for.
 * @throws PipelineError `network/unreachable`, `network/too-slow`, `network/no-cors`, `job/cancelled`.
 */
export async function request(url: URL, init: Init, most: number, signal?: AbortSignal): Promise<Answer> {
  const { status, headers, body } = await ask(url, init, { most, isOfUse: true }, signal);
  return { status, headers, ...(body ? { bytes: joined(body.parts, most), isMore: body.isMore } : NOTHING) };
}

/**
 * All of a file; null, and no more is read, if it is longer than `most` bytes.
 * @throws PipelineError as {@link request}
 */
export async function requestWhole(url: URL, most: number, signal?: AbortSignal): Promise<Blob | null> {
  const { body } = await ask(url, {}, { most, isOfUse: false }, signal);
  return body && !body.isMore ? new Blob(body.parts) : null;
}

/**
 * Does some work with a signal that is raised with the given one, and at the end of the work: where one of several requests fails,
 * the others are given up.
 */
export async function leavingNone<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const leave = () => controller.abort();
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    signal?.removeEventListener('abort', leave);
    leave();
  }
}

/** One try, and one more after a moment where the network failed or the server fell silent, or nearly so. */
async function ask(url: URL, init: Init, limit: Limit, signal?: AbortSignal) {
  const attempt = () => answer(url, init, limit, signal);
  const got = await attempt()
    .catch(async () => {
      throwIfAborted(signal);
      await new Promise((resolve) => setTimeout(resolve, MOMENT));
      throwIfAborted(signal);
      return attempt();
    })
    .catch(async (cause) => {
      throwIfAborted(signal);
      if (cause instanceof Silence) throw stalled(url, cause);
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

/** A server that has stopped sending, or nearly so. */
class Silence extends Error {
  /** Bytes of the last while that was waited for. */
  readonly received: number;

  constructor(received: number, cause: unknown) {
    super(`${received} bytes came`, { cause });
    this.received = received;
  }
}

async function answer(url: URL, init: Init, limit: Limit, signal?: AbortSignal) {
  const watch = watched(signal);
  try {
    const response = await fetch(url, { ...init, signal: watch.signal });
    const { status, headers } = response;
    watch.answered();
    // Of the whole file, where a part was asked for, nothing is of use.
    const isWanted = status === 206 || (status === 200 && !init.headers?.Range);
    const body = isWanted ? await beginning(response, limit, watch.received) : null;
    return { status, headers, body };
  } catch (cause) {
    const silence = watch.silence();
    throw silence === null ? cause : new Silence(silence, cause);
  } finally {
    watch.end();
  }
}

/** As much of a body as tells whether it is longer than the limit. */
async function beginning(response: Response, { most, isOfUse }: Limit, received: (bytes: number) => void) {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  if (!isOfUse && Number(response.headers.get('Content-Length')) > most) return { parts, isMore: true };
  const reader = response.body?.getReader();
  let length = 0;
  while (reader && length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    received(value.length);
    parts.push(value);
    length += value.length;
  }
  return { parts, isMore: length > most };
}

/** The first `most` bytes of what came in parts. */
function joined(parts: readonly Uint8Array[], most: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(
    Math.min(
      parts.reduce((sum, { length }) => sum + length, 0),
      most,
    ),
  );
  let filled = 0;
  for (const part of parts) {
    bytes.set(part.subarray(0, bytes.length - filled), filled);
    filled += Math.min(part.length, bytes.length - filled);
  }
  return bytes;
}

/** A signal that is raised with another one, when too little came for too long, or at the end. */
function watched(signal?: AbortSignal) {
  const controller = new AbortController();
  const leave = () => controller.abort();
  let since = 0;
  let silence: number | null = null;
  const giveUp = () => {
    silence = since;
    leave();
  };
  let timer = setTimeout(giveUp, PATIENCE);
  const anew = () => {
    clearTimeout(timer);
    since = 0;
    timer = setTimeout(giveUp, PATIENCE);
  };
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    answered: anew,
    received(bytes: number) {
      since += bytes;
      if (since >= LEAST_BYTES) anew();
    },
    /** Bytes that came while it was waited for in vain; null if it was not. */
    silence: () => silence,
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

function stalled(url: URL, cause: Silence): PipelineError {
  const facts = { host: url.host, seconds: PATIENCE / 1000 };
  const remedy = phrase(
    'Check the connection and try again later, or download the file and open it from disk.',
  );
  return cause.received > 0
    ? new PipelineError(
        'network/too-slow',
        phrase('The server {{host}} sends hardly anything: {{bytes}} bytes in {{seconds}} seconds.', {
          ...facts,
          bytes: cause.received,
        }),
        remedy,
        { cause },
      )
    : new PipelineError(
        'network/unreachable',
        phrase('The server {{host}} has sent nothing for {{seconds}} seconds.', facts),
        remedy,
        { cause },
      );
}
