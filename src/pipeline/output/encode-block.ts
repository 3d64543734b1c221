import type { Samples, SampleType } from '../scene.ts';

/** Predictor that suits a sample type: differences of integers, byte planes of floats. */
export function predictorFor(type: SampleType): 2 | 3 {
  return type.startsWith('float') ? 3 : 2;
}

/**
 * One tile of one band as its bytes in the file: predictor, then DEFLATE in a zlib wrapper.
 * Samples are not changed, and never pass through a number register: NaN payloads survive.
 */
export async function encodeBlock(
  samples: Samples,
  width: number,
  type: SampleType,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(samples.byteLength);
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  if (predictorFor(type) === 3) splitFloatingPoint(bytes, width, samples.BYTES_PER_ELEMENT);
  else differences(bytes, width, samples.BYTES_PER_ELEMENT);
  return deflate(bytes);
}

/** Predictor 2: each sample becomes its difference from its left neighbour, modulo 2^bits. */
function differences(bytes: Uint8Array<ArrayBuffer>, width: number, size: number): void {
  const words =
    size === 1 ? bytes : size === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  for (let row = 0; row < words.length; row += width) {
    for (let i = row + width - 1; i > row; i--) words[i] -= words[i - 1];
  }
}

/** Predictor 3 (Adobe TIFF technical note 3): per row the most significant bytes first, as differences. */
function splitFloatingPoint(bytes: Uint8Array, width: number, size: number): void {
  const rowBytes = width * size;
  const row = new Uint8Array(rowBytes);
  for (let start = 0; start < bytes.length; start += rowBytes) {
    row.set(bytes.subarray(start, start + rowBytes));
    for (let b = 0; b < size; b++) {
      const plane = start + (size - 1 - b) * width;
      for (let i = 0; i < width; i++) bytes[plane + i] = row[i * size + b];
    }
    for (let i = start + rowBytes - 1; i > start; i--) bytes[i] -= bytes[i - 1];
  }
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
