import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { viewerFiles } from './library-share.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a host that falls silent while the viewer’s files are read is given up', async () => {
  vi.stubGlobal('fetch', async (_: URL, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
    });
    return new Response(body);
  });
  const reading = viewerFiles('https://example.org/', new AbortController().signal);
  const given = expect(reading).rejects.toMatchObject({ code: 'embed/not-loaded' });
  await vi.advanceTimersByTimeAsync(61_000);
  await given;
});
