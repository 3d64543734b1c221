import { expect, it } from 'vitest';
import { byPanel } from '../job.ts';
import type { Window } from '../scene.ts';
import { planTiles } from '../tiles.ts';
import { clipWindow, growWindow } from '../windows.ts';
import type { ImageLayout } from './layout.ts';
import { imageReader } from './source.ts';

const WIDTH = 12_000;
const HEIGHT = 700;
const ROWS = 20;
const ROW_BYTES = WIDTH * 3 * 2;
const STRIPS = HEIGHT / ROWS;

const layout: ImageLayout = {
  width: WIDTH,
  height: HEIGHT,
  bands: 3,
  sampleType: 'uint16',
  storedBits: 16,
  littleEndian: true,
  compression: 1,
  predictor: 1,
  planar: false,
  blockWidth: WIDTH,
  blockHeight: ROWS,
  tiled: false,
  offsets: Array.from({ length: STRIPS }, (_, i) => i * ROWS * ROW_BYTES),
  byteCounts: Array.from({ length: STRIPS }, () => ROWS * ROW_BYTES),
};

/** Counts how often each block of an uncompressed file is read. */
function countingFile(blockBytes: number) {
  const reads = new Map<number, number>();
  const file = {
    name: 'wide.tif',
    size: Number.POSITIVE_INFINITY,
    async read(position: number, length: number) {
      reads.set(position, (reads.get(position) ?? 0) + 1);
      return new Uint8Array(length).fill(position / blockBytes);
    },
  };
  return { file, reads };
}

it('reads each strip of a wide scene once for a row of windows in a panel', async () => {
  const { file, reads } = countingFile(ROWS * ROW_BYTES);
  const { panel, read } = imageReader(file, layout, [], 0, {});
  for (let x = 256; x < 2 * panel; x += 768) {
    const { bands } = await read({ x: x - 160, y: 30, width: 576, height: 576 });
    // Rows 30 to 605: strips 1 to 30.
    expect([bands[0][0], bands[2].at(-1)]).toEqual([1 * 257, 30 * 257]);
  }
  expect([...reads.values()]).toEqual(Array.from({ length: 30 }, () => 2));
});

it('keeps blocks until it is told to forget them, and those of an image of few blocks even then', async () => {
  for (const rows of [1, ROWS]) {
    const { file, reads } = countingFile(rows * ROW_BYTES);
    const blocks = HEIGHT / rows;
    const offsets = Array.from({ length: blocks }, (_, i) => i * rows * ROW_BYTES);
    const byteCounts = offsets.map(() => rows * ROW_BYTES);
    const { read, forget } = imageReader(
      file,
      { ...layout, blockHeight: rows, offsets, byteCounts },
      [],
      0,
      {},
    );
    const times = async () => {
      await read({ x: 0, y: 0, width: 64, height: 1 });
      return reads.get(0);
    };
    expect([await times(), await times()]).toEqual([1, 1]);
    forget();
    expect(await times()).toBe(blocks > 64 ? 2 : 1);
  }
});

it.each([1, 2])(
  'gives the same samples of wide strips whatever is kept of them (predictor %i)',
  async (predictor) => {
    const strip = Uint16Array.from({ length: WIDTH * 3 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 16);
    const bytes = new Uint8Array(strip.buffer);
    const file = { name: 'wide.tif', size: bytes.length, read: async () => bytes.slice() };
    const one = { ...layout, height: 1, blockHeight: 1, predictor: predictor as 1 | 2, offsets: [0] };
    const { read } = imageReader(file, { ...one, byteCounts: [bytes.length] }, [], 0, {});
    const whole = await read({ x: 0, y: 0, width: WIDTH, height: 1 });
    for (const x of [0, 5400, 5700, 11_000, 11_424]) {
      const { bands } = await read({ x, y: 0, width: 576, height: 1 });
      expect(bands).toEqual(whole.bands.map((band) => band.slice(x, x + 576)));
    }
  },
);

it.each([256, 512])(
  'reads tiles of %i once where windows go panel by panel, but at their borders',
  async (side) => {
    const [width, height] = [12_288, 1024];
    const across = width / side;
    const count = across * Math.ceil(height / side);
    const tiled: ImageLayout = {
      ...layout,
      ...{ width, height, blockWidth: side, blockHeight: side, tiled: true },
      offsets: Array.from({ length: count }, (_, i) => i * side * side * 6),
      byteCounts: Array.from({ length: count }, () => side * side * 6),
    };
    const { file, reads } = countingFile(side * side * 6);
    const source = imageReader(file, tiled, [], 0, {});
    const grid = { width, height, transform: null, crs: { code: '', name: '', units: 'm' as const } };
    const tiles = planTiles(grid);
    const keys = tiles.windows.map((_, key) => key);
    for (const key of byPanel({ layout: tiles, source }, keys)) {
      await source.read(clipWindow(growWindow(tiles.windows[key], 160), width, height) as Window, [0]);
    }
    for (const [position, times] of reads) {
      const middle = ((Math.round(position / (side * side * 6)) % across) + 0.5) * side;
      const shared = [1, 2].some((i) => Math.abs(middle - i * source.panel) < side / 2 + 160);
      expect(times).toBeLessThanOrEqual(shared ? 2 : 1);
    }
  },
);
