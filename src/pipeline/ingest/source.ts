import { throwIfAborted } from '../errors.ts';
import type { Raster, Samples, Window } from '../scene.ts';
import { readBlock } from './blocks.ts';
import type { ByteSource } from './byte-source.ts';
import { type Inflate, platformInflate } from './codecs.ts';
import { copyPixels, spans } from './copy-pixels.ts';
import {
  BlockCache,
  cacheBytes,
  cropped,
  FEW_BLOCKS,
  keptColumns,
  MAX_CACHE_BYTES,
  PANEL,
} from './kept-blocks.ts';
import { allocateSamples, type ImageLayout, SAMPLE_BYTES } from './layout.ts';
import type { Block } from './stored-samples.ts';

/** Blocks fetched and unpacked at a time, unless they are large. */
const PARALLEL = 4;
const PARALLEL_BYTES = 64 * 2 ** 20;

/** Samples of an image and its overviews. */
export interface ImageReader {
  read(window: Window, bands?: readonly number[], signal?: AbortSignal): Promise<Raster>;
  /**
   * The pixels at `columns` x `rows`, ascending positions of the full-resolution grid, nearest neighbour: from the
   * smallest overview that still holds a pixel for every `step` pixels.
   */
  readAt(
    columns: Int32Array,
    rows: Int32Array,
    step: number,
    bands?: readonly number[],
    signal?: AbortSignal,
  ): Promise<Samples[]>;
  /** Lets go of the blocks that are kept, unless they are a large part of the image. */
  forget(): void;
  /** How many times smaller than the image its smallest overview is; 1 if there is none. */
  readonly reduction: number;
  /** Width in pixels of the panels of {@link SceneSource.panel}. */
  readonly panel: number;
}

/**
 * {@link SceneSource.readDecimated} of a reader: the pixels under the centres of the `width` x `height` asked for.
 */
export async function readDecimated(
  reader: ImageReader,
  window: Window,
  width: number,
  height: number,
  bands?: readonly number[],
  signal?: AbortSignal,
): Promise<Raster> {
  const columns = centres(window.x, window.width, width);
  const rows = centres(window.y, window.height, height);
  const step = Math.min(window.width / width, window.height / height);
  return { window, bands: await reader.readAt(columns, rows, step, bands, signal) };
}

/** Positions under the centres of `count` equal parts of `start .. start + length`. */
function centres(start: number, length: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.floor(start + ((i + 0.5) * length) / count));
}

export interface DecodeOptions {
  /** Bytes of decoded blocks that may be kept; 192 MiB by default. */
  readonly cacheBudget?: number;
  /** The platform's by default. */
  readonly inflate?: Inflate;
}

