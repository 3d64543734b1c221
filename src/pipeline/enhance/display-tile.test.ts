import { describe, expect, test } from 'vitest';
import type { Scene, SceneSource, Window } from '../scene.ts';
import { MASK_CLASS, PROVENANCE } from '../scene.ts';
import { NO_METADATA } from '../testing/metadata.ts';
import { displayStore } from './display-store.ts';
import { type DisplayRequest, displayTile, firstDisplayBands, probePixel } from './display-tile.ts';

const WIDTH = 100;
const HEIGHT = 70;

/** Two bands: band 0 holds 1000 + x, band 1 holds 2000 + y; reflectance = sample / 1000 - 1. */
function source(nodata: number | null = null): SceneSource {
  const sample = (band: number, x: number, y: number) => (band === 0 ? 1000 + x : 2000 + y);
  const pick = (window: Window, width: number, height: number, bands: readonly number[]) => ({
    window,
    bands: bands.map((band) =>
      Uint16Array.from({ length: width * height }, (_, i) => {
        const x = Math.floor(window.x + (((i % width) + 0.5) * window.width) / width);
        const y = Math.floor(window.y + ((Math.floor(i / width) + 0.5) * window.height) / height);
        if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) throw new Error('read beyond the grid');
        return sample(band, x, y);
      }),
    ),
  });
  const band = (index: number) =>
    ({ index, role: 'other', description: '', scale: 0.001, offset: -1 }) as const;
  const scene: Scene = {
    name: 'test.tif',
    grid: {
      width: WIDTH,
      height: HEIGHT,
      transform: null,
      crs: { code: 'LOCAL', name: '', units: 'pixels' },
    },
    bands: [band(0), band(1)],
    sampleType: 'uint16',
    nodata,
    sensor: 'unknown',
    byteLength: WIDTH * HEIGHT * 4,
    decisions: [],
    notices: [],
    metadata: NO_METADATA,
  };
  return {
    scene,
    read: async (window, bands = [0, 1]) => pick(window, window.width, window.height, bands),
    readDecimated: async (window, width, height, bands = [0, 1]) => pick(window, width, height, bands),
  };
}

const request = (layer: DisplayRequest['layer'], window: Window, width: number, height: number) => ({
  layer,
  window,
  width,
  height,
  bands: [0, 1],
});

/** A repaired tile of 16 x 16 at (32, 16): its left half was generated as 5000, the rest observed. */
function storeWithRepair() {
  const store = displayStore();
  const window = { x: 32, y: 16, width: 16, height: 16 };
  const left = (i: number) => i % 16 < 8;
  const plane = (value: number, other: number) =>
    Uint8Array.from({ length: 256 }, (_, i) => (left(i) ? value : other));
  store.masks.add({ window, classes: plane(MASK_CLASS.thin, MASK_CLASS.clear) });
  store.masks.add({ window, classes: plane(MASK_CLASS.thick, MASK_CLASS.clear) });
  store.repaired.add({
    window,
    bands: [new Uint16Array(256).fill(5000), new Uint16Array(256).fill(5000)],
    provenance: plane(PROVENANCE.generated, PROVENANCE.observed),
    confidence: plane(40, 100),
  });
  return store;
}

