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

export function allocate(type: SampleType, length: number): Samples {
  return new SAMPLE_ARRAYS[type](length);
}

/** Bytes of a row of a block as it is stored, unpacked. */
export function storedRowBytes({ blockWidth, planar, bands, storedBits }: ImageLayout): number {
  return Math.ceil((blockWidth * (planar ? 1 : bands) * storedBits) / 8);
}

/** Largest piece in which rows of uncompressed strips are read. */
const PLAIN_STRIP_BYTES = 2 ** 20;

/** Uncompressed strips may be read from any row on: tall ones are cut, so that a window reads what it needs. */
export function splitPlainStrips(layout: ImageLayout): ImageLayout {
  const { height, bands, planar, offsets, byteCounts } = layout;
  const rowBytes = storedRowBytes(layout);
  const blockHeight = Math.max(1, Math.floor(PLAIN_STRIP_BYTES / rowBytes));
  const parts = layout.blockHeight / blockHeight;
  // Strips of one height only, and pieces that fill them: so the table stays regular.
  const single = layout.blockHeight === height;
  if (parts <= 1 || !(single || Number.isInteger(parts)) || byteCounts.includes(0)) return layout;
  const cutOffsets: number[] = [];
  const cutCounts: number[] = [];
  const strips = Math.ceil(height / layout.blockHeight);
  for (let i = 0; i < strips * (planar ? bands : 1); i++) {
    const top = (i % strips) * layout.blockHeight;
    const rows = Math.min(layout.blockHeight, height - top);
    for (let row = 0; row < rows; row += blockHeight) {
      const length = Math.min(blockHeight, rows - row) * rowBytes;
      if (row * rowBytes + length > byteCounts[i]) throw corrupt('a strip of it is shorter than its rows');
      cutOffsets.push(offsets[i] + row * rowBytes);
      cutCounts.push(length);
    }
  }
  return { ...layout, blockHeight, offsets: cutOffsets, byteCounts: cutCounts };
}
