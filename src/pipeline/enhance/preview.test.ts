import { describe, expect, it } from 'vitest';
import { memoryPages } from '../pages.ts';
import type { Window } from '../scene.ts';
import { memorySource } from '../testing/memory-source.ts';
import { needsPreview, withPreview } from './preview.ts';
import { sceneStretch } from './stretch.ts';

/** Position of the pixel in its samples: 3100 x 2070 pixels, the column in one band, the row in the other. */
function setUp(budget = 64 * 2 ** 20) {
  const scene = memorySource({
    width: 3100,
    height: 2070,
    roles: ['red', 'green'],
    sample: (x, y, band) => (band === 0 ? x : y),
  });
  const decimated: Window[] = [];
  const counting = {
    ...scene,
    readDecimated: (...request: Parameters<typeof scene.readDecimated>) => {
      decimated.push(request[0]);
      return scene.readDecimated(...request);
    },
  };
  const pages = memoryPages();
  return { scene, counting, decimated, pages, source: withPreview(counting, pages, budget) };
}

const WHOLE = { x: 0, y: 0, width: 3100, height: 2070 };

describe('the preview', () => {
  it('is made in one pass over the scene, for all views that are coarse', async () => {
    const { source, decimated } = setUp();
    expect(needsPreview(source)).toBe(true);
    await Promise.all([source.readDecimated(WHOLE, 97, 65), source.readDecimated(WHOLE, 194, 130)]);
    const rows = decimated.reduce((sum, window) => sum + window.height, 0);
    expect(rows).toBe(2070);
    await source.readDecimated({ x: 512, y: 300, width: 1024, height: 1024 }, 256, 256);
    expect(decimated.reduce((sum, window) => sum + window.height, 0)).toBe(rows);
    await source.readDecimated({ x: 512, y: 300, width: 512, height: 512 }, 256, 256);
    expect(decimated.at(-1)).toEqual({ x: 512, y: 300, width: 512, height: 512 });
  });

  it.each([
    [WHOLE, 97, 65],
    [{ x: 0, y: 0, width: 2048, height: 2048 }, 256, 256],
    [{ x: 1024, y: 1024, width: 1024, height: 1024 }, 256, 256],
    [{ x: 2944, y: 1920, width: 156, height: 150 }, 39, 37],
    [{ x: 3099, y: 2069, width: 1, height: 1 }, 1, 1],
  ])('shows pixels near those asked for: %o to %i x %i', async (window, width, height) => {
    const { source, scene } = setUp();
    const seen = await source.readDecimated(window, width, height);
    const exact = await scene.readDecimated(window, width, height);
    seen.bands.forEach((samples, band) => {
      expect(samples).toHaveLength(width * height);
      samples.forEach((value, i) => {
        expect(Math.abs(value - exact.bands[band][i])).toBeLessThanOrEqual(3);
      });
    });
  });

  it('reads only the bands and rows that are looked at', async () => {
    const { source, decimated } = setUp();
    await source.readDecimated({ x: 0, y: 1100, width: 1024, height: 256 }, 256, 64, [1]);
    expect(decimated).toEqual([{ x: 0, y: 1024, width: 3100, height: 1024 }]);
  });

  it.each([256, 512, 1024])(
    'takes whole rows of blocks: of %i pixels, too, each is decoded once',
    async (size) => {
      const { source, decimated } = setUp();
      await source.readDecimated(WHOLE, 97, 65);
      const rows = decimated.flatMap(({ y, height }) => {
        const first = Math.floor(y / size);
        return Array.from({ length: Math.ceil((y + height) / size) - first }, (_, i) => first + i);
      });
      expect(rows).toEqual([...new Set(rows)]);
      expect(rows).toHaveLength(Math.ceil(2070 / size));
    },
  );

  it('is coarser where there is less room', async () => {
    const { source, decimated } = setUp(100_000);
    await source.readDecimated({ x: 0, y: 0, width: 1024, height: 1024 }, 128, 128);
    expect(decimated).toEqual([{ x: 0, y: 0, width: 1024, height: 1024 }]);
    await source.readDecimated(WHOLE, 97, 65);
    expect(decimated.slice(1).every(({ width }) => width === 3100)).toBe(true);
  });

  it('outlives its source, in its pages; where they are full, views come from the scene', async () => {
    const { source, pages, counting, decimated } = setUp();
    const first = await source.readDecimated(WHOLE, 97, 65);
    decimated.length = 0;
    const again = await withPreview(counting, pages, 64 * 2 ** 20).readDecimated(WHOLE, 97, 65);
    expect(again.bands).toEqual(first.bands);
    expect(decimated).toEqual([]);

    const none = {
      ...memoryPages(),
      set: () => {
        throw new Error('full');
      },
    };
    const bare = await withPreview(counting, none, 64 * 2 ** 20).readDecimated(WHOLE, 97, 65, [0]);
    expect(bare.bands[0]).toHaveLength(97 * 65);
    expect(decimated.at(-1)).toEqual(WHOLE);
  });

  it('stops when cancelled, and goes on for who still waits', async () => {
    const { source } = setUp();
    const abort = new AbortController();
    const given = source.readDecimated(WHOLE, 97, 65, [0], abort.signal);
    const other = source.readDecimated(WHOLE, 97, 65, [0]);
    abort.abort();
    await expect(given).rejects.toMatchObject({ code: 'job/cancelled' });
    expect((await other).bands[0]).toHaveLength(97 * 65);
  });
});

it('the stretch of a large scene comes from windows spread over it', async () => {
  const { source, decimated, scene } = setUp();
  const [{ low, high }] = await sceneStretch(source, [0]);
  expect(decimated).toEqual([]);
  expect(scene.reads.length).toBe(16);
  expect(low).toBeCloseTo(0.02 * 0.31, 1);
  expect(high).toBeCloseTo(0.98 * 0.31, 1);
});
