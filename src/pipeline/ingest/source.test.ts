import { expect, it } from 'vitest';
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

it('reads each strip of a wide scene once for a row of windows', async () => {
  const reads = new Map<number, number>();
  const file = {
    name: 'wide.tif',
    size: HEIGHT * ROW_BYTES,
    async read(position: number, length: number) {
      reads.set(position, (reads.get(position) ?? 0) + 1);
      return new Uint8Array(length).fill(position / (ROWS * ROW_BYTES));
    },
  };
  const reader = imageReader(file, layout, [], 0, {});
  for (let x = 0; x < WIDTH; x += 2400) {
    const { bands } = await reader.read({ x, y: 30, width: 576, height: 576 });
    // Rows 30 to 605: strips 1 to 30.
    expect([bands[0][0], bands[2].at(-1)]).toEqual([1 * 257, 30 * 257]);
  }
  expect([...reads.values()]).toEqual(Array.from({ length: 30 }, () => 1));
});
