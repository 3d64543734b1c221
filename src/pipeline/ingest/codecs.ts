import { ZSTDDecoder } from 'zstddec';
import { phrase } from '../phrase.ts';
import { COMPRESSION } from '../tiff/tags.ts';
import { corrupt } from './directory.ts';
import { unpackLzw } from './lzw.ts';

/**
 * Unpacks one strip or tile into exactly `length` bytes, at offset 0 of a buffer of their own. Never produces more than
 * that, whatever the stream claims, so that a small file cannot fill the memory; bytes beyond `length` are ignored, as
 * libtiff does.
 * @throws PipelineError `file/corrupt` if the stream is damaged or ends early.
 */
export async function unpack(
  packed: Uint8Array<ArrayBuffer>,
  compression: number,
  length: number,
  inflate: Inflate,
): Promise<Uint8Array<ArrayBuffer>> {
  // As it is where that is all: the bytes were read for us alone.
  if (compression === COMPRESSION.none && packed.buffer.byteLength === length) return packed;
  const bytes = await unpackAtMost(packed, compression, length, inflate);
  if (bytes.length < length)
    throw corrupt(
      phrase('a block of it ends after {{filled}} of {{length}} bytes', { filled: bytes.length, length }),
    );
  return bytes;
}

/** As {@link unpack}, for streams that may hold fewer than `most` bytes. */
export async function unpackAtMost(
  packed: Uint8Array<ArrayBuffer>,
  compression: number,
  most: number,
  inflate: Inflate = platformInflate,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (compression === COMPRESSION.zstd) return await unpackZstd(packed, most);
    if (compression === COMPRESSION.lzw) return unpackLzw(packed, most);
    const out = new Uint8Array(most);
    return out.subarray(0, await fill(packed, compression, out, inflate));
  } catch (cause) {
    throw corrupt(phrase('a block of it cannot be unpacked'), cause);
  }
}

/** Unpacks until `out` is full or the stream ends; tells how many bytes that were. */
async function fill(
  packed: Uint8Array<ArrayBuffer>,
  compression: number,
  out: Uint8Array,
  inflate: Inflate,
): Promise<number> {
  switch (compression) {
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      return inflate(packed, out);
    case COMPRESSION.packbits:
      return unpackBits(packed, out);
    default: {
      const part = packed.subarray(0, out.length);
      out.set(part);
      return part.length;
    }
  }
}

/**
 * Unpacks DEFLATE in its zlib wrapper into `out` until that is full or the stream ends, and tells how many bytes that
 * were. Throws if the stream is damaged.
 */
export type Inflate = (packed: Uint8Array<ArrayBuffer>, out: Uint8Array) => Promise<number>;

/** Bytes given to the platform's stream at once: it may unpack all of them, to a thousand times as many, before any are wanted. */
const PIECE = 65_536;
/** Bytes at the end of a block in which its checksum is looked for: padding may follow it. */
const TAIL = 64;

/** By the platform's `DecompressionStream`. */
export const platformInflate: Inflate = async (packed, out) => {
  const stream = new DecompressionStream('deflate');
  // A fault of the stream reaches the reader; here it would only be reported once more.
  feed(stream.writable.getWriter(), packed).catch(() => undefined);
  const reader = stream.readable.getReader();
  let filled = 0;
  try {
    while (filled < out.length) {
      const { done, value } = await reader.read();
      if (done) return filled;
      const part = value.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
    }
    // All is there; only what follows tells whether it is sound.
    await reader.read().catch((fault) => {
      if (!endsInChecksum(packed, out)) throw fault;
    });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return filled;
};

async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  packed: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (let at = 0; at < packed.length; at += PIECE) await writer.write(packed.subarray(at, at + PIECE));
  await writer.close();
}

/** Does the Adler-32 of the bytes (RFC 1950) stand near the end of the block? Some platforms refuse what is padded. */
function endsInChecksum(packed: Uint8Array, out: Uint8Array): boolean {
  let [low, high] = [1, 0];
  for (let i = 0; i < out.length; i++) {
    low = (low + out[i]) % 65_521;
    high = (high + low) % 65_521;
  }
  const tail = packed.subarray(-TAIL);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = 0; at + 4 <= tail.length; at++) {
    if (view.getUint16(at) === high && view.getUint16(at + 2) === low) return true;
  }
  return false;
}

/** PackBits as in TIFF 6.0, section 9. */
function unpackBits(packed: Uint8Array, out: Uint8Array): number {
  let filled = 0;
  for (let at = 0; at < packed.length && filled < out.length; ) {
    const head = packed[at++];
    if (head < 128) {
      const part = packed.subarray(at, at + Math.min(head + 1, out.length - filled));
      out.set(part, filled);
      filled += part.length;
      at += head + 1;
    } else if (head > 128) {
      const end = Math.min(filled + 257 - head, out.length);
      out.fill(packed[at++], filled, end);
      filled = end;
    }
  }
  return filled;
}

/**
 * Zstandard in one step into a buffer of known size. (The decoder's streaming mode, which geotiff.js uses
 * for frames that do not state their size, never returns from damaged ones.)
 */
async function unpackZstd(packed: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const frame = zstdFrame(packed);
  if (frame.bound > most + ZSTD_SLACK) throw new Error('unpacks to far more than the block');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const size = Math.max(most, frame.bound);
  // Has been copied out of the decoder's memory to an array of its own.
  const bytes = decoder.decode(packed.subarray(0, frame.end), size) as Uint8Array<ArrayBuffer>;
  return bytes.length > most ? bytes.slice(0, most) : bytes;
}

/** What encoders may waste on short blocks before we take a frame for a bomb. */
const ZSTD_SLACK = 32 * 2 ** 20;
const ZSTD_BLOCK = 128 * 1024;

/** Where the first frame ends, and the most bytes it can unpack to, by its headers (RFC 8878, section 3.1.1). */
function zstdFrame(packed: Uint8Array): { end: number; bound: number } {
  const magic = packed[0] | (packed[1] << 8) | (packed[2] << 16) | (packed[3] << 24);
  if (magic >>> 0 !== 0xfd2fb528) throw new Error('not a Zstandard frame');
  const descriptor = packed[4];
  const singleSegment = (descriptor >> 5) & 1;
  const checksumBytes = descriptor & 4;
  const contentBytes = [singleSegment, 2, 4, 8][descriptor >> 6];
  let at = 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + contentBytes;
  let bound = 0;
  while (at + 3 <= packed.length) {
    const header = packed[at] | (packed[at + 1] << 8) | (packed[at + 2] << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    bound += type === 2 ? ZSTD_BLOCK : size;
    at += 3 + (type === 1 ? 1 : size);
    if (header & 1) return { end: Math.min(at + checksumBytes, packed.length), bound };
  }
  throw new Error('the Zstandard frame does not end');
}
