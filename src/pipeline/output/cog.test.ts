import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import { allocate } from '../ingest/layout.ts';
import { openScene } from '../ingest/open.ts';
import type { CarriedMetadata, Samples, SampleType } from '../scene.ts';
import { cogFaults, hasCogValidator, hasGdal, samplesByGdal } from '../testing/gdal.ts';
import { parseItems } from '../tiff/gdal-metadata.ts';
import { cropPlane } from '../windows.ts';
import { blobSink } from './blob-sink.ts';
import { layOutCog } from './cog-layout.ts';
import { type CogSpec, type WriteOptions, writeCog } from './cog-writer.ts';
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
/** Largest and smallest values that the pattern reaches. */
const RANGE: Record<SampleType, readonly [number, number]> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
  float32: [-1e6, 1e6],
  float64: [-1e12, 1e12],
};

const METADATA: CarriedMetadata = {
  geoTags: {},
  gdalMetadata: null,
  gdalNodata: null,
  photometricInterpretation: 1,
  extraSamples: [],
  otherTags: {},
};

interface Image {
  readonly spec: CogSpec;
  readonly planes: readonly Samples[];
}

/** Reproducible noise, 0..1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Texture over the whole range of the sample type; a share of the pixels is no data, each band by itself. */
function image(
  sampleType: SampleType,
  {
    width = 300,
    height = 212,
    bands = 3,
    tileSize = 64,
    nodata = null as number | null,
    hasMask = false,
  } = {},
): Image {
  const [low, high] = RANGE[sampleType];
  const random = noise(7);
  const planes = Array.from({ length: bands }, (_, band) => {
    const plane = allocate(sampleType, width * height);
    for (let i = 0; i < plane.length; i++) {
      const wave = 0.5 + 0.3 * Math.sin(i / 11 + band) + 0.19 * (random() * 2 - 1);
      plane[i] = nodata !== null && random() < 0.3 ? nodata : low + (high - low) * wave;
    }
    return plane;
  });
  const mask = new Uint8Array(width * height).map(() => (random() < 0.4 ? 0 : 1));
  const spec: CogSpec = {
    width,
    height,
    bands,
    sampleType,
    tileSize,
    nodata,
    hasMask,
    reductions: planes.map(() => 'average' as const),
    metadata: {
      ...METADATA,
      gdalNodata: nodata === null ? null : String(nodata),
      extraSamples: new Array(bands - 1).fill(0),
    },
  };
  return { spec, planes: hasMask ? [...planes, mask] : planes };
}

async function write({ spec, planes }: Image, options?: WriteOptions): Promise<Blob> {
  const grid = { x: 0, y: 0, width: spec.width, height: spec.height };
  const sink = blobSink();
  const length = await writeCog(
    spec,
    async (window) => ({ window, bands: planes.map((plane) => cropPlane(plane, grid, window)) }),
    sink,
    options,
  );
  const blob = sink.toBlob();
  expect(blob.size).toBe(length);
  return blob;
}

async function saved(blob: Blob): Promise<string> {
  const path = join(scratch, `${Math.random().toString(36).slice(2)}.tif`);
  writeFileSync(path, new Uint8Array(await blob.arrayBuffer()));
  return path;
}

const rawBytes = (s: Samples) => Buffer.from(s.buffer, s.byteOffset, s.byteLength);

