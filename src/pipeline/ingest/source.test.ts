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

it('reads each strip of a wide scene once for a row of windows', async () => {
  const { file, reads } = countingFile(ROWS * ROW_BYTES);
  const reader = imageReader(file, layout, [], 0, {});
  expect(reader.panel).toBe(Number.POSITIVE_INFINITY);
  for (let x = 0; x < WIDTH; x += 2400) {
    const { bands } = await reader.read({ x, y: 30, width: 576, height: 576 });
    // Rows 30 to 605: strips 1 to 30.
    expect([bands[0][0], bands[2].at(-1)]).toEqual([1 * 257, 30 * 257]);
  }
  expect([...reads.values()]).toEqual(Array.from({ length: 30 }, () => 1));
});

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
