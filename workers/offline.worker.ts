/**
 * The service worker: keeps one version of the application's files in a cache of its own, and answers with them.
 * The build puts the list of files in (scripts/offline-files.ts). It imports nothing, because it is served as it is.
 */
import type { OfflineFile, OfflineMessage, OfflineRequest } from './offline-protocol.ts';

declare const self: ServiceWorkerGlobalScope;
declare const __OFFLINE_FILES__: readonly OfflineFile[];
declare const __OFFLINE_VERSION__: string;

/** Files fetched at a time. */
const PARALLEL = 4;

const scope = self.registration.scope;
/** Caches are the origin's: those of the application at another address are left alone. */
const PREFIX = `unclouded ${scope} `;
const CACHE = PREFIX + __OFFLINE_VERSION__;
const files = new Map(__OFFLINE_FILES__.map((file) => [new URL(file.path, scope).href, file]));
const page = new URL('index.html', scope).href;
const total = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);

self.addEventListener('install', (event) => event.waitUntil(fill()));

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim().then(dropOthers)));

self.addEventListener('message', (event) => {
  const request = event.data as OfflineRequest;
  if (request === 'activate') event.waitUntil(self.skipWaiting());
  if (request === 'state') {
    event.source?.postMessage({ type: 'ready', bytes: total } satisfies OfflineMessage);
    event.waitUntil(dropOthers());
  }
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  const key = url.href === scope ? page : url.href;
  if (request.method === 'GET' && url.origin === self.location.origin) {
    if (files.has(key)) event.respondWith(answer(request, key));
    else if (url.href.startsWith(`${scope}assets/`)) event.respondWith(answer(request, key));
  }
});

/** Fills the cache with every file as the build made it, or leaves no cache behind and throws. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  const waiting = [...files];
  let done = 0;
  const take = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [url, { sha256, bytes }] = next;
      await cache.put(url, direct(await exact(url, sha256)));
      done += bytes;
      await tell({ type: 'progress', share: done / total });
    }
  };
  const takers = Array.from({ length: PARALLEL }, () =>
    take().catch((fault) => {
      waiting.length = 0;
      throw fault;
    }),
  );
  const failed = (await Promise.allSettled(takers)).find((taker) => taker.status === 'rejected');
  if (!failed) return;
  await caches.delete(CACHE);
  throw failed.reason;
}

/** A file with the given checksum: from an earlier version's cache if it has not changed, else from the network. */
async function exact(url: string, sha256: string): Promise<Response> {
  const kept = await caches.match(url);
  if (kept && (await checksum(kept.clone())) === sha256) return kept;
  const fetched = await fetch(url, { cache: 'no-cache' });
  if (fetched.ok && (await checksum(fetched.clone())) === sha256) return fetched;
  throw new Error(`${url} is not the file that belongs to this version (HTTP ${fetched.status}).`);
}

/**
 * The same as if no redirect had led to it: hosts send `/index.html` to `/`, and browsers refuse to navigate to what
 * was redirected.
 */
function direct(response: Response): Response {
  return response.redirected ? new Response(response.body, response) : response;
}

async function checksum(response: Response): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The file from this version's cache, else from an earlier one's (a page of it is still open), else from the network. */
async function answer(request: Request, key: string): Promise<Response> {
  const kept = (await (await caches.open(CACHE)).match(key)) ?? (await caches.match(key));
  if (!kept) return fetch(request);
  const range = request.headers.get('Range');
  return range === null ? kept : part(kept, range);
}

/** What a server answers to `Range: bytes=first-last`. */
async function part(whole: Response, range: string): Promise<Response> {
  const body = await whole.blob();
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const start = Number(first);
  if (first === undefined || start >= body.size) {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${body.size}` } });
  }
  const end = last ? Math.min(Number(last) + 1, body.size) : body.size;
  const headers = new Headers(whole.headers);
  headers.set('Content-Range', `bytes ${start}-${end - 1}/${body.size}`);
  headers.set('Content-Length', String(end - start));
  return new Response(body.slice(start, end), { status: 206, headers });
}

/** Removes the caches of other versions, unless a page of one may still be open or one is being filled. */
async function dropOthers(): Promise<void> {
  const { installing, waiting } = self.registration;
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (installing || waiting || pages.length > 1) return;
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function tell(message: OfflineMessage): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const client of pages) client.postMessage(message);
}
