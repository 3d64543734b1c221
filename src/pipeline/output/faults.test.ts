import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeNodeFile } from '../../cli/node-sink.ts';
import type { PageFile } from '../page-log.ts';
import { NO_METADATA } from '../testing/metadata.ts';
import { blobSink } from './blob-sink.ts';
import { type CogSpec, type ReadTile, writeCog } from './cog-writer.ts';
import { fileSink } from './file-sink.ts';
import type { ScratchSink } from './sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'unclouded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spec: CogSpec = {
  width: 300,
  height: 300,
  bands: 1,
  sampleType: 'uint16',
  nodata: null,
  reductions: ['average'],
  tileSize: 64,
  metadata: NO_METADATA,
};
const readTile: ReadTile = async (window) => ({
  window,
  bands: [Uint16Array.from({ length: window.width * window.height }, (_, i) => (i * i * 2654435761) >>> 16)],
});

/** A scratch that throws once so many bytes have come. */
function failing(fault: unknown, after: number): ScratchSink {
  const sink = blobSink();
  let written = 0;
  return {
    write(bytes, position) {
      written += bytes.length;
      if (written > after) throw fault;
      return sink.write(bytes, position);
    },
    read: sink.read,
  };
}

describe('a write that fails', () => {
  const faults = [
    [new DOMException('quota', 'QuotaExceededError'), 'output/disk-full'],
    [Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }), 'output/disk-full'],
    [new DOMException('withdrawn', 'NotAllowedError'), 'output/denied'],
    [Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }), 'output/denied'],
    [new DOMException('gone', 'NotFoundError'), 'output/failed'],
  ] as const;

  it.each(faults)('%s in the sink', async (fault, code) => {
    const report = writeCog(spec, readTile, failing(fault, 50_000));
    await expect(report).rejects.toMatchObject({ code, remedy: expect.stringMatching(/save again/i) });
  });

  it.each(faults)('%s in the scratch', async (fault, code) => {
    const scratch = failing(fault, 50_000);
    await expect(writeCog(spec, readTile, blobSink(), { scratch })).rejects.toMatchObject({ code });
  });

  it('says how much room is needed', async () => {
    const large = {
      ...spec,
      width: 10980,
      height: 10980,
      bands: 4,
      reductions: new Array(4).fill('average'),
    };
    const tiles: ReadTile = async (window) => ({
      window,
      bands: [0, 1, 2, 3].map(() => new Uint16Array(window.width * window.height)),
    });
    const full = failing(new DOMException('', 'QuotaExceededError'), 0);
    await expect(writeCog(large, tiles, blobSink(), { scratch: full })).rejects.toMatchObject({
      remedy: expect.stringContaining('about 1.4 GB'),
    });
  });

  it('what the source throws is passed on', async () => {
    const broken: ReadTile = async (window) => {
      if (window.y > 100) throw new Error('the source is gone');
      return readTile(window);
    };
    await expect(writeCog(spec, broken, blobSink())).rejects.toThrow('the source is gone');
  });

  it.each(['cancelled', 'broken', 'full'])('%s: nothing is written once it has ended', async (how) => {
    const abort = new AbortController();
    const store = blobSink();
    let [ended, late, writes] = [false, 0, 0];
    const scratch: ScratchSink = {
      async write(bytes, position) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (ended) late++;
        if (++writes === 8 && how === 'full') throw new DOMException('', 'QuotaExceededError');
        store.write(bytes, position);
      },
      read: store.read,
    };
    const tiles: ReadTile = async (window) => {
      if (window.y > 100 && how === 'broken') throw new Error('the source is gone');
      if (window.y > 100 && how === 'cancelled') abort.abort();
      return readTile(window);
    };
    const writing = writeCog(spec, tiles, blobSink(), { scratch, signal: abort.signal });
    await expect(writing.finally(() => (ended = true))).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(late).toBe(0);
  });

  it('cancelled while the file is put together', async () => {
    const abort = new AbortController();
    const sink = blobSink();
    const writing = writeCog(
      spec,
      readTile,
      { write: (bytes, position) => (position > 0 ? abort.abort() : sink.write(bytes, position)) },
      { signal: abort.signal },
    );
    await expect(writing).rejects.toMatchObject({ code: 'job/cancelled' });
  });
});

describe('a file as sink', () => {
  /** Memory with room for so many bytes. */
  function memoryFile(room: number, step = 1000): PageFile & { readonly bytes: Uint8Array } {
    const bytes = new Uint8Array(room);
    let end = 0;
    return {
      bytes,
      write(from, { at }) {
        const count = Math.max(0, Math.min(step, from.length, room - at));
        bytes.set(from.subarray(0, count), at);
        end = Math.max(end, at + count);
        return count;
      },
      read(into, { at }) {
        const count = Math.max(0, Math.min(step, into.length, end - at));
        into.set(bytes.subarray(at, at + count));
        return count;
      },
      getSize: () => end,
      truncate: () => {},
      flush: () => {},
      close: () => {},
    };
  }

  it('goes on after partial writes and reads', async () => {
    const expected = blobSink();
    await writeCog(spec, readTile, expected);
    const file = memoryFile(2 ** 20);
    const length = await writeCog(spec, readTile, fileSink(file), {
      scratch: fileSink(memoryFile(2 ** 20)),
    });
    const bytes = new Uint8Array(await expected.toBlob().arrayBuffer());
    expect(Buffer.from(bytes).equals(file.bytes.subarray(0, length))).toBe(true);
  });

  it.each([
    ['nothing more is taken', (file: PageFile) => file],
    [
      'the count is an error read as a number without sign',
      (file: PageFile): PageFile => ({
        ...file,
        write: (bytes, options) => file.write(bytes, options) || 2 ** 32 - 8,
      }),
    ],
  ])('is full when %s', async (_, behaving) => {
    const writing = writeCog(spec, readTile, fileSink(behaving(memoryFile(50_000))));
    await expect(writing).rejects.toMatchObject({ code: 'output/disk-full' });
  });
});

describe('a file on disk', () => {
  const path = join(folder, 'out.tif');

  it('takes its place when it is complete, and leaves nothing else', async () => {
    const length = await writeNodeFile(path, ({ sink, ...options }) =>
      writeCog(spec, readTile, sink, options),
    );
    expect(readFileSync(path).length).toBe(length);
    expect(readdirSync(folder)).toEqual(['out.tif']);
  });

  it('stays as it was when writing fails', async () => {
    writeFileSync(path, 'before');
    const failed = writeNodeFile(path, async ({ sink }) => {
      await sink.write(new Uint8Array(10), 0);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['out.tif']);
  });

  it('in a folder that is not there', async () => {
    const failed = writeNodeFile(join(folder, 'none', 'out.tif'), async () => {});
    await expect(failed).rejects.toMatchObject({ code: 'output/failed' });
  });
});
