import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readModelCards } from './models.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a server that falls silent in the middle of a card is given up', async () => {
  vi.stubGlobal('fetch', async (url: URL, { signal }: RequestInit) => {
    const card = { name: 'x', files: { 'weights.bin': { sha256: 'y', bytes: 1 } } };
    if (!String(url).includes('/generator-six/')) return Response.json(card);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{'));
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  });
  const reading = expect(readModelCards('https://example.org/models/')).rejects.toMatchObject({
    code: 'model/unavailable',
  });
  await vi.advanceTimersByTimeAsync(61_000);
  await reading;
});
