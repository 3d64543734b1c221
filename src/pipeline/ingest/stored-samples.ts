import type { Samples } from '../scene.ts';
import { type ImageLayout, SAMPLE_ARRAYS, storedRowBytes } from './layout.ts';

/**
 * Samples from the bytes of an unpacked block: undoes byte order, predictor and narrow storage. Order matters:
 * samples are put into the machine's (little-endian) order before horizontal differences are summed; the floating
 * point predictor defines its own order.
 * @param bytes at offset 0 of a buffer of their own; changed
 */
export function toSamples(bytes: Uint8Array<ArrayBuffer>, layout: ImageLayout, rows: number): Samples {
  const stride = layout.planar ? 1 : layout.bands;
  const rowSamples = layout.blockWidth * stride;
  if (layout.storedBits === 1) return fromBits(bytes, rows, rowSamples, storedRowBytes(layout));
  const size = layout.storedBits / 8;
  if (layout.predictor === 3) {
    sumFloatingPoint(bytes, rows, rowSamples, stride, size);
  } else {
    if (!layout.littleEndian) swapBytes(bytes, size);
    if (layout.predictor === 2) sumHorizontally(bytes, rows, rowSamples, stride, size);
  }
  if (layout.storedBits === 16 && layout.sampleType === 'float32') {
    return fromHalf(new Uint16Array(bytes.buffer));
  }
  return new SAMPLE_ARRAYS[layout.sampleType](bytes.buffer);
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

/** Predictor 2: each sample was stored as its difference from the one a pixel to the left, modulo 2^bits. */
function sumHorizontally(
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
  rowSamples: number,
  stride: number,
  size: number,
): void {
  if (size === 8) {
    const words = new BigUint64Array(bytes.buffer);
    for (let i = 0; i < words.length; i++) if (i % rowSamples >= stride) words[i] += words[i - stride];
    return;
  }
  const words =
    size === 1 ? bytes : size === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  for (let row = 0; row < rows; row++) {
    const start = row * rowSamples;
    const end = start + rowSamples;
    // Band by band: the sum stays in a register.
    for (let band = 0; band < stride; band++) {
      let sum = 0;
      for (let i = start + band; i < end; i += stride) {
        sum = (sum + words[i]) | 0;
        words[i] = sum;
      }
    }
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
