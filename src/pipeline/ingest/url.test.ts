import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { requestWhole } from '../request.ts';
import { expectedSample, fixture } from '../testing/fixtures.ts';
import { urlSource, urlText } from './byte-source.ts';
import { openScene } from './open.ts';

let server: Server;
let base: string;
let requests: string[] = [];
/** Sent with every answer. */
let marks: Record<string, string> = {};
/** The file that is served in place of the one that is asked for. */
let instead: string | null = null;
/** Bytes after its end. */
let padding = 0;

/** Connections that broke in the middle of an answer. */
let broken = 0;

/**
 * /range/NAME honours ranges, /hidden/NAME hides the length, /whole/NAME ignores ranges, /slow/ never answers, /first/NAME
 * sends the beginning whatever is asked for, /endless/NAME never stops, /breaking/NAME breaks off the first time.
 */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, mode, name] = (request.url ?? '').split('/');
  requests.push(`${request.method} ${request.headers.range ?? ''}`);
  if (mode === 'slow') return;
  if (mode === 'missing') return void response.writeHead(404).end();
  const bytes = new Uint8Array(
    await new Blob([fixture(instead ?? name), new Uint8Array(padding)]).arrayBuffer(),
  );
  if (request.method === 'HEAD')
    return void response.writeHead(200, { 'Content-Length': bytes.length }).end();
  const range = request.headers.range?.match(/^bytes=(\d+)-(\d+)$/);
  if (mode === 'whole' || !range) return void response.writeHead(200).end(bytes);
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
  if (from >= bytes.length) return void response.writeHead(416).end();
  if (mode === 'first') {
    const length = to - from + 1;
    const told = { 'Content-Range': `bytes 0-${length - 1}/${bytes.length}` };
    return void response.writeHead(206, told).end(bytes.subarray(0, length));
  }
  if (mode === 'endless') {
    const more = () => {
      while (!response.destroyed && response.write(new Uint8Array(2 ** 16)));
    };
    response.writeHead(206).on('drain', more);
    return more();
  }
  if (mode === 'breaking' && broken++ === 0) {
    response.writeHead(206, { 'Content-Length': to - from + 1 }).write(bytes.subarray(from, from + 100));
    return void setTimeout(() => response.destroy(), 20);
  }
  const headers =
    mode === 'hidden' ? marks : { ...marks, 'Content-Range': `bytes ${from}-${to}/${bytes.length}` };
  response.writeHead(206, headers).end(bytes.subarray(from, to + 1));
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a scene behind a URL', () => {
  it.each(['range', 'hidden'])('is read by ranges (%s)', async (mode) => {
    const source = await openScene(new URL(`${base}/${mode}/many-strips-MM.tif`));
    expect(source.scene.name).toBe('many-strips-MM.tif');
    const { bands } = await source.read({ x: 0, y: 300, width: 8, height: 2 });
    expect(bands[2][9]).toBe(expectedSample('uint16', 2, 1, 301));
  });

  it('may have a % in its name that stands for nothing', async () => {
    const { name } = await urlSource(new URL(`${base}/range/many-strips-MM.tif/100%.tif`));
    expect(name).toBe('100%.tif');
  });

  it('small pieces share a request', async () => {
    requests = [];
    await openScene(new URL(`${base}/range/many-strips-MM.tif`));
    expect(requests).toEqual(['GET bytes=0-65535']);
  });

  it('a server without ranges is named', async () => {
    await expect(openScene(new URL(`${base}/whole/scaled.tif`))).rejects.toMatchObject({
      code: 'network/no-range',
      remedy: expect.stringContaining('Accept-Ranges'),
    });
  });

  it('an address that does not exist', async () => {
    await expect(openScene(new URL(`${base}/missing/x.tif`))).rejects.toMatchObject({
      code: 'network/unreachable',
      message: expect.stringContaining('404'),
    });
  });

  it('a server that is not there', async () => {
    await expect(openScene(new URL('http://127.0.0.1:9/x.tif'))).rejects.toMatchObject({
      code: 'network/unreachable',
      remedy: expect.stringMatching(/Access-Control-Allow-Origin.*"connect-src" has to name 127\.0\.0\.1:9/),
    });
  });

  describe('whose server does not do as it is asked', () => {
    afterEach(() => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    });

    it('and sends another part is not taken for the part', async () => {
      padding = 100_000;
      const source = await urlSource(new URL(`${base}/first/many-strips-MM.tif`));
      await expect(source.read(66_000, 51_000)).rejects.toMatchObject({
        code: 'network/no-range',
        message: expect.stringContaining('other bytes than were asked for'),
      });
      padding = 0;
    });

    it('and never stops sending is left', async () => {
      await expect(urlSource(new URL(`${base}/endless/many-strips-MM.tif`))).rejects.toMatchObject({
        code: 'network/no-range',
      });
      vi.stubGlobal('fetch', async () => new Response(endless()));
      expect(await urlText(new URL(`${base}/endless.json`), 1e6)).toBeNull();
    });

    it('and breaks off in the middle is asked again', async () => {
      broken = 0;
      const source = await openScene(new URL(`${base}/breaking/many-strips-MM.tif`));
      expect(source.scene.grid.width).toBe(8);
      expect(broken).toBeGreaterThan(1);
    });

    it.each([
      ['says nothing at all', () => new Promise<Response>(() => undefined)],
      ['falls silent', async () => new Response(new ReadableStream(), { status: 206 })],
    ])('and %s is given up after a while', async (_, answer) => {
      vi.useFakeTimers();
      const asked = vi.fn((_: URL, { signal }: RequestInit) =>
        Promise.race([
          answer(),
          new Promise<Response>((_, reject) =>
            signal?.addEventListener('abort', () => reject(signal.reason)),
          ),
        ]).then((response) => abortable(response, signal as AbortSignal)),
      );
      vi.stubGlobal('fetch', asked);
      const opening = expect(openScene(new URL('https://example.org/x.tif'))).rejects.toMatchObject({
        code: 'network/unreachable',
        message: expect.stringContaining('has sent nothing for 30 seconds'),
      });
      await vi.advanceTimersByTimeAsync(61_000);
      await opening;
      expect(asked).toHaveBeenCalledTimes(2);
    });

    /** A server that sends so many bytes every second, until it is left. */
    const dripping = (bytes: number) => {
      const asked = vi.fn(async (_: URL, { signal }: RequestInit) => {
        let timer: ReturnType<typeof setInterval>;
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            timer = setInterval(() => controller.enqueue(new Uint8Array(bytes)), 1000);
          },
          cancel: () => clearInterval(timer),
        });
        signal?.addEventListener('abort', () => clearInterval(timer));
        const headers = { 'Content-Range': 'bytes 0-65535/1000000' };
        return abortable(new Response(body, { status: 206, headers }), signal as AbortSignal);
      });
      vi.stubGlobal('fetch', asked);
      return asked;
    };

    it('and drips is given up after a while, and told as that', async () => {
      vi.useFakeTimers();
      const asked = dripping(1);
      const opening = expect(openScene(new URL('https://example.org/x.tif'))).rejects.toMatchObject({
        code: 'network/too-slow',
        message: expect.stringMatching(/hardly anything: (29|30) bytes in 30 seconds/),
        remedy: expect.stringContaining('open it from disk'),
      });
      await vi.advanceTimersByTimeAsync(61_000);
      await opening;
      expect(asked).toHaveBeenCalledTimes(2);
    });

    it('and drips is given up after a while where the whole file is read, too', async () => {
      vi.useFakeTimers();
      dripping(1);
      const reading = requestWhole(new URL('https://example.org/x.tif'), 1e6);
      const given = expect(reading).rejects.toMatchObject({ code: 'network/too-slow' });
      await vi.advanceTimersByTimeAsync(61_000);
      await given;
    });

    it('but is only slow is waited for', async () => {
      vi.useFakeTimers();
      const asked = dripping(200);
      const source = urlSource(new URL('https://example.org/x.tif'));
      // 65,536 bytes take 328 seconds.
      await vi.advanceTimersByTimeAsync(330_000);
      expect((await source).size).toBe(1_000_000);
      expect(asked).toHaveBeenCalledTimes(1);
    });

    const endless = () =>
      new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(2 ** 16)) });
    /** As fetch does: what is raised ends the body as well. */
    const abortable = (response: Response, signal: AbortSignal) =>
      new Response(response.body?.pipeThrough(new TransformStream(), { signal }), response);
  });

  describe('that is read whole', () => {
    afterEach(() => vi.unstubAllGlobals());

    /** An answer of so many pieces of 10 bytes, that does not say how long it is unless told to. */
    function answers(pieces: number, headers?: HeadersInit): () => number {
      let sent = 0;
      const body = new ReadableStream(
        {
          pull(to) {
            if (sent === pieces) to.close();
            else to.enqueue(new Uint8Array(10).fill(++sent));
          },
        },
        { highWaterMark: 0 },
      );
      vi.stubGlobal('fetch', async () => new Response(body, { headers }));
      return () => sent;
    }
    const whole = () => requestWhole(new URL('https://example.org/x.tif'), 30);

    it('is so up to a limit, whether or not the server says how much it is', async () => {
      answers(3);
      const bytes = new Uint8Array(await (await whole())!.arrayBuffer());
      expect([...bytes]).toEqual([1, 2, 3].flatMap((n) => Array(10).fill(n)));
      const endless = answers(Number.POSITIVE_INFINITY);
      expect(await whole()).toBeNull();
      expect(endless()).toBe(4);
      const said = answers(4, { 'Content-Length': '40' });
      expect(await whole()).toBeNull();
      expect(said()).toBe(0);
    });
  });

  describe('that changes while it is open', () => {
    const name = 'many-strips-MM.tif';
    /** Opens, lets something happen, reads a part that did not come with the header. */
    async function reading(mode: string, before: typeof marks, happen: () => void) {
      [marks, padding] = [before, 100_000];
      const source = await urlSource(new URL(`${base}/${mode}/${name}`));
      happen();
      return source.read(66_000, 51_000).finally(() => {
        [marks, padding, instead] = [{}, 0, null];
      });
    }

    it.each([
      ['its tag', 'range', { ETag: '"1"' }, { ETag: '"2"' }],
      [
        'its date',
        'hidden',
        { 'Last-Modified': 'Mon, 23 Nov 2026 07:00:00 GMT' },
        { 'Last-Modified': 'Mon, 23 Nov 2026 07:00:01 GMT' },
      ],
    ])('is noticed by %s', async (_, mode, before, after) => {
      const read = reading(mode, before as typeof marks, () => {
        marks = after as typeof marks;
      });
      await expect(read).rejects.toMatchObject({
        code: 'file/changed',
        message: expect.stringContaining('127.0.0.1'),
        remedy: expect.stringContaining('Open the address again'),
      });
    });

    it.each(['range', 'hidden'])('is noticed by its length (%s)', async (mode) => {
      const read = reading(mode, {}, () => {
        instead = 'scaled.tif';
      });
      await expect(read).rejects.toMatchObject({ code: 'file/changed' });
    });

    it('the same tag is the same file, whatever its date', async () => {
      const before = { ETag: '"1"', 'Last-Modified': 'Mon, 23 Nov 2026 07:00:00 GMT' };
      const read = reading('range', before, () => {
        marks = { ETag: '"1"', 'Last-Modified': 'Mon, 23 Nov 2026 07:00:01 GMT' };
      });
      expect(await read).toHaveLength(51_000);
    });
  });

  it('waiting can be cancelled', async () => {
    const abort = new AbortController();
    const opening = openScene(new URL(`${base}/slow/x.tif`), {}, abort.signal);
    setTimeout(() => abort.abort(), 50);
    await expect(opening).rejects.toMatchObject({ code: 'job/cancelled' });
  });
});
