import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../events.ts';
import { openClasses, openScene } from '../ingest/open.ts';
import type { SceneSource } from '../scene.ts';
import { DATA, dataFile, fixture, fixturePath, hasData } from '../testing/fixtures.ts';
import { cogFaults, describeWithGdal, hasCogValidator, hasGdal, samplesByGdal } from '../testing/gdal.ts';
import { memorySource } from '../testing/memory-source.ts';
import { TAG } from '../tiff/tags.ts';
import { blobSink } from './blob-sink.ts';
import { writeCog } from './cog-writer.ts';
import { type Lineage, productWriters, type ResultReader } from './products.ts';

const lineage: Lineage = {
  version: '0.1.0',
  models: {
    detector: { name: 'detector', version: '1', sha256: 'aa' },
    generator: { name: 'generator', version: '2', sha256: 'bb' },
  },
  backend: 'wasm',
  settings: DEFAULT_SETTINGS,
  dates: [],
  shares: {
    observed: 0.75,
    thinCorrected: 0.125,
    shadowCorrected: 0,
    generated: 0.125,
    otherDates: 0,
    otherDatesChanged: 0,
    leftCloudy: 0,
  },
  date: new Date('2026-01-02T03:04:05Z'),
};

/** A result in which nothing was repaired; classes are a pattern. */
function untouched(source: SceneSource): ResultReader {
  const pattern = (period: number) => (window: { x: number; y: number; width: number; height: number }) =>
    Uint8Array.from({ length: window.width * window.height }, (_, i) => {
      const [x, y] = [window.x + (i % window.width), window.y + Math.floor(i / window.width)];
      return (x + y) % period;
    });
  return {
    read: (window, signal) => source.read(window, undefined, signal),
    mask: pattern(4),
    provenance: pattern(5),
    confidence: pattern(101),
    date: pattern(3),
  };
}

