import { ZSTDDecoder } from 'zstddec';
import { phrase } from '../phrase.ts';
import { COMPRESSION } from '../tiff/tags.ts';
import { corrupt } from './directory.ts';

/**
 * Unpacks one strip or tile into exactly `length` bytes. Never produces more than that, whatever the
 * stream claims, so that a small file cannot fill the memory; bytes beyond `length` are ignored, as
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
  const out = new Uint8Array(length);
  const filled = await fill(packed, compression, out, inflate);
  if (filled < length)
    throw corrupt(phrase('a block of it ends after {{filled}} of {{length}} bytes', { filled, length }));
  return out;
}

/** As {@link unpack}, for streams that may hold fewer than `most` bytes. */
export async function unpackAtMost(
  packed: Uint8Array<ArrayBuffer>,
  compression: number,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(most);
  return out.subarray(0, await fill(packed, compression, out, platformInflate));
}

/** Unpacks until `out` is full or the stream ends; tells how many bytes that were. */
async function fill(
  packed: Uint8Array<ArrayBuffer>,
  compression: number,
  out: Uint8Array,
  inflate: Inflate,
): Promise<number> {
  const { length } = out;
  let filled = 0;
  try {
    switch (compression) {
      case COMPRESSION.none:
        filled = Math.min(packed.length, length);
        out.set(packed.subarray(0, filled));
        break;
      case COMPRESSION.deflate:
      case COMPRESSION.oldDeflate:
        filled = await inflate(packed, out);
        break;
      case COMPRESSION.lzw:
        filled = unpackLzw(packed, out);
        break;
      case COMPRESSION.packbits:
        filled = unpackBits(packed, out);
        break;
      default:
        filled = await unpackZstd(packed, out);
    }
  } catch (cause) {
    throw corrupt(phrase('a block of it cannot be unpacked'), cause);
  }
  return filled;
}

/**
 * Unpacks DEFLATE in its zlib wrapper into `out` until that is full or the stream ends, and tells how many bytes that
 * were. Throws if the stream is damaged.
 */
export type Inflate = (packed: Uint8Array<ArrayBuffer>, out: Uint8Array) => Promise<number>;

/** By the platform's `DecompressionStream`. */
export const platformInflate: Inflate = async (packed, out) => {
  const stream = new DecompressionStream('deflate');
  const writer = stream.writable.getWriter();
  // A fault of the stream reaches the reader; here it would only be reported once more.
  Promise.all([writer.write(packed), writer.close()]).catch(() => undefined);
  const reader = stream.readable.getReader();
  let filled = 0;
  try {
    while (filled < out.length) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return filled;
};

const LZW_CLEAR = 256;
const LZW_END = 257;
const LZW_CODES = 4096;
/** The string of a code is one that stands in the output already: its place and length. Written anew for each block. */
const lzwPlace = new Uint32Array(LZW_CODES);
const lzwSize = new Uint32Array(LZW_CODES);

/**
 * LZW as in TIFF 6.0, section 13: codes of 9 to 12 bits, most significant bit first, the width growing
 * one code early.
 */
function unpackLzw(packed: Uint8Array, out: Uint8Array): number {
  const place = lzwPlace;
  const size = lzwSize;
  const { length } = out;
  /** From here on there may be no room for four bytes at once, or no three to read. */
  const lastFour = length - 4;
  const lastThree = packed.length - 3;
  const end = packed.length * 8;
  let filled = 0;
  let next = LZW_END + 1;
  let width = 9;
  /** Size of the string before; 0 where a clear code has just been. It stands right before `filled`. */
  let previous = 0;
  /** Position of the next code in bits. */
  let at = 0;
  while (filled < length && at + width <= end) {
    const byte = at >>> 3;
    const three =
      byte <= lastThree
        ? (packed[byte] << 16) | (packed[byte + 1] << 8) | packed[byte + 2]
        : (packed[byte] << 16) | ((packed[byte + 1] ?? 0) << 8);
    const code = (three >>> (24 - width - (at & 7))) & ((1 << width) - 1);
    at += width;
    const before = filled - previous;
    let count = 1;
    if (code < LZW_CLEAR) {
      out[filled] = code;
    } else if (code === LZW_CLEAR) {
      next = LZW_END + 1;
      width = 9;
      previous = 0;
      continue;
    } else if (code === LZW_END) {
      break;
    } else {
      // A known string, or the one before with its own first byte again, which reads what it writes.
      const known = code < next;
      if (!known && (code > next || previous === 0))
        throw new Error(`LZW code ${code} before its definition`);
      const from = known ? place[code] : before;
      count = known ? size[code] : previous + 1;
      if (count <= 4 && filled <= lastFour) {
        // Most strings are short: four bytes without a loop, of which the next string overwrites those that are too many.
        out[filled] = out[from];
        out[filled + 1] = out[from + 1];
        out[filled + 2] = out[from + 2];
        out[filled + 3] = out[from + 3];
      } else {
        count = Math.min(count, length - filled);
        for (let i = 0; i < count; i++) out[filled + i] = out[from + i];
      }
    }
    if (previous > 0 && next < LZW_CODES) {
      // The string before and the first byte of this one: exactly what stands there.
      place[next] = before;
      size[next] = previous + 1;
      next++;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    filled += count;
    previous = count;
  }
  return filled;
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
async function unpackZstd(packed: Uint8Array, out: Uint8Array): Promise<number> {
  const frame = zstdFrame(packed);
  if (frame.bound > out.length + ZSTD_SLACK) throw new Error('unpacks to far more than the block');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const bytes = decoder.decode(packed.subarray(0, frame.end), Math.max(out.length, frame.bound));
  const part = bytes.subarray(0, out.length);
  out.set(part);
  return part.length;
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
