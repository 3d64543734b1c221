import { createHash } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => void vi.unstubAllGlobals());

type Waiting = { waitUntil(work: Promise<unknown>): void };
type Fetching = { request: Request; respondWith(answer: Promise<Response>): void };

const SCOPE = 'https://app.example/';
const PAGE = '<!doctype html><title>Unclouded</title>';

/** Installs the worker, whose page the network answers so, and gives what a visit to the scope gets. */
async function visit(answered: () => Response): Promise<Response> {
  const handlers = new Map<string, (event: Waiting & Fetching) => void>();
  vi.stubGlobal('self', {
    registration: { scope: SCOPE },
    location: new URL(SCOPE),
    clients: { matchAll: async () => [] },
    addEventListener: (type: string, handler: (event: Waiting & Fetching) => void) =>
      handlers.set(type, handler),
  });
  const sha256 = createHash('sha256').update(PAGE).digest('hex');
  vi.stubGlobal('__OFFLINE_FILES__', [{ path: 'index.html', bytes: PAGE.length, sha256 }]);
  vi.stubGlobal('__OFFLINE_VERSION__', 'next');
  const kept = new Map<string, Response>();
  const cache = {
    put: async (url: string, response: Response) => void kept.set(url, response),
    match: async (url: string) => kept.get(url),
  };
  vi.stubGlobal('caches', { ...cache, open: async () => cache });
  vi.stubGlobal('fetch', async () => answered());
  vi.resetModules();
  await import('./offline.worker.ts');
  let work: Promise<unknown> = Promise.resolve();
  let response: Promise<Response> = Promise.reject(new Error('not answered'));
  response.catch(() => {});
  const event = {
    request: new Request(SCOPE),
    waitUntil: (promise: Promise<unknown>) => {
      work = promise;
    },
    respondWith: (answer: Promise<Response>) => {
      response = answer;
    },
  };
  handlers.get('install')?.(event);
  await work;
  handlers.get('fetch')?.(event);
  return response;
}

it('a page that the host gives by way of a redirect is kept as one that can be navigated to', async () => {
  // Hosts send /index.html to /; a browser refuses such an answer to a navigation.
  const headers = { 'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'same-origin' };
  const page = await visit(() =>
    Object.defineProperty(new Response(PAGE, { headers }), 'redirected', { value: true }),
  );
  expect(page.redirected).toBe(false);
  expect(await page.text()).toBe(PAGE);
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'text/html',
    'cross-origin-opener-policy': 'same-origin',
  });
});
