import { cropPlane } from '../windows.ts';
import { type ImageLayout, SAMPLE_BYTES } from './layout.ts';
import type { Block } from './stored-samples.ts';

/** Decoded blocks are kept, because neighbouring windows with their halo ask for the same ones again. Within these bounds: */
const MIN_CACHE_BYTES = 32 * 2 ** 20;
export const MAX_CACHE_BYTES = 192 * 2 ** 20;
/**
 * Rows of strips that are kept: every window of a row of windows needs the same strips from side to side, so that with
 * room for fewer each would be decoded again for each window. A run's windows are 576 pixels high.
 */
const KEPT_ROWS = 576;
/** They reach so far beyond the tile that they are read for, and so begin anywhere in a block. */
const WINDOW_MARGIN = 160;
/**
 * Blocks are kept for so many pixels across, half a Sentinel-2 scene: windows are read panel by panel, each from top to
 * bottom, so that what is kept does not grow with the width of the scene. Tiles at the border of two are decoded twice, and
 * strips, of which only the part in the panel is kept, once for each.
 */
export const PANEL = 5632;
/** An image of no more blocks is soon asked for most of them again. */
export const FEW_BLOCKS = 64;

/** Columns of a block. */
export interface BlockColumns {
  readonly left: number;
  readonly width: number;
}

/** What is kept of the blocks that these columns lie in: of strips what windows of one panel ask for. */
export function keptColumns({ width, blockWidth, tiled }: ImageLayout, columns: Int32Array): BlockColumns {
  const whole = { left: 0, width: blockWidth };
  if (tiled) return whole;
  const [first, last] = [columns[0], columns[columns.length - 1]];
  const panel = Math.floor((first + last) / 2 / PANEL) * PANEL;
  const left = Math.max(0, panel - WINDOW_MARGIN);
  const right = Math.min(width, panel + PANEL + WINDOW_MARGIN);
  return first >= left && last < right ? { left, width: right - left } : whole;
}

/** Those columns of a block. */
export function cropped(block: Block, blockWidth: number, { left, width }: BlockColumns): Block {
  if (width === blockWidth) return block;
  const { samples, pixelStep, bandStep } = block;
  const from = {
    x: 0,
    y: 0,
    width: blockWidth * pixelStep,
    height: samples.length / (blockWidth * pixelStep),
  };
  return {
    samples: cropPlane(samples, from, { ...from, x: left * pixelStep, width: width * pixelStep }),
    pixelStep,
    bandStep: bandStep === blockWidth ? width : bandStep,
  };
}

/** Bytes of the blocks that the windows of a run share: strips or tiles across a panel. */
export function cacheBytes({ width, blockWidth, blockHeight, bands, sampleType }: ImageLayout): number {
  const strips = blockWidth >= width;
  const unit = strips ? 1 : blockWidth;
  const across = Math.min(width, PANEL + 2 * Math.max(unit, WINDOW_MARGIN));
  const down = strips ? KEPT_ROWS / blockHeight + 2 : Math.max(2, (KEPT_ROWS + WINDOW_MARGIN) / blockHeight);
  const pixels = Math.ceil(across / unit) * unit * Math.ceil(down) * blockHeight;
  return Math.max(MIN_CACHE_BYTES, pixels * bands * SAMPLE_BYTES[sampleType]);
}

/** Least recently used blocks go first; the newest one stays whatever its size. */
export class BlockCache {
  private readonly blocks = new Map<string, Block>();
  private bytes = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): Block | undefined {
    const block = this.blocks.get(key);
    if (block) {
      this.blocks.delete(key);
      this.blocks.set(key, block);
    }
    return block;
  }

  clear(): void {
    this.blocks.clear();
    this.bytes = 0;
  }

  put(key: string, block: Block): void {
    if (this.blocks.has(key)) return;
    this.blocks.set(key, block);
    this.bytes += block.samples.byteLength;
    for (const [oldest, old] of this.blocks) {
      if (this.bytes <= this.limit || oldest === key) break;
      this.blocks.delete(oldest);
      this.bytes -= old.samples.byteLength;
    }
  }
}