describe('displayTile', () => {
  test('gives reflectance and validity at full resolution', async () => {
    const tile = await displayTile(
      source(),
      displayStore(),
      request('before', { x: 10, y: 20, width: 4, height: 2 }, 4, 2),
    );
    expect(tile).toMatchObject({ width: 4, height: 2, channels: 3 });
    expect(Array.from(tile.data.subarray(0, 3))).toEqual([Math.fround(0.01), Math.fround(1.02), 1]);
    expect(tile.data[4 * 3 + 1]).toBeCloseTo(1.021, 6);
  });

  test.each([
    [{ x: -8, y: -8, width: 16, height: 16 }, 16],
    [{ x: 64, y: 0, width: 64, height: 128 }, 16],
    [{ x: 0, y: 0, width: 1024, height: 1024 }, 256],
    [{ x: 96, y: 64, width: 8, height: 8 }, 32],
  ])('marks what lies beyond the scene as invalid: %o', async (window, size) => {
    const tile = await displayTile(source(), displayStore(), request('before', window, size, size));
    const step = window.width / size;
    const stepDown = window.height / size;
    for (let i = 0; i < size * size; i++) {
      const x = Math.floor(window.x + ((i % size) + 0.5) * step);
      const y = Math.floor(window.y + (Math.floor(i / size) + 0.5) * stepDown);
      const inside = x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT;
      expect(tile.data[i * 3 + 2]).toBe(inside ? 1 : 0);
      if (inside) expect(Math.abs(tile.data[i * 3] - x / 1000)).toBeLessThan(step / 1000);
    }
  });

  test.each([
    [{ x: 0, y: 0, width: 64, height: 64 }, 0],
    [{ x: -36, y: 0, width: 64, height: 64 }, 4],
    [{ x: -64, y: 0, width: 64, height: 64 }, null],
    [{ x: 64, y: 0, width: 64, height: 64 }, null],
  ])('a scene one pixel wide is a line, zoomed out as well: %o', async (window, line) => {
    const whole = source();
    const grid = { ...whole.scene.grid, width: 1 };
    const narrow = { ...whole, scene: { ...whole.scene, grid } };
    const tile = await displayTile(narrow, displayStore(), request('before', window, 8, 8));
    const shown = [...tile.data.keys()].filter((i) => i % 3 === 2 && tile.data[i] === 1);
    const columns = new Set(shown.map((i) => ((i - 2) / 3) % 8));
    expect([...columns]).toEqual(line === null ? [] : [line]);
    expect(shown).toHaveLength(line === null ? 0 : 8);
  });

  test('a window wholly beyond the scene is empty', async () => {
    const tile = await displayTile(
      source(),
      displayStore(),
      request('after', { x: 500, y: 0, width: 64, height: 64 }, 8, 8),
    );
    expect(tile.data.every((value) => value === 0)).toBe(true);
  });

  test.each([1, 3, 4, 7])(
    'after differs from before only where it was repaired, zoomed out by %i',
    async (zoom) => {
      const window = { x: 0, y: 0, width: 84, height: 63 };
      const [width, height] = [84 / zoom, 63 / zoom].map(Math.floor);
      const fitting = { ...window, width: width * zoom, height: height * zoom };
      const store = storeWithRepair();
      const before = await displayTile(source(), store, request('before', fitting, width, height));
      const after = await displayTile(source(), store, request('after', fitting, width, height));
      const provenance = await displayTile(source(), store, request('provenance', fitting, width, height));
      let changed = 0;
      for (let i = 0; i < width * height; i++) {
        const generated =
          provenance.data[i * 2] === PROVENANCE.generated && provenance.data[i * 2 + 1] === 255;
        if (generated) changed++;
        expect(after.data[i * 3]).toBe(generated ? 4 : before.data[i * 3]);
      }
      expect(changed).toBeGreaterThan(0);
    },
  );

  test('shows the latest mask, and nothing where none is known', async () => {
    const tile = await displayTile(
      source(),
      storeWithRepair(),
      request('mask', { x: 31, y: 16, width: 2, height: 1 }, 2, 1),
    );
    expect(Array.from(tile.data)).toEqual([0, 0, MASK_CLASS.thick, 255]);
  });

  test('no-data samples are invalid only where no band has data', async () => {
    const window = { x: 10, y: 20, width: 2, height: 1 };
    const one = await displayTile(source(1010), displayStore(), {
      ...request('before', window, 2, 1),
      bands: [0],
    });
    expect([one.data[1], one.data[3]]).toEqual([0, 1]);
    const both = await displayTile(source(1010), displayStore(), request('before', window, 2, 1));
    expect(both.data[2]).toBe(1);
  });
});

test('probePixel gives native values before and after, and null beyond the scene', async () => {
  const store = storeWithRepair();
  expect(await probePixel(source(), store, 33.7, 20.2)).toEqual({
    x: 33,
    y: 20,
    before: [1033, 2020],
    after: [5000, 5000],
    mask: MASK_CLASS.thick,
    provenance: PROVENANCE.generated,
    confidence: 40,
  });
  expect(await probePixel(source(), store, 0, 0)).toMatchObject({ after: [1000, 2000], mask: null });
  expect(await probePixel(source(), store, -1, 0)).toMatchObject({ before: null, after: null });
});

test('firstDisplayBands repeats a single band', () => {
  expect(firstDisplayBands({ ...source().scene, bands: source().scene.bands.slice(0, 1) })).toEqual([
    0, 0, 0,
  ]);
});