/** @param fill value of blocks that the file leaves out */
export function imageReader(
  source: ByteSource,
  full: ImageLayout,
  overviews: readonly ImageLayout[],
  fill: number,
  { cacheBudget = MAX_CACHE_BYTES, inflate = platformInflate }: DecodeOptions,
): ImageReader {
  const cache = new BlockCache(Math.min(cacheBudget, cacheBytes(full)));
  const levels = [full, ...overviews];
  const allBands = Array.from({ length: full.bands }, (_, i) => i);

  /** Picks the pixels at `columns` x `rows` (ascending positions in the level) of some bands. */
  async function pick(
    level: number,
    columns: Int32Array,
    rows: Int32Array,
    bands: readonly number[],
    signal?: AbortSignal,
  ): Promise<Samples[]> {
    const layout = levels[level];
    const across = Math.ceil(layout.width / layout.blockWidth);
    const down = Math.ceil(layout.height / layout.blockHeight);
    const out = bands.map(() => allocateSamples(layout.sampleType, columns.length * rows.length));
    const columnSpans = spans(columns, layout.blockWidth);
    const kept = keptColumns(layout, columns);
    const jobs: (() => Promise<void>)[] = [];
    for (const rowSpan of spans(rows, layout.blockHeight)) {
      for (const columnSpan of columnSpans) {
        const place = rowSpan.block * across + columnSpan.block;
        const columnsHere = { all: columns, inBlock: columnSpan };
        const rowsHere = { all: rows, inBlock: rowSpan };
        const copy = (block: Block, band: number, target: Samples) =>
          copyPixels(block, layout, { kept, band, columns: columnsHere, rows: rowsHere }, target);
        const use = (index: number, take: (block: Block) => void) => {
          const key = `${level}/${index}/${kept.left}/${kept.width}`;
          const held = cache.get(key);
          if (held) return take(held);
          jobs.push(async () => {
            const block = cropped(
              await readBlock(source, layout, index, fill, inflate, signal),
              layout.blockWidth,
              kept,
            );
            cache.put(key, block);
            take(block);
          });
        };
        if (layout.planar) {
          bands.forEach((band, k) => {
            use(band * across * down + place, (block) => copy(block, 0, out[k]));
          });
        } else {
          use(place, (block) => {
            bands.forEach((band, k) => {
              copy(block, band, out[k]);
            });
          });
        }
      }
    }
    const blockBytes = layout.blockWidth * layout.blockHeight * SAMPLE_BYTES[layout.sampleType];
    await runAll(jobs, PARALLEL_BYTES / (blockBytes * (layout.planar ? 1 : layout.bands)), signal);
    return out;
  }

  return {
    async read(window, bands = allBands, signal) {
      assertInside(window, full);
      const columns = Int32Array.from({ length: window.width }, (_, i) => window.x + i);
      const rows = Int32Array.from({ length: window.height }, (_, i) => window.y + i);
      return { window, bands: await pick(0, columns, rows, bands, signal) };
    },
    async readAt(columns, rows, step, bands = allBands, signal) {
      const last = (positions: Int32Array) => positions[positions.length - 1];
      if (!(columns[0] >= 0 && rows[0] >= 0 && last(columns) < full.width && last(rows) < full.height)) {
        throw new Error(`positions leave the grid of ${full.width}x${full.height}`);
      }
      const level = coarsestLevel(levels, step);
      const { width, height } = levels[level];
      const scaled = (positions: Int32Array, size: number, fullSize: number) =>
        positions.map((position) => Math.min(size - 1, Math.floor(((position + 0.5) * size) / fullSize)));
      return pick(
        level,
        scaled(columns, width, full.width),
        scaled(rows, height, full.height),
        bands,
        signal,
      );
    },
    forget() {
      if (full.offsets.length > FEW_BLOCKS) cache.clear();
    },
    reduction: full.width / levels[levels.length - 1].width,
    panel: PANEL,
  };
}

/** Sizes of overviews and of tiles at the edge are rounded: a level that is coarser by so much will do. */
const SLACK = 1.05;

/** The smallest level that still has a pixel for every `step` pixels of the image. */
function coarsestLevel(levels: readonly ImageLayout[], step: number): number {
  const [full] = levels;
  const reduction = ({ width, height }: ImageLayout) => Math.max(full.width / width, full.height / height);
  return Math.max(
    0,
    levels.findLastIndex((level) => reduction(level) <= step * SLACK),
  );
}

/** @param most at most so many at a time, and PARALLEL */
async function runAll(
  jobs: readonly (() => Promise<void>)[],
  most: number,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) {
      throwIfAborted(signal);
      await jobs[next++]();
    }
  };
  const lanes = Math.min(PARALLEL, jobs.length, Math.max(1, Math.floor(most)));
  await Promise.all(Array.from({ length: lanes }, lane));
  throwIfAborted(signal);
}

function assertInside(window: Window, grid: { width: number; height: number }): void {
  const { x, y, width, height } = window;
  const whole = [x, y, width, height].every(Number.isInteger);
  if (
    !whole ||
    x < 0 ||
    y < 0 ||
    width < 1 ||
    height < 1 ||
    x + width > grid.width ||
    y + height > grid.height
  ) {
    throw new Error(`window ${x},${y} ${width}x${height} leaves the grid of ${grid.width}x${grid.height}`);
  }
}
