import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SampleType } from '../scene.ts';
import { expectedSample, fixture, fixturePath } from '../testing/fixtures.ts';
import { openScene } from './open.ts';

const layouts = readdirSync(dirname(fixturePath('x'))).filter((name) => name.startsWith('layout-'));

describe('every layout that GDAL writes is read to the same values', () => {
  it.each(layouts)('%s', async (name) => {
    const type = name.split('-')[1] as SampleType;
    const source = await openScene(fixture(name));
    expect(source.scene.sampleType).toBe(type);
    const { width, height } = source.scene.grid;
    expect([width, height, source.scene.bands.length]).toEqual([40, 30, 3]);
    for (const window of [
      { x: 0, y: 0, width, height },
      { x: 13, y: 5, width: 20, height: 17 },
    ]) {
      const raster = await source.read(window);
      raster.bands.forEach((samples, band) => {
        const expected = samples.map((_, i) =>
          expectedSample(type, band, window.x + (i % window.width), window.y + Math.floor(i / window.width)),
        );
        expect(samples).toEqual(expected);
      });
    }
  });

  it('covers both byte orders, strips and tiles, all codecs and predictors', () => {
    const parts = new Set(layouts.flatMap((name) => name.replace('.tif', '').split('-')));
    for (const part of [
      'II',
      'MM',
      'big',
      'strip',
      'tile',
      'none',
      'lzw',
      'deflate',
      'packbits',
      'zstd',
      '1',
      '2',
      '3',
    ]) {
      expect(parts).toContain(part);
    }
  });
});

describe('reading', () => {
  it('reads some bands, in the order asked for', async () => {
    const source = await openScene(fixture('layout-uint16-MM-strip-lzw-2-pixel.tif'));
    const raster = await source.read({ x: 7, y: 9, width: 2, height: 1 }, [2, 0]);
    expect(raster.bands.map((b) => b[1])).toEqual([
      expectedSample('uint16', 2, 8, 9),
      expectedSample('uint16', 0, 8, 9),
    ]);
  });

  it('reads hundreds of big-endian strips', async () => {
    const source = await openScene(fixture('many-strips-MM.tif'));
    const { bands } = await source.read({ x: 0, y: 590, width: 8, height: 10 });
    expect(bands[1][9 * 8 + 5]).toBe(expectedSample('uint16', 1, 5, 599));
  });

  it('fills blocks that the file leaves out with the no-data value', async () => {
    const source = await openScene(fixture('sparse.tif'));
    const { bands } = await source.read({ x: 10, y: 10, width: 20, height: 15 });
    expect(new Set(bands[2])).toEqual(new Set([source.scene.nodata]));
    expect(source.scene.nodata).toBe(7);
  });

  it('decimates by nearest neighbour, from overviews where they suffice', async () => {
    const source = await openScene(fixture('overviews.tif'));
    const window = { x: 0, y: 0, width: 64, height: 64 };
    const small = await source.readDecimated(window, 16, 16, [0]);
    const full = await source.read(window, [0]);
    const values = new Set(full.bands[0]);
    expect(small.bands[0].every((v) => values.has(v))).toBe(true);
    // Each pixel of a 4 x 4 reduction comes from the 4 x 4 pixels that it stands for.
    small.bands[0].forEach((v, i) => {
      const [x, y] = [(i % 16) * 4, Math.floor(i / 16) * 4];
      const under = Array.from({ length: 16 }, (_, k) => full.bands[0][(y + (k >> 2)) * 64 + x + (k & 3)]);
      expect(under).toContain(v);
    });
  });

  it('decimates without overviews to the pixels under the centres', async () => {
    const source = await openScene(fixture('scaled.tif'));
    const { bands } = await source.readDecimated({ x: 4, y: 6, width: 30, height: 20 }, 10, 5, [3]);
    expect(bands[0][2 * 10 + 7]).toBe(expectedSample('int16', 3, 4 + 22, 6 + 10));
  });

  it('refuses windows outside the grid', async () => {
    const source = await openScene(fixture('scaled.tif'));
    await expect(source.read({ x: 30, y: 0, width: 11, height: 1 })).rejects.toThrow(/leaves the grid/);
  });

  it('stops when cancelled', async () => {
    const source = await openScene(fixture('scaled.tif'));
    const abort = new AbortController();
    abort.abort();
    const reading = source.read({ x: 0, y: 0, width: 1, height: 1 }, undefined, abort.signal);
    await expect(reading).rejects.toMatchObject({ code: 'job/cancelled' });
    await expect(openScene(fixture('scaled.tif'), {}, abort.signal)).rejects.toMatchObject({
      code: 'job/cancelled',
    });
  });
});
