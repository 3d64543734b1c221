import type { Samples } from '../scene.ts';
import { type ImageLayout, SAMPLE_ARRAYS, storedRowBytes } from './layout.ts';

/**
 * Samples of a strip or tile, row by row: in a row, that of band b in column c stands at `b * bandStep + c * pixelStep`.
 * Bands are interleaved by pixel (as files store them) or by line.
 */
export interface Block {
  readonly samples: Samples;
  readonly pixelStep: number;
  readonly bandStep: number;
}

/** Samples whose bands lie as they are stored: pixel by pixel, or one band only. */
export function asStored(samples: Samples, layout: ImageLayout): Block {
  return { samples, pixelStep: layout.planar ? 1 : layout.bands, bandStep: 1 };
}

/**
 * Samples from the bytes of an unpacked block: undoes byte order, predictor and narrow storage. Order matters:
 * samples are put into the machine's (little-endian) order before horizontal differences are summed; the floating
 * point predictor defines its own order.
 * @param bytes at offset 0 of a buffer of their own; changed
 */
export function toSamples(bytes: Uint8Array<ArrayBuffer>, layout: ImageLayout, rows: number): Block {
  const stride = layout.planar ? 1 : layout.bands;
  const rowSamples = layout.blockWidth * stride;
  if (layout.storedBits === 1)
    return asStored(fromBits(bytes, rows, rowSamples, storedRowBytes(layout)), layout);
  const size = layout.storedBits / 8;
  if (layout.predictor === 3) {
    sumFloatingPoint(bytes, rows, rowSamples, stride, size);
  } else {
    if (!layout.littleEndian) swapBytes(bytes, size);
    if (layout.predictor === 2) sumHorizontally(bytes.buffer, rows, layout.blockWidth, stride, size);
  }
  const samples =
    layout.storedBits === 16 && layout.sampleType === 'float32'
      ? fromHalf(new Uint16Array(bytes.buffer))
      : new SAMPLE_ARRAYS[layout.sampleType](bytes.buffer);
  return layout.predictor === 2
    ? { samples, pixelStep: 1, bandStep: layout.blockWidth }
    : asStored(samples, layout);
}

/** Turns the bytes of every sample of `size` bytes round. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i + size <= bytes.length; i += size) {
    for (let a = i, b = i + size - 1; a < b; a++, b--) {
      const held = bytes[a];
      bytes[a] = bytes[b];
      bytes[b] = held;
    }
  }
}

/**
 * Predictor 2: each sample was stored as its difference from the one a pixel to the left, modulo 2^bits. In each row the
 * sums are put band after band, as windows want them: they pass through a register anyway.
 */
function sumHorizontally(
  buffer: ArrayBuffer,
  rows: number,
  width: number,
  stride: number,
  size: number,
): void {
  const rowSamples = width * stride;
  if (size === 8) {
    const words = new BigUint64Array(buffer);
    const line = new BigUint64Array(rowSamples);
    for (let start = 0; start < rows * rowSamples; start += rowSamples) {
      line.set(words.subarray(start, start + rowSamples));
      for (let to = 0; to < rowSamples; to++) {
        const word = line[(to % width) * stride + Math.floor(to / width)];
        words[start + to] = to % width === 0 ? word : word + words[start + to - 1];
      }
    }
    return;
  }
  const Words = size === 1 ? Uint8Array : size === 2 ? Uint16Array : Uint32Array;
  const words = new Words(buffer);
  const line = new Words(rowSamples);
  for (let start = 0; start < rows * rowSamples; start += rowSamples) {
    line.set(words.subarray(start, start + rowSamples));
    for (let band = 0; band < stride; band++) sumEvery(stride, line, band, words, start + band * width);
  }
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Sums of every `step`th word of a line, the first one at `from`. */
function sumEvery(step: number, line: Words, from: number, out: Words, to: number): void {
  let sum = 0;
  let i = from;
  let at = to;
  // Four at a time, as the loop takes longer than the additions.
  for (const last = line.length - 3 * step; i < last; i += 4 * step, at += 4) {
    sum = (sum + line[i]) | 0;
    out[at] = sum;
    sum = (sum + line[i + step]) | 0;
    out[at + 1] = sum;
    sum = (sum + line[i + 2 * step]) | 0;
    out[at + 2] = sum;
    sum = (sum + line[i + 3 * step]) | 0;
    out[at + 3] = sum;
  }
  for (; i < line.length; i += step, at++) {
    sum = (sum + line[i]) | 0;
    out[at] = sum;
  }
}

/**
 * Predictor 3 (Adobe TIFF technical note 3): each row holds the most significant bytes of all samples,
 * then the next ones; and these bytes as differences.
 */
function sumFloatingPoint(
  bytes: Uint8Array,
  rows: number,
  rowSamples: number,
  stride: number,
  size: number,
): void {
  const rowBytes = rowSamples * size;
  const planes = new Uint8Array(rowBytes);
  for (let row = 0; row < rows; row++) {
    const start = row * rowBytes;
    for (let i = start + stride; i < start + rowBytes; i++) bytes[i] += bytes[i - stride];
    planes.set(bytes.subarray(start, start + rowBytes));
    for (let b = 0; b < size; b++) {
      const plane = (size - 1 - b) * rowSamples;
      for (let i = 0; i < rowSamples; i++) bytes[start + i * size + b] = planes[plane + i];
    }
  }
}

/** Bits of a mask, first the highest of each byte, to 0 or 255. */
function fromBits(bytes: Uint8Array, rows: number, rowSamples: number, rowBytes: number): Uint8Array {
  const out = new Uint8Array(rows * rowSamples);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < rowSamples; i++) {
      if ((bytes[row * rowBytes + (i >> 3)] >> (7 - (i & 7))) & 1) out[row * rowSamples + i] = 255;
    }
  }
  return out;
}

let halves: Float32Array | null = null;

/** IEEE 754 binary16 to binary32, exactly. */
function fromHalf(stored: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
  const out = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) out[i] = halves[stored[i]];
  return out;
}
