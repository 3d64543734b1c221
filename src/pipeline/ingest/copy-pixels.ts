import type { Samples, SampleType } from '../scene.ts';
import type { BlockColumns } from './kept-blocks.ts';
import type { ImageLayout } from './layout.ts';
import type { Block } from './stored-samples.ts';

/** Positions that lie in one row or column of blocks. */
export interface Span {
  readonly block: number;
  /** Range of indices into the list of positions. */
  readonly from: number;
  readonly to: number;
}

/** Groups ascending positions by the block that holds them. */
export function spans(positions: Int32Array, blockSize: number): Span[] {
  const out: Span[] = [];
  for (let from = 0, to = 0; from < positions.length; from = to) {
    const block = Math.floor(positions[from] / blockSize);
    const end = (block + 1) * blockSize;
    while (to < positions.length && positions[to] < end) to++;
    out.push({ block, from, to });
  }
  return out;
}

/** Ascending positions along one axis of an image, and which of them lie in the block. */
interface Positions {
  readonly all: Int32Array;
  readonly inBlock: Span;
}

/**
 * Copies the pixels of one band at `columns` x `rows`, as far as they lie in the block, to their places in `target`.
 * @param kept The columns that are held of the block.
 * @param band Among those that the block holds.
 * @param target All columns x all rows, row by row.
 */
export function copyPixels(
  { samples, pixelStep, bandStep }: Block,
  layout: ImageLayout,
  at: {
    readonly kept: BlockColumns;
    readonly band: number;
    readonly columns: Positions;
    readonly rows: Positions;
  },
  target: Samples,
): void {
  const { kept, band } = at;
  const { all: columns, inBlock: columnSpan } = at.columns;
  const { all: rows, inBlock: rowSpan } = at.rows;
  const from = bits(samples, layout.sampleType);
  const to = bits(target, layout.sampleType);
  const rowSamples = kept.width * (layout.planar ? 1 : layout.bands);
  const left = columnSpan.block * layout.blockWidth + kept.left;
  const top = rowSpan.block * layout.blockHeight;
  const first = columns[columnSpan.from] - left;
  const count = columnSpan.to - columnSpan.from;
  const contiguous = columns[columnSpan.to - 1] - left - first === count - 1;
  for (let r = rowSpan.from; r < rowSpan.to; r++) {
    const start = (rows[r] - top) * rowSamples + band * bandStep;
    const out = r * columns.length;
    if (contiguous && pixelStep === 1) {
      to.set(from.subarray(start + first, start + first + count), out + columnSpan.from);
    } else if (contiguous) {
      let i = start + first * pixelStep;
      for (let c = out + columnSpan.from; c < out + columnSpan.to; c++, i += pixelStep) to[c] = from[i];
    } else {
      for (let c = columnSpan.from; c < columnSpan.to; c++) {
        to[out + c] = from[start + (columns[c] - left) * pixelStep];
      }
    }
  }
}

/** Floats are copied as integers: a number passed through a register may lose the payload of its NaN. */
function bits(samples: Samples, type: SampleType): Samples {
  return type === 'float32' ? new Uint32Array(samples.buffer, samples.byteOffset, samples.length) : samples;
}
