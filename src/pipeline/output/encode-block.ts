import type { Samples, SampleType } from '../scene.ts';

/** Predictor that suits a sample type: differences of integers, byte planes of floats. */
export function predictorFor(type: SampleType): 2 | 3 {
  return type.startsWith('float') ? 3 : 2;
}

/** Packs bytes as DEFLATE in a zlib wrapper. */
export type Deflate = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

/** The platform's zlib at its default level 6. */
export const platformDeflate: Deflate = async (bytes) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/**
 * One tile of one band as its bytes in the file: predictor, then DEFLATE.
 * Samples are not changed, and never pass through a number register: NaN payloads survive.
 * @param width of the tile in pixels
 */
export function encodeBlock(
  samples: Samples,
  width: number,
  type: SampleType,
  deflate: Deflate,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(samples.byteLength);
  const size = samples.BYTES_PER_ELEMENT;
  const from = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (predictorFor(type) === 3) splitFloatingPoint(from, bytes, width, size);
  else differences(from, bytes, width, size);
  return deflate(bytes);
}

/** One tile of a validity mask: one bit per pixel, most significant first, DEFLATE. `width` is a multiple of 8. */
export function encodeMask(valid: Samples, deflate: Deflate): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(valid.length / 8);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] !== 0) bytes[i >> 3] |= 128 >> (i & 7);
  }
  return deflate(bytes);
}

/** Predictor 2: each sample becomes its difference from its left neighbour, modulo 2^bits. */
function differences(from: Uint8Array, out: Uint8Array<ArrayBuffer>, width: number, size: number): void {
  out.set(from);
  const words = size === 1 ? out : size === 2 ? new Uint16Array(out.buffer) : new Uint32Array(out.buffer);
  for (let row = 0; row < words.length; row += width) {
    for (let i = row + width - 1; i > row; i--) words[i] -= words[i - 1];
  }
}

/** Predictor 3 (Adobe TIFF technical note 3): per row the most significant bytes first, as differences. */
function splitFloatingPoint(from: Uint8Array, out: Uint8Array, width: number, size: number): void {
  const rowBytes = width * size;
  for (let start = 0; start < from.length; start += rowBytes) {
    for (let b = 0; b < size; b++) {
      const plane = start + (size - 1 - b) * width;
      for (let i = 0, at = start + b; i < width; i++, at += size) out[plane + i] = from[at];
    }
    for (let i = start + rowBytes - 1; i > start; i--) out[i] -= out[i - 1];
  }
}
