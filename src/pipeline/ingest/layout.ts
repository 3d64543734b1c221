import { phrase } from '../phrase.ts';
import type { Samples, SampleType } from '../scene.ts';
import { corrupt } from './directory.ts';

/** How the samples of one image lie in the file: checked, so that readers need not doubt it. */
export interface ImageLayout {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly sampleType: SampleType;
  /** Bits of a stored sample: 16 where `float32` is stored as half floats, 1 where `uint8` is a mask of bits. */
  readonly storedBits: number;
  readonly littleEndian: boolean;
  readonly compression: number;
  readonly predictor: 1 | 2 | 3;
  /** True if each block holds one band, false if pixels are interleaved. */
  readonly planar: boolean;
  /** Strips are blocks as wide as the image. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Strips are cut at the lower edge, tiles are padded. */
  readonly tiled: boolean;
  /** Per block, row by row and, if planar, band after band. A count of 0 is a block left out. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  /** Set where blocks hold images of their own format, which says more than the samples' layout. */
  readonly codec?: JpegCodec | LercCodec;
}

export interface JpegCodec {
  readonly kind: 'jpeg';
  /** Tag 347: quantisation and Huffman tables that all blocks share. */
  readonly tables: Uint8Array<ArrayBuffer> | null;
  /** Blocks hold YCbCr, which is read as RGB. */
  readonly ycbcr: boolean;
}

export interface LercCodec {
  readonly kind: 'lerc';
  /** How the LERC blocks are packed once more. */
  readonly wrapping: 'none' | 'deflate' | 'zstd';
}

export const SAMPLE_BYTES: Readonly<Record<SampleType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  float64: 8,
};

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

export function allocateSamples(type: SampleType, length: number): Samples {
  return new SAMPLE_ARRAYS[type](length);
}

/** Bytes of a row of a block as it is stored, unpacked. */
export function storedRowBytes({ blockWidth, planar, bands, storedBits }: ImageLayout): number {
  return Math.ceil((blockWidth * (planar ? 1 : bands) * storedBits) / 8);
}

/** Piece in which rows of uncompressed strips are read, about. */
const PLAIN_STRIP_BYTES = 2 ** 20;

/**
 * Uncompressed strips may be read from any row on: tall ones are cut, so that a window reads what it needs, and low ones
 * that follow each other in the file are read together.
 */
export function regroupPlainStrips(layout: ImageLayout): ImageLayout {
  const { height, bands, planar, byteCounts } = layout;
  if (byteCounts.includes(0)) return layout;
  const rowBytes = storedRowBytes(layout);
  const strips = Math.ceil(height / layout.blockHeight);
  const starts: number[] = [];
  for (let plane = 0; plane < (planar ? bands : 1); plane++) {
    const start = startOfRows(layout, plane * strips, strips, rowBytes);
    if (start === null) return layout;
    starts.push(start);
  }
  const blockHeight = Math.min(height, Math.max(1, Math.floor(PLAIN_STRIP_BYTES / rowBytes)));
  if (blockHeight === layout.blockHeight) return layout;
  const pieces = starts.flatMap((start) =>
    Array.from({ length: Math.ceil(height / blockHeight) }, (_, i) => ({
      offset: start + i * blockHeight * rowBytes,
      bytes: Math.min(blockHeight, height - i * blockHeight) * rowBytes,
    })),
  );
  return {
    ...layout,
    blockHeight,
    offsets: pieces.map(({ offset }) => offset),
    byteCounts: pieces.map(({ bytes }) => bytes),
  };
}

/** Where the rows of some strips begin, if they lie in one piece; null if not. */
function startOfRows(layout: ImageLayout, first: number, strips: number, rowBytes: number): number | null {
  const { height, blockHeight, offsets, byteCounts } = layout;
  for (let i = 0; i < strips; i++) {
    const rows = Math.min(blockHeight, height - i * blockHeight);
    if (byteCounts[first + i] < rows * rowBytes)
      throw corrupt(phrase('a strip of it is shorter than its rows'));
    if (offsets[first + i] !== offsets[first] + i * blockHeight * rowBytes) return null;
  }
  return offsets[first];
}
