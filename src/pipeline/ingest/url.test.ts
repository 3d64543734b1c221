import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedSample, fixture } from '../testing/fixtures.ts';
import { urlSource } from './byte-source.ts';
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

/** /range/NAME honours ranges, /hidden/NAME hides the length, /whole/NAME ignores ranges, /slow/ never answers. */
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
