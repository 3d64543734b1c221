import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import { allocateSamples } from '../ingest/layout.ts';
import type { Samples, SampleType } from '../scene.ts';
import { hasGdal, samplesByGdal } from '../testing/gdal.ts';
import { patterned, savedIn, written } from '../testing/patterned-image.ts';

const scratch = mkdtempSync(join(tmpdir(), 'unclouded-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(!hasGdal)('overviews as GDAL makes them', () => {
  /** Samples of one overview, by GDAL, in its file's type; `level` from 0. */
  function overviewByGdal(path: string, level: number, type: SampleType): Samples {
    const raw = join(scratch, `${Math.random().toString(36).slice(2)}.raw`);
    const options = ['-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', '-oo', `OVERVIEW_LEVEL=${level}`];
    execFileSync('gdal_translate', [...options, path, raw], { stdio: 'pipe' });
    const bytes = samplesByGdal(raw, scratch);
    return new (allocateSamples(type, 0).constructor as new (buffer: ArrayBuffer) => Samples)(
      new Uint8Array(bytes).buffer,
    );
  }

  const cases: readonly (readonly [SampleType, number | null, 'average' | 'nearest'])[] = [
    ['uint8', null, 'average'],
    ['uint8', 255, 'average'],
    ['uint16', null, 'average'],
    ['uint16', 0, 'average'],
    ['int16', -32768, 'average'],
    ['uint32', 0, 'average'],
    ['float32', -9999, 'average'],
    ['float32', Number.NaN, 'average'],
    ['uint16', 0, 'nearest'],
  ];

  it.each(cases)('%s, no data %s, %s', async (type, nodata, method) => {
    const made = patterned(type, { width: 512, height: 256, bands: 2, nodata });
    const reductions = made.spec.reductions.map(() => method);
    const path = await savedIn(scratch, await written({ ...made, spec: { ...made.spec, reductions } }));
    const peer = join(scratch, 'peer.tif');
    execFileSync('gdal_translate', ['-q', '-co', 'COPY_SRC_OVERVIEWS=NO', '-co', 'TILED=YES', path, peer]);
    execFileSync('gdaladdo', ['-q', '-r', method, peer, '2', '4', '8']);
    for (let level = 0; level < 3; level++) {
      const ours = overviewByGdal(path, level, type);
      const theirs = overviewByGdal(peer, level, type);
      expect(ours.length).toBe((512 * 256 * 2) / 4 ** (level + 1));
      let worst = 0;
      for (let i = 0; i < ours.length; i++) {
        if (Number.isNaN(ours[i]) && Number.isNaN(theirs[i])) continue;
        worst = Math.max(worst, Math.abs(ours[i] - theirs[i]));
      }
      // One count, but for the types that GDAL averages in single precision.
      const tolerance = type === 'float32' ? 0.25 : type === 'uint32' ? 512 : 1;
      expect(worst, `level ${level}`).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('overviews of odd sizes', () => {
  it('stand for the pixels under them, also across tiles', async () => {
    const { spec, planes } = patterned('uint16', { width: 203, height: 131, bands: 1, tileSize: 32 });
    const tiff = await fromArrayBuffer(await (await written({ spec, planes })).arrayBuffer());
    let [width, height, level] = [spec.width, spec.height, planes[0] as ArrayLike<number>];
    for (let index = 1; index < (await tiff.getImageCount()); index++) {
      const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      const expected = Array.from({ length: columns * rows }, (_, i) => {
        const [x, y] = [2 * (i % columns), 2 * Math.floor(i / columns)];
        const under = [0, 1, 2, 3]
          .map((k) => [x + (k & 1), y + (k >> 1)])
          .filter(([px, py]) => px < width && py < height)
          .map(([px, py]) => level[py * width + px]);
        return Math.floor(under.reduce((sum, v) => sum + v, 0) / under.length + 0.5);
      });
      const overview = await tiff.getImage(index);
      expect([overview.getWidth(), overview.getHeight()]).toEqual([columns, rows]);
      const [ours] = await overview.readRasters({ interleave: false });
      expect(Array.from(ours as ArrayLike<number>)).toEqual(expected);
      [width, height, level] = [columns, rows, expected];
    }
    expect(Math.max(width, height)).toBeLessThanOrEqual(32);
  });

  it('no average of data becomes the no-data value', async () => {
    const { spec } = patterned('int16', { width: 64, height: 64, bands: 1, tileSize: 32 });
    const plane = Int16Array.from({ length: 64 * 64 }, (_, i) => (i % 2 === 0 ? -3 : 3));
    const blob = await written({ spec: { ...spec, nodata: 0 }, planes: [plane] });
    const [overview] = await (
      await (await fromArrayBuffer(await blob.arrayBuffer())).getImage(1)
    ).readRasters({ interleave: false });
    expect(new Set(Array.from(overview as ArrayLike<number>))).toEqual(new Set([1]));
  });

  it('pixels outside the mask or under a transparent alpha do not darken their neighbours', async () => {
    const light = new Uint8Array(64 * 64).map((_, i) => (i % 2 === 0 ? 200 : 0));
    const opaque = new Uint8Array(64 * 64).map((_, i) => (i % 2 === 0 ? 255 : 0));
    const { spec } = patterned('uint8', { width: 64, height: 64, bands: 1, tileSize: 32 });
    const two = { ...spec, bands: 2, alphaBand: 1, reductions: ['average', 'average'] as const };
    for (const variant of [{ ...spec, hasMask: true }, two]) {
      const blob = await written({ spec: variant, planes: [light, opaque] });
      const tiff = await fromArrayBuffer(await blob.arrayBuffer());
      const overview = await tiff.getImage(variant === two ? 1 : 2);
      expect(overview.getWidth()).toBe(32);
      const [samples] = await overview.readRasters({ interleave: false });
      expect(new Set(Array.from(samples as ArrayLike<number>))).toEqual(new Set([200]));
    }
  });
});
