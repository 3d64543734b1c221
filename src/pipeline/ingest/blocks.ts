import type { Samples, SampleType } from '../scene.ts';
import type { ByteSource } from './byte-source.ts';
import { unpack } from './codecs.ts';
import { truncated } from './directory.ts';
import { unpackJpeg } from './jpeg.ts';
import { type ImageLayout, SAMPLE_BYTES } from './layout.ts';
import { unpackLerc } from './lerc.ts';

/** The array that holds samples of a type. */
export const SAMPLE_ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export function allocate(type: SampleType, length: number): Samples {
  return new SAMPLE_ARRAYS[type](length);
}

/**
 * One strip or tile in native samples: interleaved by pixel, or one band if the layout is planar.
 * @param fill value of a block that the file leaves out (sparse files)
 * @throws PipelineError `file/corrupt`, `file/truncated`, `file/unsupported-compression`, and those of {@link ByteSource.read}.
 */
export async function readBlock(
  source: ByteSource,
  layout: ImageLayout,
  index: number,
  fill: number,
  signal?: AbortSignal,
): Promise<Samples> {
  const samplesPerPixel = layout.planar ? 1 : layout.bands;
  const rows = blockRows(layout, index);
  const count = layout.blockWidth * rows * samplesPerPixel;
  const byteCount = layout.byteCounts[index];
  if (byteCount === 0) return allocate(layout.sampleType, count).fill(fill);

  const packed = await source.read(layout.offsets[index], byteCount, signal);
  if (packed.length < byteCount) throw truncated('one of its blocks is cut off');
  if (layout.codec) {
    const bytes =
      layout.codec.kind === 'jpeg'
        ? await unpackJpeg(packed, layout.codec, layout, rows)
        : await unpackLerc(packed, layout.codec, layout, rows);
    // libtiff puts samples into the file's order before it encodes them, so LERC packs swapped numbers.
    if (!layout.littleEndian) swapBytes(bytes, SAMPLE_BYTES[layout.sampleType]);
    return new SAMPLE_ARRAYS[layout.sampleType](bytes.buffer);
  }
  const bytes = await unpack(packed, layout.compression, count * SAMPLE_BYTES[layout.sampleType]);
  return toSamples(bytes, layout, rows);
}

/** Rows that a block stores: the last strip holds only what is left of the image. */
function blockRows(layout: ImageLayout, index: number): number {
  if (layout.tiled) return layout.blockHeight;
  const down = Math.ceil(layout.height / layout.blockHeight);
  return Math.min(layout.blockHeight, layout.height - (index % down) * layout.blockHeight);
}

/**
 * Undoes byte order and predictor. Order matters: samples are put into the machine's (little-endian)
 * order before horizontal differences are summed; the floating point predictor defines its own order.
 */
function toSamples(bytes: Uint8Array<ArrayBuffer>, layout: ImageLayout, rows: number): Samples {
  const size = SAMPLE_BYTES[layout.sampleType];
  const stride = layout.planar ? 1 : layout.bands;
  const rowSamples = layout.blockWidth * stride;
  if (layout.predictor === 3) {
    sumFloatingPoint(bytes, rows, rowSamples, stride, size);
  } else {
    if (!layout.littleEndian) swapBytes(bytes, size);
    if (layout.predictor === 2) sumHorizontally(bytes, rows, rowSamples, stride, size);
  }
  return new SAMPLE_ARRAYS[layout.sampleType](bytes.buffer);
}

function swapBytes(bytes: Uint8Array, size: number): void {
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
  const words =
    size === 1 ? bytes : size === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * rowSamples;
    for (let i = row * rowSamples + stride; i < end; i++) words[i] += words[i - stride];
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