const scratch = mkdtempSync(join(tmpdir(), 'unclouded-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function writtenResult(input: File): Promise<{ source: SceneSource; blob: Blob; path: string }> {
  const source = await openScene(input);
  const sink = blobSink();
  const length = await productWriters.result(source, untouched(source), lineage, sink);
  const blob = sink.toBlob();
  expect(blob.size).toBe(length);
  const path = join(scratch, `${Math.random().toString(36).slice(2)}.tif`);
  writeFileSync(path, new Uint8Array(await blob.arrayBuffer()));
  return { source, blob, path };
}

async function expectSameSamples(before: SceneSource, after: SceneSource): Promise<void> {
  const { width, height } = before.scene.grid;
  const window = { x: 0, y: 0, width, height };
  const [a, b] = await Promise.all([before.read(window), after.read(window)]);
  for (const [i, samples] of a.bands.entries()) {
    const bytes = (s: typeof samples) => Buffer.from(s.buffer, s.byteOffset, s.byteLength);
    expect(bytes(samples).equals(bytes(b.bands[i])), `band ${i}`).toBe(true);
  }
}

const readable = readdirSync(dirname(fixturePath('x'))).filter(
  (name) => name.endsWith('.tif') && !name.startsWith('b'),
);

/** GDAL 3.6 and older cannot decode LERC with a mask over interleaved bands. */
const notByOldGdal = /^(layout-float32-.*-lerc_zstd|lerc-(gaps|lossy)\.)/;
/** Two decoders of JPEG may differ by so many counts (src/pipeline/ingest/jpeg.ts). */
const tolerance = (name: string) => (/^jpeg-\w+\.tif$/.test(name) ? 3 : 0);

describe('a result in which nothing was repaired equals its input', () => {
  it.each(readable)('%s: samples and scene', async (name) => {
    const { source, blob } = await writtenResult(fixture(name));
    const copy = await openScene(Object.assign(blob, { name }));
    await expectSameSamples(source, copy);
    const { metadata, notices: _, ...scene } = copy.scene;
    const { metadata: before, notices: __, ...expected } = source.scene;
    expect(scene).toEqual(expected);
    expect(metadata.geoTags).toEqual(before.geoTags);
    expect(metadata.otherTags).toEqual(before.otherTags);
    expect(metadata.gdalMetadata).toContain('UNCLOUDED_VERSION');
  });

  it.each(readable)('%s: as geotiff.js reads it', async (name) => {
    const { source, blob } = await writtenResult(fixture(name));
    const { width, height } = source.scene.grid;
    const image = await (await fromArrayBuffer(await blob.arrayBuffer())).getImage();
    const theirs = await image.readRasters({ interleave: false });
    const ours = await source.read({ x: 0, y: 0, width, height });
    ours.bands.forEach((samples, i) => {
      expect(theirs[i], `band ${i}`).toEqual(expect.objectContaining({ length: samples.length }));
      expect(Array.from(theirs[i] as ArrayLike<number>)).toEqual(Array.from(samples));
    });
  });

  it.skipIf(!hasGdal).each(readable)('%s: as GDAL sees it', async (name) => {
    const { path } = await writtenResult(fixture(name));
    expect(describeWithGdal(path)).toEqual(describeWithGdal(fixturePath(name)));
    if (notByOldGdal.test(name)) return;
    const [ours, theirs] = [path, fixturePath(name)].map((file) => samplesByGdal(file, scratch));
    if (tolerance(name) === 0) expect(ours.equals(theirs)).toBe(true);
    else expect(ours.every((v, i) => Math.abs(v - theirs[i]) <= tolerance(name))).toBe(true);
  });
});

describe('real scenes', () => {
  const scenes = [
    'real/l8-gulf-cloudy.tif',
    'real/s2-rois2017_winter_112_p797-cloudy.tif',
    'real/l5-labelled.tif',
    'train/naip/chico_2018_3.tif',
    'train/s2-aquileia.tif',
  ];
  for (const path of scenes) {
    it.skipIf(!hasData(path))(
      `${path} is written back bit for bit, with all that GDAL knows of it`,
      async () => {
        const { source, blob, path: written } = await writtenResult(dataFile(path));
        await expectSameSamples(source, await openScene(Object.assign(blob, { name: source.scene.name })));
        if (!hasGdal) return;
        expect(describeWithGdal(written)).toEqual(describeWithGdal(join(DATA, path)));
        expect(samplesByGdal(written, scratch).equals(samplesByGdal(join(DATA, path), scratch))).toBe(true);
      },
    );
  }
});

describe('metadata of the result', () => {
  it('tells how it was made, with statistics of its own, keeping the other items', async () => {
    const { source, blob } = await writtenResult(fixture('stats.tif'));
    expect(source.scene.metadata.gdalMetadata).toContain('STATISTICS_MINIMUM');
    const xml = (await openScene(blob)).scene.metadata.gdalMetadata ?? '';
    expect(xml.match(/STATISTICS_MINIMUM" sample="0"/g)).toHaveLength(1);
    expect(xml).toContain('<Item name="KEEP" sample="0">yes</Item>');
    expect(xml).toContain('<Item name="UNCLOUDED_DATE">2026-01-02T03:04:05.000Z</Item>');
    expect(xml).toContain('<Item name="UNCLOUDED_GENERATOR">generator 2 sha256:bb</Item>');
    expect(xml).toContain('<Item name="UNCLOUDED_SHARE_THIN_CORRECTED">0.125000</Item>');
  });

  it('says in the confidence layer what confidence means, in the units of the scene', async () => {
    const meaningOf = async (name: string) => {
      const source = await openScene(fixture(name));
      const sink = blobSink();
      await productWriters.confidence(source, untouched(source), lineage, sink);
      const layer = await openClasses(new File([sink.toBlob()], 'confidence.tif'));
      return layer.scene.metadata.gdalMetadata ?? '';
    };
    expect(await meaningOf('stats.tif')).toMatch(
      /not a probability: .* in reflectance\. 50 % stand for 0\.035/,
    );
  });

  it('names every date of the date layer, also those of one name', async () => {
    const source = await openScene(fixture('stats.tif'));
    const sink = blobSink();
    const date = { acquired: null, used: true, shift: null, residual: null, share: 0 };
    const scenes = ['stack.tif', 'stack.tif', source.scene.name];
    const dates = scenes.map((scene) => ({ ...date, scene }));
    await productWriters.date(source, untouched(source), { ...lineage, dates }, sink);
    const xml = (await openClasses(new File([sink.toBlob()], 'date.tif'))).scene.metadata.gdalMetadata ?? '';
    const named = [...xml.matchAll(/"CLASS_(\d+)">([^<]*)</g)].map(([, value, name]) => [
      Number(value),
      name,
    ]);
    expect(named).toEqual([...[source.scene.name, ...scenes].entries()]);
  });

  it('a repaired result repaired again names the last run only', async () => {
    const first = await writtenResult(fixture('stats.tif'));
    const second = await writtenResult(new File([first.blob], 'again.tif'));
    const xml = (await openScene(second.blob)).scene.metadata.gdalMetadata ?? '';
    expect(xml.match(/UNCLOUDED_VERSION/g)).toHaveLength(1);
  });
});

it('the mask of valid pixels stays a mask', async () => {
  const { metadata } = (await openScene(fixture('overviews.tif'))).scene;
  const reductions = ['average', 'average', 'average'] as const;
  const shape = { width: 100, height: 70, bands: 3, sampleType: 'uint16', nodata: null } as const;
  const sink = blobSink();
  await writeCog(
    { ...shape, metadata, reductions, hasMask: true, tileSize: 32 },
    async (window) => {
      const pattern = (value: (x: number, y: number) => number) =>
        Uint16Array.from({ length: window.width * window.height }, (_, i) =>
          value(window.x + (i % window.width), window.y + Math.floor(i / window.width)),
        );
      const bands = [1, 2, 3].map((band) => pattern((x, y) => band * (x + y)));
      return { window, bands: [...bands, pattern((x, y) => ((x ^ y) & 3 ? 255 : 0))] };
    },
    sink,
  );
  const { source, blob, path } = await writtenResult(new File([sink.toBlob()], 'masked.tif'));
  expect(source.scene.maskBand).toBe(3);
  const copy = await openScene(new File([blob], 'again.tif'));
  expect(copy.scene.maskBand).toBe(3);
  await expectSameSamples(source, copy);
  if (hasCogValidator) expect(cogFaults(path)).toEqual([]);
});

describe('NaN payloads', () => {
  it.each(['float32', 'float64'] as const)(
    '%s: every bit survives writing and reading',
    async (sampleType) => {
      const size = sampleType === 'float32' ? 4 : 8;
      const patterns = new Uint8Array(20 * 20 * size);
      patterns.forEach((_, i) => {
        patterns[i] = (i * 167 + (i >> 3)) % 256;
      });
      const words = new DataView(patterns.buffer);
      // Signalling and quiet NaNs with payload, both signs.
      if (size === 4)
        for (const [i, bits] of [0x7fa00001, 0xffc12345, 0x7f800001].entries())
          words.setUint32(i * 4, bits, true);
      else
        for (const [i, bits] of [0x7ff4000000000001n, 0xfff8123456789abcn].entries())
          words.setBigUint64(i * 8, bits, true);
      const samples = () => {
        const bytes = patterns.slice().buffer;
        return sampleType === 'float32' ? new Float32Array(bytes) : new Float64Array(bytes);
      };
      const sink = blobSink();
      const source = await openScene(fixture('float-nan.tif'));
      const { metadata } = source.scene;
      const reductions = ['average', 'average', 'average'] as const;
      const spec = { width: 20, height: 20, bands: 3, sampleType, nodata: null, reductions, metadata };
      await writeCog(spec, async (window) => ({ window, bands: [samples(), samples(), samples()] }), sink);
      const copy = await openScene(sink.toBlob());
      const { bands } = await copy.read({ x: 0, y: 0, width: 20, height: 20 });
      expect(new Uint8Array(bands[1].buffer)).toEqual(patterns);
    },
  );
});

describe('layers', () => {
  const layers = [
    ['mask', productWriters.mask, 4, 'Palette'],
    ['provenance', productWriters.provenance, 5, 'Palette'],
    ['confidence', productWriters.confidence, 101, 'Gray'],
  ] as const;

  it.each(layers)('%s keeps the polynomials that place the scene', async (_, write) => {
    const plain = memorySource({ width: 8, height: 8, roles: ['blue', 'green', 'red'], sample: () => 1 });
    const polynomials = Array.from({ length: 92 }, (_, i) => i / 8);
    const metadata = { ...plain.scene.metadata, otherTags: { [TAG.rpcCoefficient]: polynomials } };
    const source = { ...plain, scene: { ...plain.scene, metadata } };
    const sink = blobSink();
    await write(source, untouched(source), lineage, sink);
    const image = await (await fromArrayBuffer(await sink.toBlob().arrayBuffer())).getImage();
    const kept = (await image.fileDirectory.loadValue(TAG.rpcCoefficient)) as Float64Array;
    expect(Array.from(kept)).toEqual(polynomials);
  });

  it.each(layers)('%s lies on the same grid', async (name, write, period, colours) => {
    const source = await openScene(fixture('overviews.tif'));
    const sink = blobSink();
    await write(source, untouched(source), lineage, sink);
    const buffer = await sink.toBlob().arrayBuffer();
    const image = await (await fromArrayBuffer(buffer)).getImage();
    const [values] = await image.readRasters({ interleave: false });
    expect(Array.from(values as Uint8Array)).toEqual(
      Array.from({ length: 64 * 64 }, (_, i) => ((i % 64) + Math.floor(i / 64)) % period),
    );
    if (!hasGdal) return;
    const path = join(scratch, `${name}.tif`);
    writeFileSync(path, new Uint8Array(buffer));
    const info = describeWithGdal(path);
    const before = describeWithGdal(fixturePath('overviews.tif'));
    expect(info.geoTransform).toEqual(before.geoTransform);
    expect(info.coordinateSystem).toEqual(before.coordinateSystem);
    expect(info.bands).toMatchObject([
      { type: 'Byte', noDataValue: 255, description: name, colorInterpretation: colours },
    ]);
  });
});

describe('writing', () => {
  it('reports progress, and stops when cancelled', async () => {
    const source = await openScene(fixture('overviews.tif'));
    const spec = {
      width: 64,
      height: 64,
      bands: 3,
      sampleType: source.scene.sampleType,
      nodata: null,
      reductions: ['average', 'average', 'average'] as const,
      tileSize: 16,
      metadata: source.scene.metadata,
    };
    const steps: number[] = [];
    await writeCog(spec, (w) => source.read(w), blobSink(), { onProgress: (done) => steps.push(done) });
    expect(steps).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));

    const abort = new AbortController();
    const writing = writeCog(spec, (w) => source.read(w), blobSink(), {
      signal: abort.signal,
      onProgress: (done) => done === 3 && abort.abort(),
    });
    await expect(writing).rejects.toMatchObject({ code: 'job/cancelled' });
  });

  it('a Blob with a hole is not handed out', () => {
    const sink = blobSink();
    sink.write(new Uint8Array(4), 0);
    sink.write(new Uint8Array(4), 8);
    expect(() => sink.toBlob()).toThrow(/4 to 8 were not written/);
  });
});

describe.skipIf(!hasGdal)('a mask of valid pixels inside the file', () => {
  const gdal = (args: string[]) => execFileSync('gdal_translate', ['-q', ...args]);
  const maskOf = (path: string) => {
    const raw = `${path}.mask`;
    gdal(['-b', 'mask', '-of', 'ENVI', path, raw]);
    return readFileSync(raw);
  };

  it('says where there is no data, and is a mask again in the result', async () => {
    const masked = join(scratch, 'masked.tif');
    const internal = ['--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES'];
    gdal(['-b', '1', '-b', '2', '-b', '3', '-mask', '4', ...internal, fixturePath('rgba.tif'), masked]);
    const { source, path } = await writtenResult(new File([readFileSync(masked)], 'masked.tif'));
    const { scene } = source;
    expect(scene.bands.map(({ role }) => role)).toEqual(['red', 'green', 'blue', 'alpha']);
    expect(scene.maskBand).toBe(3);

    const expected = maskOf(masked);
    expect(new Set(expected)).toEqual(new Set([0, 255]));
    const { bands } = await source.read(
      { x: 0, y: 0, width: scene.grid.width, height: scene.grid.height },
      [3],
    );
    expect(bands[0]).toEqual(new Uint8Array(expected));
    expect(maskOf(path)).toEqual(expected);
    expect((describeWithGdal(path).bands as unknown[]).length).toBe(3);
    expect(samplesByGdal(path, scratch)).toEqual(samplesByGdal(masked, scratch));
  });
});
