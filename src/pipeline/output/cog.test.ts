import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import { openScene } from '../ingest/open.ts';
import type { Samples, SampleType } from '../scene.ts';
import { cogFaults, hasCogValidator, hasGdal, samplesByGdal } from '../testing/gdal.ts';
import { patterned, savedIn, written } from '../testing/patterned-image.ts';
import { layOutCog } from './cog-layout.ts';
import { planLevels } from './pyramid.ts';

const scratch = mkdtempSync(join(tmpdir(), 'unclouded-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const TYPES: readonly SampleType[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'float64',
];
const rawBytes = (s: Samples) => Buffer.from(s.buffer, s.byteOffset, s.byteLength);

describe('every sample type, classic and BigTIFF', () => {
  const cases = TYPES.flatMap((type) => [false, true].map((bigTiff) => [type, bigTiff] as const));

  it.each(cases)('%s, BigTIFF %s: read back by us, GDAL and geotiff.js', async (sampleType, bigTiff) => {
    const { spec, planes } = patterned(sampleType);
    const blob = await written({ spec, planes }, { bigTiff });
    const head = new DataView(await blob.slice(0, 4).arrayBuffer());
    expect(head.getUint16(2, true)).toBe(bigTiff ? 43 : 42);

    const copy = await openScene(Object.assign(blob, { name: 'copy.tif' }));
    const raster = await copy.read({ x: 0, y: 0, width: spec.width, height: spec.height });
    const expected = Buffer.concat(planes.map(rawBytes));
    expect(Buffer.concat(raster.bands.map(rawBytes)).equals(expected)).toBe(true);

    const tiff = await fromArrayBuffer(await blob.arrayBuffer());
    expect(await tiff.getImageCount()).toBe(4);
    const theirs = await (await tiff.getImage()).readRasters({ interleave: false });
    planes.forEach((plane, i) => {
      expect(Array.from(theirs[i] as ArrayLike<number>)).toEqual(Array.from(plane));
    });

    if (!hasGdal) return;
    const path = await savedIn(scratch, blob);
    if (hasCogValidator) expect(cogFaults(path)).toEqual([]);
    expect(execFileSync('gdalinfo', [path], { encoding: 'utf8' })).toContain('LAYOUT=COG');
    expect(samplesByGdal(path, scratch).equals(expected)).toBe(true);
  });
});

describe('the layout', () => {
  const shapes = [
    ['one tile', { width: 64, height: 64 }],
    ['odd sizes', { width: 1027, height: 515 }],
    ['one pixel more than a tile', { width: 65, height: 64 }],
    ['a single row', { width: 1000, height: 1 }],
    ['a single column', { width: 1, height: 1000 }],
    ['one band', { bands: 1 }],
    ['a mask', { hasMask: true }],
    ['one band and a mask', { bands: 1, hasMask: true }],
  ] as const;

  it.skipIf(!hasCogValidator).each(shapes)('%s: GDAL finds no fault', async (_, shape) => {
    const { spec, planes } = patterned('uint16', shape);
    const path = await savedIn(scratch, await written({ spec, planes }));
    // Its one advice, overviews, is for tiles larger than the 64 pixels of this test.
    expect(cogFaults(path)).toEqual([]);
    const expected = Buffer.concat(planes.slice(0, spec.bands).map(rawBytes));
    expect(samplesByGdal(path, scratch).equals(expected)).toBe(true);
  });

  it('is BigTIFF where the last byte lies beyond 4 GB, not before', () => {
    const { spec } = patterned('uint8', { width: 64, height: 64, bands: 1 });
    const [level] = planLevels(64, 64, 64);
    const withBlockOf = (bytes: number) => [{ ...level, positions: [0], blockBytes: [[bytes]] }];
    const empty = layOutCog({ ...spec, tileSize: 64 }, withBlockOf(0)).length;
    const room = 2 ** 32 - 1 - empty;
    const largest = layOutCog({ ...spec, tileSize: 64 }, withBlockOf(room));
    expect([largest.head[2], largest.length]).toEqual([42, 2 ** 32 - 1]);
    const larger = layOutCog({ ...spec, tileSize: 64 }, withBlockOf(room + 1));
    expect(larger.head[2]).toBe(43);
    expect(larger.length).toBeGreaterThan(2 ** 32);
  });

  it('directories first, then blocks from the smallest overview on, row by row, all bands of a tile together', async () => {
    const buffer = await (await written(patterned('uint16', { hasMask: true }))).arrayBuffer();
    const tiff = await fromArrayBuffer(buffer);
    const images = await Promise.all(
      Array.from({ length: await tiff.getImageCount() }, (_, i) => tiff.getImage(i)),
    );
    expect(
      images.map(
        (i) => `${i.getWidth()}x${i.getHeight()} ${i.fileDirectory.getValue('NewSubfileType') ?? 0}`,
      ),
    ).toEqual([
      '300x212 0',
      '300x212 4',
      '150x106 1',
      '150x106 5',
      '75x53 1',
      '75x53 5',
      '38x27 1',
      '38x27 5',
    ]);
    const blocks: number[][] = [];
    for (let level = images.length / 2 - 1; level >= 0; level--) {
      const [pixels, mask] = await Promise.all(
        [images[2 * level], images[2 * level + 1]].map(async ({ fileDirectory }) => ({
          offsets: Array.from((await fileDirectory.loadValue('TileOffsets')) as ArrayLike<number>),
          counts: Array.from((await fileDirectory.loadValue('TileByteCounts')) as ArrayLike<number>),
        })),
      );
      const tiles = mask.offsets.length;
      for (let tile = 0; tile < tiles; tile++) {
        for (let band = 0; band < 3; band++) {
          blocks.push([pixels.offsets[band * tiles + tile], pixels.counts[band * tiles + tile]]);
        }
        blocks.push([mask.offsets[tile], mask.counts[tile]]);
      }
    }
    const view = new DataView(buffer);
    let position = blocks[0][0] - 4;
    for (const [offset, count] of blocks) {
      expect(offset).toBe(position + 4);
      expect(view.getUint32(position, true)).toBe(count);
      expect(view.getUint32(offset + count, true)).toBe(view.getUint32(offset + count - 4, true));
      position = offset + count + 4;
    }
    expect(position).toBe(buffer.byteLength);
  });
});

describe('the mask', () => {
  it.skipIf(!hasGdal)('is the one that GDAL sees, with its overviews', async () => {
    const { spec, planes } = patterned('uint16', { hasMask: true });
    const path = await savedIn(scratch, await written({ spec, planes }));
    const raw = join(scratch, 'mask.raw');
    execFileSync('gdal_translate', ['-q', '-of', 'ENVI', '-b', 'mask', path, raw]);
    const expected = Buffer.from((planes[spec.bands] as Uint8Array).map((v) => (v ? 255 : 0)));
    expect(samplesByGdal(raw, scratch).equals(expected)).toBe(true);
    expect(execFileSync('gdalinfo', [path], { encoding: 'utf8' })).toMatch(
      /Overviews of mask band: 150x106, 75x53, 38x27/,
    );
  });
});
