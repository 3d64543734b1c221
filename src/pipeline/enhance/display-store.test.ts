import { describe, expect, it } from 'vitest';
import type { MaskTile } from '../events.ts';
import type { Window } from '../scene.ts';
import { SMALL_STEP, tileIndex } from './display-store.ts';

const SIDE = 64;
const tile = (column: number, row: number): MaskTile => ({
  window: { x: column * SIDE, y: row * SIDE, width: SIDE, height: SIDE },
  classes: Uint8Array.from(
    { length: SIDE * SIDE },
    (_, i) => (column + row + (i % SIDE) + Math.floor(i / SIDE)) % 251,
  ),
});

/** 16 tiles (or none), of which four may be held whole. */
function setUp(tiles = 16, available = true) {
  const fetched: Window[] = [];
  const index = tileIndex<MaskTile>({
    map: (entry, change) => ({ ...entry, classes: change(entry.classes) }),
    byteLength: ({ classes }) => classes.length,
    budget: 4 * SIDE * SIDE,
    fetch: async (window) => {
      fetched.push(window);
      return available ? tile(window.x / SIDE, window.y / SIDE) : null;
    },
  });
  for (let i = 0; i < tiles; i++) index.add(tile(i % 4, Math.floor(i / 4)));
  return { index, fetched };
}
const all = { x: 0, y: 0, width: 4 * SIDE, height: 4 * SIDE };
const expected = (x: number, y: number) =>
  (Math.floor(x / SIDE) + Math.floor(y / SIDE) + (x % SIDE) + (y % SIDE)) % 251;

describe('tiles by place', () => {
  it('answers pixel by pixel, fetching what it does not hold', async () => {
    const { index, fetched } = setUp();
    const at = await index.under({ x: 0, y: 0, width: SIDE, height: SIDE }, 1);
    for (const [x, y] of [
      [0, 0],
      [17, 40],
      [63, 63],
    ]) {
      const found = at(x, y)!;
      expect(found.tile.classes[found.index]).toBe(expected(x, y));
    }
    expect(fetched.length).toBeGreaterThan(0);
    await index.under({ x: 3 * SIDE, y: 3 * SIDE, width: 1, height: 1 }, 1);
    expect(at(5 * SIDE, 0)).toBeNull();
  });

  it('holds no more whole tiles than its budget', async () => {
    const { index, fetched } = setUp();
    await index.under(all, 1);
    const first = fetched.length;
    expect(first).toBe(12);
    await index.under(all, 1);
    expect(fetched.length).toBeGreaterThan(first + 8);
  });

  it('answers an overview from small tiles, without fetching', async () => {
    const { index, fetched } = setUp();
    const at = await index.under(all, SMALL_STEP);
    expect(fetched).toEqual([]);
    for (let y = SMALL_STEP / 2; y < all.height; y += SMALL_STEP) {
      const found = at(y, y)!;
      expect(found.tile.classes[found.index]).toBe(expected(y, y));
      expect(found.tile.classes.length).toBe((SIDE / SMALL_STEP) ** 2);
    }
  });

  it('fetches a tile that came small when it is looked at, and again when it came anew', async () => {
    const { index, fetched } = setUp(0);
    const { window } = tile(0, 0);
    for (const count of [1, 2]) {
      index.addSmall({ window, classes: new Uint8Array((SIDE / SMALL_STEP) ** 2) });
      for (let look = 0; look < 2; look++) {
        const found = (await index.under(window, 1))(17, 40)!;
        expect(found.tile.classes[found.index]).toBe(expected(17, 40));
      }
      expect(fetched).toEqual(Array.from({ length: count }, () => window));
    }
  });

  it('falls back to small tiles where the whole ones are gone', async () => {
    const { index } = setUp(16, false);
    const found = (await index.under(all, 1))(3, 5)!;
    expect(found.tile.classes[found.index]).toBe(expected(SMALL_STEP / 2, SMALL_STEP / 2));
  });
});
