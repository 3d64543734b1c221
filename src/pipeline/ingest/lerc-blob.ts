import { phrase } from '../phrase.ts';
import type { SampleType } from '../scene.ts';
import { corrupt, unsupportedCompression } from './directory.ts';
import { SAMPLE_BYTES } from './layout.ts';

/** One LERC image inside a block: header of version 2.4, and where the parts of it lie. */
export interface LercBlob {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel. */
  readonly depth: number;
  readonly validPixels: number;
  readonly byteLength: number;
  readonly min: number;
  readonly max: number;
  /** One bit per pixel, most significant first; null if all pixels, or none, are valid. */
  readonly mask: Uint8Array | null;
}

const TYPES: readonly SampleType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'float32',
  'float64',
];
/** The one that libtiff writes. */
const VERSION = 4;
const HEADER_BYTES = 66;
const MAX_MICRO_BLOCK = 64;

/**
 * Reads the header of a LERC image and checks the structure behind it, so that the decoder, which trusts
 * its counts, neither runs on for ever nor asks for more memory than the image needs.
 * @param bytes from the image's first byte on; others may follow it
 * @throws PipelineError `file/corrupt`, `file/unsupported-compression`
 */
export function readLercBlob(bytes: Uint8Array<ArrayBuffer>, expected: LercExpectation): LercBlob {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES + 4 || String.fromCharCode(...bytes.subarray(0, 6)) !== 'Lerc2 ') {
    throw corrupt(phrase('a block of it holds no LERC image'));
  }
  const version = view.getInt32(6, true);
  if (version !== VERSION) {
    if (version > 0 && version < 16)
      throw unsupportedCompression(phrase('LERC version 2.{{version}} is not supported.', { version }));
    throw corrupt(phrase('a block of it holds no LERC image'));
  }
  const [height, width, depth, validPixels, microBlock, byteLength, type] = [14, 18, 22, 26, 30, 34, 38].map(
    (at) => view.getUint32(at, true),
  );
  const pixels = expected.width * expected.height;
  const sound =
    width === expected.width &&
    height === expected.height &&
    depth >= 1 &&
    depth <= expected.depth &&
    TYPES[type] === expected.sampleType &&
    validPixels <= pixels &&
    microBlock >= 1 &&
    microBlock <= MAX_MICRO_BLOCK &&
    byteLength >= HEADER_BYTES + 4 &&
    byteLength <= bytes.length;
  if (!sound) {
    throw corrupt(
      phrase('a LERC image in it is {{width}} x {{height}} x {{depth}}, of {{bytes}} bytes', {
        width,
        height,
        depth,
        bytes: byteLength,
      }),
    );
  }
  const [maxError, min, max] = [42, 50, 58].map((at) => view.getFloat64(at, true));
  const maskBytes = view.getUint32(HEADER_BYTES, true);
  const dataStart = HEADER_BYTES + 4 + maskBytes;
  if (dataStart > byteLength) throw corrupt(phrase('the mask of a LERC image in it is cut off'));
  const partly = validPixels > 0 && validPixels < pixels;
  if (partly && maskBytes === 0) {
    throw unsupportedCompression(
      phrase('A LERC block shares its mask with the one before, which is not supported.'),
    );
  }
  const mask = partly ? unpackMask(bytes.subarray(HEADER_BYTES + 4, dataStart), pixels) : null;
  const blob: LercBlob = { width, height, depth, validPixels, byteLength, min, max, mask };
  const body = { bytes: bytes.subarray(0, byteLength), at: dataStart };
  if (validPixels > 0 && min !== max) checkBody(body, blob, expected.sampleType, microBlock, maxError);
  return blob;
}

export interface LercExpectation {
  readonly width: number;
  readonly height: number;
  /** Most samples per pixel. */
  readonly depth: number;
  readonly sampleType: SampleType;
}

export function isValid(mask: Uint8Array, pixel: number): boolean {
  return ((mask[pixel >> 3] << (pixel & 7)) & 128) !== 0;
}

/** Run-length code: a count, then that many bytes, or one byte to repeat if the count is negative. */
function unpackMask(packed: Uint8Array, pixels: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const mask = new Uint8Array(Math.ceil(pixels / 8));
  let filled = 0;
  let at = 0;
  while (at + 2 <= packed.length) {
    const count = view.getInt16(at, true);
    if (count === -32768) break;
    const length = Math.abs(count);
    const source = count > 0 ? packed.subarray(at + 2, at + 2 + length) : packed.subarray(at + 2, at + 3);
    if (filled + length > mask.length || source.length < (count > 0 ? length : 1)) break;
    if (count > 0) mask.set(source, filled);
    else mask.fill(source[0], filled, filled + length);
    filled += length;
    at += 2 + source.length;
  }
  if (filled < mask.length) throw corrupt(phrase('the mask of a LERC image in it is damaged'));
  return mask;
}