describe('every sample type, classic and BigTIFF', () => {
  const cases = TYPES.flatMap((type) => [false, true].map((bigTiff) => [type, bigTiff] as const));

  it.each(cases)('%s, BigTIFF %s: read back by us, GDAL and geotiff.js', async (sampleType, bigTiff) => {
    const { spec, planes } = image(sampleType);
    const blob = await write({ spec, planes }, { bigTiff });
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
    const path = await saved(blob);
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
    const { spec, planes } = image('uint16', shape);
    const path = await saved(await write({ spec, planes }));
    // Its one advice, overviews, is for tiles larger than the 64 pixels of this test.
    expect(cogFaults(path)).toEqual([]);
    const expected = Buffer.concat(planes.slice(0, spec.bands).map(rawBytes));
    expect(samplesByGdal(path, scratch).equals(expected)).toBe(true);
  });

  it('is BigTIFF where the last byte lies beyond 4 GB, not before', () => {
    const { spec } = image('uint8', { width: 64, height: 64, bands: 1 });
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
    const buffer = await (await write(image('uint16', { hasMask: true }))).arrayBuffer();
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

describe.skipIf(!hasGdal)('overviews as GDAL makes them', () => {
  /** Samples of one overview, by GDAL, in its file's type; `level` from 0. */
  function overviewByGdal(path: string, level: number, type: SampleType): Samples {
    const raw = join(scratch, `${Math.random().toString(36).slice(2)}.raw`);
    const options = ['-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', '-oo', `OVERVIEW_LEVEL=${level}`];
    execFileSync('gdal_translate', [...options, path, raw], { stdio: 'pipe' });
    const bytes = samplesByGdal(raw, scratch);
    return new (allocate(type, 0).constructor as new (buffer: ArrayBuffer) => Samples)(
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
    const made = image(type, { width: 512, height: 256, bands: 2, nodata });
    const reductions = made.spec.reductions.map(() => method);
    const path = await saved(await write({ ...made, spec: { ...made.spec, reductions } }));
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
    const { spec, planes } = image('uint16', { width: 203, height: 131, bands: 1, tileSize: 32 });
    const tiff = await fromArrayBuffer(await (await write({ spec, planes })).arrayBuffer());
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
    const { spec } = image('int16', { width: 64, height: 64, bands: 1, tileSize: 32 });
    const plane = Int16Array.from({ length: 64 * 64 }, (_, i) => (i % 2 === 0 ? -3 : 3));
    const blob = await write({ spec: { ...spec, nodata: 0 }, planes: [plane] });
    const [overview] = await (
      await (await fromArrayBuffer(await blob.arrayBuffer())).getImage(1)
    ).readRasters({ interleave: false });
    expect(new Set(Array.from(overview as ArrayLike<number>))).toEqual(new Set([1]));
  });

  it('pixels outside the mask or under a transparent alpha do not darken their neighbours', async () => {
    const light = new Uint8Array(64 * 64).map((_, i) => (i % 2 === 0 ? 200 : 0));
    const opaque = new Uint8Array(64 * 64).map((_, i) => (i % 2 === 0 ? 255 : 0));
    const { spec } = image('uint8', { width: 64, height: 64, bands: 1, tileSize: 32 });
    const two = { ...spec, bands: 2, alphaBand: 1, reductions: ['average', 'average'] as const };
    for (const variant of [{ ...spec, hasMask: true }, two]) {
      const blob = await write({ spec: variant, planes: [light, opaque] });
      const tiff = await fromArrayBuffer(await blob.arrayBuffer());
      const overview = await tiff.getImage(variant === two ? 1 : 2);
      expect(overview.getWidth()).toBe(32);
      const [samples] = await overview.readRasters({ interleave: false });
      expect(new Set(Array.from(samples as ArrayLike<number>))).toEqual(new Set([200]));
    }
  });
});

describe('statistics', () => {
  const itemsOf = async (blob: Blob) =>
    parseItems((await openScene(blob)).scene.metadata.gdalMetadata).filter(({ name }) =>
      name.startsWith('STATISTICS_'),
    );

  it.skipIf(!hasGdal).each([
    ['uint16', 0],
    ['int16', null],
    ['float32', -9999],
    ['float64', null],
  ] as const)('%s, no data %s: those that GDAL computes', async (type, nodata) => {
    const blob = await write(image(type, { nodata }));
    const bare = join(scratch, 'bare.tif');
    execFileSync('gdal_translate', ['-q', await saved(blob), bare]);
    execFileSync('gdal_edit.py', ['-unsetstats', bare]);
    const info = JSON.parse(execFileSync('gdalinfo', ['-json', '-stats', bare], { encoding: 'utf8' }));
    const items = await itemsOf(blob);
    expect(items).toHaveLength(15);
    for (const { name, sample, value } of items) {
      const theirs = Number(info.bands[sample ?? -1].metadata[''][name]);
      expect(Math.abs(Number(value) - theirs), name).toBeLessThanOrEqual(1e-6 * Math.abs(theirs) + 1e-9);
    }
  });

  it('pixels outside the mask do not count', async () => {
    const { spec, planes } = image('uint16', { hasMask: true });
    const valid = Array.from(planes[1]).filter((_, i) => planes[spec.bands][i] !== 0);
    const mean = valid.reduce((sum, v) => sum + v, 0) / valid.length;
    const items = await itemsOf(await write({ spec, planes }));
    const value = (name: string) => Number(items.find((i) => i.sample === 1 && i.name.endsWith(name))?.value);
    expect(value('MEAN')).toBeCloseTo(mean, 6);
    expect(value('MAXIMUM')).toBe(Math.max(...valid));
    expect(value('VALID_PERCENT')).toBeCloseTo((100 * valid.length) / planes[1].length, 1);
  });

  it('a band without data has none', async () => {
    const { spec } = image('uint16', { width: 64, height: 64, nodata: 0 });
    const blob = await write({ spec, planes: [0, 1, 2].map(() => new Uint16Array(64 * 64)) });
    expect((await openScene(blob)).scene.metadata.gdalMetadata).toBeNull();
  });
});

describe('the mask', () => {
  it.skipIf(!hasGdal)('is the one that GDAL sees, with its overviews', async () => {
    const { spec, planes } = image('uint16', { hasMask: true });
    const path = await saved(await write({ spec, planes }));
    const raw = join(scratch, 'mask.raw');
    execFileSync('gdal_translate', ['-q', '-of', 'ENVI', '-b', 'mask', path, raw]);
    const expected = Buffer.from((planes[spec.bands] as Uint8Array).map((v) => (v ? 255 : 0)));
    expect(samplesByGdal(raw, scratch).equals(expected)).toBe(true);
    expect(execFileSync('gdalinfo', [path], { encoding: 'utf8' })).toMatch(
      /Overviews of mask band: 150x106, 75x53, 38x27/,
    );
  });
});
