import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { COMPRESSION } from '../tiff/tags.ts';
import { platformInflate, unpack } from './codecs.ts';

afterEach(() => vi.unstubAllGlobals());

const inflated = (packed: Uint8Array, length: number) =>
  unpack(Uint8Array.from(packed), COMPRESSION.deflate, length, platformInflate);

/** Bytes of some kind. */
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 2_654_435_761) >>> 13);

/** Chromium unpacks a piece that it is given to its end before it hands out the first byte, and refuses padding. */
function eager(pieces: number[], padding: 'read' | 'refused' = 'read') {
  vi.stubGlobal(
    'DecompressionStream',
    class {
      readonly readable: ReadableStream;
      readonly writable: WritableStream;
      constructor(format: 'deflate') {
        const real = new NativeStream(format);
        this.readable = real.readable.pipeThrough(
          new TransformStream({
            flush() {
              if (padding === 'refused') throw new TypeError('Junk found after end of compressed data.');
            },
          }),
        );
        const writer = real.writable.getWriter();
        this.writable = new WritableStream({
          write(piece) {
            pieces.push(piece.byteLength);
            return writer.write(piece);
          },
          close: () => writer.close(),
        });
      }
    },
  );
}
const NativeStream = DecompressionStream;

describe('DEFLATE by the platform', () => {
  it('is given little at a time, as a stream may unpack all that it is given', async () => {
    const pieces: number[] = [];
    eager(pieces);
    const bytes = noise(300_000);
    const packed = deflateSync(bytes, { level: 0 });
    expect(Buffer.compare(await inflated(packed, bytes.length), bytes)).toBe(0);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(65_536);
  });

  it('with another checksum is refused, even where that comes by itself', async () => {
    // Stored, in one piece and 3 bytes: the checksum takes 4.
    const lengths = Array.from({ length: 20 }, (_, i) => 65_536 - i);
    const stored = lengths.map((length) => ({ length, packed: deflateSync(noise(length), { level: 0 }) }));
    const { length, packed } = stored.find((one) => one.packed.length === 65_536 + 3)!;
    await inflated(packed, length);
    packed[1000] ^= 1;
    await expect(inflated(packed, length)).rejects.toMatchObject({ code: 'file/corrupt' });
  });

  it('may be padded, also where the platform refuses that', async () => {
    const bytes = noise(1000);
    const padded = Uint8Array.from([...deflateSync(bytes), 0, 0, 0]);
    expect(await inflated(padded, bytes.length)).toEqual(bytes);
    eager([], 'refused');
    expect(await inflated(padded, bytes.length)).toEqual(bytes);
    padded[100] ^= 1;
    await expect(inflated(padded, bytes.length)).rejects.toMatchObject({ code: 'file/corrupt' });
  });
});
