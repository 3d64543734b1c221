import { phrase } from '../phrase.ts';
import { COMPRESSION } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { type Inflate, unpack } from './codecs.ts';
import { truncated } from './directory.ts';
import { unpackJpeg } from './jpeg.ts';
import { allocateSamples, type ImageLayout, SAMPLE_ARRAYS, SAMPLE_BYTES, storedRowBytes } from './layout.ts';
import { unpackLerc } from './lerc.ts';
import { asStored, type Block, swapBytes, toSamples } from './stored-samples.ts';

/**
 * One strip or tile in native samples: all bands, or one if the layout is planar.
 * @param fill value of a block that the file leaves out (sparse files)
 * @throws PipelineError `file/corrupt`, `file/truncated`, `file/unsupported-compression`, and those of {@link ByteSource.read}.
 */
export async function readBlock(
  source: ByteSource,
  layout: ImageLayout,
  index: number,
  fill: number,
  inflate: Inflate,
  signal?: AbortSignal,
): Promise<Block> {
  const samplesPerPixel = layout.planar ? 1 : layout.bands;
  const rows = blockRows(layout, index);
  const count = layout.blockWidth * rows * samplesPerPixel;
  const byteCount = layout.byteCounts[index];
  if (byteCount === 0) return asStored(allocateSamples(layout.sampleType, count).fill(fill), layout);

  const stored = Math.min(byteCount, mostStored(layout, rows));
  const packed = await source.read(layout.offsets[index], stored, signal);
  if (packed.length < stored) throw truncated(phrase('one of its blocks is cut off'));
  if (layout.codec) {
    const bytes =
      layout.codec.kind === 'jpeg'
        ? await unpackJpeg(packed, layout.codec, layout, rows)
        : await unpackLerc(packed, layout.codec, layout, rows);
    // libtiff puts samples into the file's order before it encodes them, so LERC packs swapped numbers.
    if (!layout.littleEndian) swapBytes(bytes, SAMPLE_BYTES[layout.sampleType]);
    return asStored(new SAMPLE_ARRAYS[layout.sampleType](bytes.buffer), layout);
  }
  const bytes = await unpack(packed, layout.compression, rows * storedRowBytes(layout), inflate);
  return toSamples(bytes, layout, rows);
}

/** Bytes beyond which a block holds nothing that is of use, whatever its count claims. */
function mostStored(layout: ImageLayout, rows: number): number {
  const plain = rows * storedRowBytes(layout);
  return layout.compression === COMPRESSION.none ? plain : 4 * plain + WASTE;
}

/** What headers and tables of a block may take. */
const WASTE = 2 ** 20;

/** Rows that a block stores: the last strip holds only what is left of the image. */
function blockRows(layout: ImageLayout, index: number): number {
  if (layout.tiled) return layout.blockHeight;
  const down = Math.ceil(layout.height / layout.blockHeight);
  return Math.min(layout.blockHeight, layout.height - (index % down) * layout.blockHeight);
}