interface Cursor {
  readonly bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

function next(cursor: Cursor, count = 1): number {
  const { bytes, at } = cursor;
  if (at + count > bytes.length) throw corrupt(phrase('a LERC image in it is cut off'));
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  cursor.at += count;
  return value;
}

function checkBody(
  cursor: Cursor,
  blob: LercBlob,
  type: SampleType,
  microBlock: number,
  maxError: number,
): void {
  const { depth, validPixels } = blob;
  const size = SAMPLE_BYTES[type];
  const { bytes, at } = cursor;
  const range = depth * size;
  const [low, high] = [bytes.subarray(at, at + range), bytes.subarray(at + range, at + 2 * range)];
  cursor.at += 2 * range;
  if (low.every((byte, i) => byte === high[i])) return;
  if (next(cursor) !== 0) {
    // All valid samples as they are.
    if (cursor.at + validPixels * range > bytes.length)
      throw corrupt(phrase('a LERC image in it is cut off'));
    return;
  }
  const mayBeHuffman = size === 1 && Math.abs(maxError - 0.5) < 1e-5;
  if (mayBeHuffman && next(cursor) !== 0) checkHuffman(cursor);
  else checkTiles(cursor, blob, type, microBlock);
}

function checkHuffman(cursor: Cursor): void {
  const [version, size, first, end] = [next(cursor, 4), next(cursor, 4), next(cursor, 4), next(cursor, 4)];
  const sound = version >= 2 && size <= 256 && first < end && end <= first + size && first < size;
  if (!sound) throw corrupt(phrase('the code table of a LERC image in it is damaged'));
  skipBits(cursor, end - first);
}

/** Small squares of the image, sample by sample: constant, as they are, or as offset and packed bits. */
function checkTiles(cursor: Cursor, blob: LercBlob, type: SampleType, microBlock: number): void {
  const { width, height, depth, mask } = blob;
  for (let top = 0; top < height; top += microBlock) {
    for (let left = 0; left < width; left += microBlock) {
      const [w, h] = [Math.min(microBlock, width - left), Math.min(microBlock, height - top)];
      let valid = w * h;
      if (mask) {
        valid = 0;
        for (let y = top; y < top + h; y++) {
          for (let x = left; x < left + w; x++) if (isValid(mask, y * width + x)) valid++;
        }
      }
      for (let band = 0; band < depth; band++) {
        const head = next(cursor);
        const kind = head & 3;
        if (kind === 0) cursor.at += valid * SAMPLE_BYTES[type];
        if (kind & 1) next(cursor, offsetBytes(type, head >> 6));
        if (kind === 1) skipBits(cursor, valid);
      }
    }
  }
  if (cursor.at > cursor.bytes.length) throw corrupt(phrase('a LERC image in it is cut off'));
}

/** Offsets of tiles are stored in the smallest type that holds them. */
function offsetBytes(type: SampleType, code: number): number {
  const sizes: Readonly<Record<SampleType, readonly number[]>> = {
    int8: [1],
    uint8: [1],
    int16: [2, 1, 1],
    uint16: [2, 1],
    int32: [4, 2, 2, 1],
    uint32: [4, 2, 1],
    float32: [4, 2, 1],
    float64: [8, 4, 4, 2],
  };
  const bytes = sizes[type][code];
  if (bytes === undefined) throw corrupt(phrase('a tile of a LERC image in it is damaged'));
  return bytes;
}

/** Integers of some bits each, or indices into a table of such. */
function skipBits(cursor: Cursor, mostElements: number): void {
  const head = next(cursor);
  const countBytes = [4, 2, 1][head >> 6];
  if (countBytes === undefined) throw corrupt(phrase('a tile of a LERC image in it is damaged'));
  const count = next(cursor, countBytes);
  if (count > mostElements)
    throw corrupt(phrase('a tile of a LERC image in it claims {{values}} values', { values: count }));
  let bits = head & 31;
  if (head & 32) {
    const entries = next(cursor);
    if (entries < 2) throw corrupt(phrase('a table of a LERC image in it is empty'));
    cursor.at += Math.ceil(((entries - 1) * bits) / 8);
    bits = 32 - Math.clz32(entries - 1);
  }
  cursor.at += Math.ceil((count * bits) / 8);
}
