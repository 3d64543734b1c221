import { throwIfAborted } from '../errors.ts';
import type { Samples, SampleType, SceneSource, Window } from '../scene.ts';
import { allocate, readBlock } from './blocks.ts';
import type { ByteSource } from './byte-source.ts';
import { type ImageLayout, SAMPLE_BYTES } from './layout.ts';

/**
 * Decoded blocks are kept, because neighbouring windows with their halo ask for the same ones again: two
 * rows of blocks, within these bounds.
 */
const MIN_CACHE_BYTES = 32 * 2 ** 20;
const MAX_CACHE_BYTES = 192 * 2 ** 20;
/** Blocks fetched and unpacked at a time. */
const PARALLEL = 4;

/** Samples of one TIFF image and its overviews, window by window. */
export type ImageReader = Pick<SceneSource, 'read' | 'readDecimated'>;

/**
 * @param fill value of blocks that the file leaves out
 */
export function imageReader(
  source: ByteSource,
  full: ImageLayout,
  overviews: readonly ImageLayout[],
  fill: number,
): ImageReader {
  const cache = new BlockCache(cacheBytes(full));
  const levels = [full, ...overviews];
  const allBands = Array.from({ length: full.bands }, (_, i) => i);

  async function block(level: number, index: number, signal?: AbortSignal): Promise<Samples> {
    const key = `${level}/${index}`;
    const held = cache.get(key);
    if (held) return held;
    const samples = await readBlock(source, levels[level], index, fill, signal);
    cache.put(key, samples);
    return samples;
  }

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
    const out = bands.map(() => allocate(layout.sampleType, columns.length * rows.length));
    const columnSpans = spans(columns, layout.blockWidth);
    const jobs: (() => Promise<void>)[] = [];
    for (const rowSpan of spans(rows, layout.blockHeight)) {
      for (const columnSpan of columnSpans) {
        const place = rowSpan.block * across + columnSpan.block;
        const copy = (samples: Samples, band: number, target: Samples) =>
          copyPixels(samples, layout, band, columns, columnSpan, rows, rowSpan, target);
        if (layout.planar) {
          bands.forEach((band, k) => {
            jobs.push(async () => copy(await block(level, band * across * down + place, signal), 0, out[k]));
          });
        } else {
          jobs.push(async () => {
            const samples = await block(level, place, signal);
            bands.forEach((band, k) => {
              copy(samples, band, out[k]);
            });
          });
        }
      }
    }
    await runAll(jobs, signal);
    return out;
  }

  return {
    async read(window, bands = allBands, signal) {
      assertInside(window, full);
      const columns = Int32Array.from({ length: window.width }, (_, i) => window.x + i);
      const rows = Int32Array.from({ length: window.height }, (_, i) => window.y + i);
      return { window, bands: await pick(0, columns, rows, bands, signal) };
    },
    async readDecimated(window, width, height, bands = allBands, signal) {
      assertInside(window, full);
      const level = coarsestLevel(levels, window, width, height);
      const layout = levels[level];
      const columns = nearest(window.x, window.width, width, layout.width / full.width, layout.width);
      const rows = nearest(window.y, window.height, height, layout.height / full.height, layout.height);
      return { window, bands: await pick(level, columns, rows, bands, signal) };
    },
  };
}

/** The smallest level that still has a pixel for each one asked for. */
function coarsestLevel(
  levels: readonly ImageLayout[],
  window: Window,
  width: number,
  height: number,
): number {
  for (let level = levels.length - 1; level > 0; level--) {
    const enoughColumns = (window.width * levels[level].width) / levels[0].width >= width;
    const enoughRows = (window.height * levels[level].height) / levels[0].height >= height;
    if (enoughColumns && enoughRows) return level;
  }
  return 0;
}

/** Positions in a level (scaled by `ratio`) under the centres of `count` output pixels. */
function nearest(start: number, length: number, count: number, ratio: number, limit: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(limit - 1, Math.floor((start + ((i + 0.5) * length) / count) * ratio)),
  );
}

interface Span {
  readonly block: number;
  /** Range of indices into the list of positions. */
  readonly from: number;
  readonly to: number;
}

/** Groups ascending positions by the block that holds them. */
function spans(positions: Int32Array, blockSize: number): Span[] {
  const out: Span[] = [];
  for (let from = 0, to = 0; from < positions.length; from = to) {
    const block = Math.floor(positions[from] / blockSize);
    const end = (block + 1) * blockSize;
    while (to < positions.length && positions[to] < end) to++;
    out.push({ block, from, to });
  }
  return out;
}

function copyPixels(
  samples: Samples,
  layout: ImageLayout,
  band: number,
  columns: Int32Array,
  columnSpan: Span,
  rows: Int32Array,
  rowSpan: Span,
  target: Samples,
): void {
  const from = bits(samples, layout.sampleType);
  const to = bits(target, layout.sampleType);
  const stride = layout.planar ? 1 : layout.bands;
  const left = columnSpan.block * layout.blockWidth;
  const top = rowSpan.block * layout.blockHeight;
  const first = columns[columnSpan.from] - left;
  const count = columnSpan.to - columnSpan.from;
  const contiguous = stride === 1 && columns[columnSpan.to - 1] - left - first === count - 1;
  for (let r = rowSpan.from; r < rowSpan.to; r++) {
    const line = (rows[r] - top) * layout.blockWidth;
    const out = r * columns.length;
    if (contiguous) {
      to.set(from.subarray(line + first, line + first + count), out + columnSpan.from);
      continue;
    }
    for (let c = columnSpan.from; c < columnSpan.to; c++) {
      to[out + c] = from[(line + columns[c] - left) * stride + band];
    }
  }
}

/** Floats are copied as integers: a number passed through a register may lose the payload of its NaN. */
function bits(samples: Samples, type: SampleType): Samples {
  return type === 'float32' ? new Uint32Array(samples.buffer, samples.byteOffset, samples.length) : samples;
}

async function runAll(jobs: readonly (() => Promise<void>)[], signal?: AbortSignal): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) {
      throwIfAborted(signal);
      await jobs[next++]();
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, jobs.length) }, lane));
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

function cacheBytes({ width, blockWidth, blockHeight, bands, sampleType }: ImageLayout): number {
  const paddedWidth = Math.ceil(width / blockWidth) * blockWidth;
  const twoRows = 2 * paddedWidth * blockHeight * bands * SAMPLE_BYTES[sampleType];
  return Math.min(MAX_CACHE_BYTES, Math.max(MIN_CACHE_BYTES, twoRows));
}

/** Least recently used blocks go first; the newest one stays whatever its size. */
class BlockCache {
  private readonly blocks = new Map<string, Samples>();
  private bytes = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): Samples | undefined {
    const samples = this.blocks.get(key);
    if (samples) {
      this.blocks.delete(key);
      this.blocks.set(key, samples);
    }
    return samples;
  }

  put(key: string, samples: Samples): void {
    if (this.blocks.has(key)) return;
    this.blocks.set(key, samples);
    this.bytes += samples.byteLength;
    for (const [oldest, old] of this.blocks) {
      if (this.bytes <= this.limit || oldest === key) break;
      this.blocks.delete(oldest);
      this.bytes -= old.byteLength;
    }
  }
}
