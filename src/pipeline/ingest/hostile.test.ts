import { deflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';

/** Bytes of typed arrays and buffers made since the last reset; the arrays count themselves. */
const made = vi.hoisted(() => {
  const meter = { bytes: 0 };
  const count = <T extends object>(original: T) =>
    new Proxy(original, {
      construct(target, args, newTarget) {
        const array = Reflect.construct(target as never, args, newTarget) as ArrayBufferView;
        if (!(args[0] instanceof ArrayBuffer)) meter.bytes += array.byteLength;
        return array;
      },
    });
  const scope = globalThis as unknown as Record<string, object>;
  for (const name of ['ArrayBuffer', 'Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array']) {
    scope[name] = count(scope[name]);
  }
  for (const name of ['Int32Array', 'Float32Array', 'Float64Array', 'BigUint64Array'])
    scope[name] = count(scope[name]);
  return meter;
});

import { PipelineError } from '../errors.ts';
import { processorTime } from '../testing/processor-time.ts';
import {
  buildTiff,
  DATA,
  field,
  plainData,
  plainTags,
  SIDE,
  type Tags,
  type TiffFile,
} from '../testing/tiff-builder.ts';
import type { ByteSource } from './byte-source.ts';
import { openScene } from './open.ts';

const { short, long, double, ascii } = field;
const BUDGET_BYTES = 64 * 2 ** 20;
const BUDGET_MS = 1000;

/** Bytes asked for so far. */
let asked = 0;

function counting(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name: 'hostile.tif',
    size: bytes.length,
    async read(position, length) {
      if (!(position >= 0 && length >= 0)) throw new Error(`read of ${length} bytes at ${position}`);
      asked += Math.min(length, Math.max(0, bytes.length - position));
      return bytes.slice(position, position + length);
    },
  };
}

const tiff = (file: Partial<TiffFile> & { tags?: Tags } = {}) =>
  buildTiff({ data: plainData, directories: [plainTags(file.tags)], ...file });
const huge = 0xfffffff0;
const zlib = (bytes: number) => new Uint8Array(deflateSync(new Uint8Array(bytes), { level: 9 }));
const packed = (data: Uint8Array, change: Tags = {}) =>
  tiff({
    data,
    tags: { 259: short(8), 273: long(DATA), 278: short(SIDE), 279: long(data.length), ...change },
  });
const items = (text: string) => tiff({ tags: { 42112: ascii(`<GDALMetadata>${text}</GDALMetadata>`) } });

const refused: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  // The chain of directories.
  'a directory that follows itself': () => tiff({ next: 'first' }),
  'two directories that follow each other': () =>
    tiff({ directories: [plainTags(), plainTags({ 254: long(1) })], next: 'first' }),
  'a BigTIFF directory that follows itself': () => tiff({ big: true, next: 'first' }),
  'a directory beyond the end': () => tiff({ next: 0x7ffffff0 }),
  'a directory inside the header': () => tiff({ patches: [[4, [2, 0, 0, 0]]] }),
  'a first directory at 0': () => tiff({ patches: [[4, [0, 0, 0, 0]]] }),
  'a first directory beyond the end': () => tiff({ patches: [[4, [255, 255, 255, 127]]] }),
  'a BigTIFF offset of 2^63': () => tiff({ big: true, patches: [[8, [0, 0, 0, 0, 0, 0, 0, 128]]] }),
  'a BigTIFF with offsets of 4 bytes': () => tiff({ big: true, patches: [[4, [4, 0]]] }),
  'three hundred directories': () =>
    tiff({ directories: Array.from({ length: 300 }, (_, i) => (i ? { 254: long(1) } : plainTags())) }),
  'an empty directory': () => tiff({ directories: [{}] }),
  'a directory of 65,535 entries': () => tiff({ patches: [[DATA + plainData.length, [255, 255]]] }),
  // Counts and offsets of tags.
  'four thousand million strips': () => tiff({ tags: { 273: { ...long(16), count: huge } } }),
  'four thousand million bits per sample': () => tiff({ tags: { 258: { ...short(16), count: huge } } }),
  'byte counts outside the file': () => tiff({ tags: { 279: { ...long(1, 1, 1, 1), offset: 0x7fffffff } } }),
  'offsets outside the file': () => tiff({ tags: { 273: { ...long(1, 1, 1, 1), offset: 0x7fffffff } } }),
  'geo keys outside the file': () => tiff({ tags: { 34735: { ...short(1, 1, 0, 1), offset: 0x7fffffff } } }),
  'a BigTIFF count of 2^63': () => {
    const bytes = tiff({ big: true });
    const first = DATA + plainData.length + 8;
    bytes.set([0, 0, 0, 0, 0, 0, 0, 128], first + 5 * 20 + 4);
    return bytes;
  },
  'an offset of a strip at the end of the file': () => tiff({ tags: { 273: long(16, 16, 16, 0x7ffffff0) } }),
  'a hundred thousand tiles of a pixel': () => {
    const [width, count] = [320, 320 ** 2];
    const tables = { 324: long(...new Array(count).fill(16)), 325: long(...new Array(count).fill(6)) };
    return tiff({ tags: { 256: long(width), 257: long(width), 322: short(1), 323: short(1), ...tables } });
  },
  'a strip that begins in the header': () => tiff({ tags: { 273: long(0, 16, 16, 16) } }),
  'strips that are longer than the file': () => tiff({ tags: { 279: long(huge, 1, 1, 1) } }),
  'no offsets': () => tiff({ tags: { 273: undefined } }),
  'no byte counts': () => tiff({ tags: { 279: undefined } }),
  'fewer offsets than strips': () => tiff({ tags: { 273: long(16) } }),
  'offsets as text': () => tiff({ tags: { 273: ascii('16,16,16,16') } }),
  'a width as text': () => tiff({ tags: { 256: ascii('32') } }),
  // Dimensions.
  'no width': () => tiff({ tags: { 256: undefined } }),
  'no height': () => tiff({ tags: { 257: undefined } }),
  'a width of 0': () => tiff({ tags: { 256: short(0) } }),
  'a height of 0': () => tiff({ tags: { 257: short(0) } }),
  'four thousand million pixels across': () => tiff({ tags: { 256: long(huge) } }),
  'four thousand million pixels each way': () => tiff({ tags: { 256: long(huge), 257: long(huge) } }),
  'a negative width': () => tiff({ tags: { 256: { type: 9, values: [huge] } } }),
  'a strip of no rows': () => tiff({ tags: { 278: short(0) } }),
  'tiles of no width': () => tiff({ tags: { 322: short(0), 323: short(16), 324: long(16), 325: long(1) } }),
  'tiles of four thousand million pixels': () =>
    tiff({ tags: { 322: long(huge), 323: long(huge), 324: long(16), 325: long(6144) } }),
  'a tile of 30,000 x 30,000': () =>
    tiff({ tags: { 322: long(30_000), 323: long(30_000), 324: long(16), 325: long(6144), 259: short(8) } }),
  'no bands': () => tiff({ tags: { 277: short(0) } }),
  '65,535 bands': () => tiff({ tags: { 277: short(65_535) } }),
  'one band': () => tiff({ tags: { 277: short(1) } }),
  'more pixels than data': () => tiff({ tags: { 256: short(64), 257: short(64), 278: short(16) } }),
  'a strip shorter than its rows': () => tiff({ tags: { 279: long(10, 10, 10, 10) } }),
  'a fraction of a pixel': () => tiff({ tags: { 256: double(31.5) } }),
  'a height that is no number': () => tiff({ tags: { 257: double(Number.NaN) } }),
  'offsets that are negative': () => tiff({ tags: { 273: { type: 9, values: [huge, huge, huge, huge] } } }),
  'byte counts that are fractions': () => tiff({ tags: { 279: double(0.5, 0.5, 0.5, 0.5) } }),
  // Samples and codecs.
  'samples of 0 bits': () => tiff({ tags: { 258: short(0, 0, 0) } }),
  'samples of 65,535 bits': () => tiff({ tags: { 258: short(65_535, 65_535, 65_535) } }),
  'samples of 12 bits': () => tiff({ tags: { 258: short(12, 12, 12) } }),
  'bands of different bits': () => tiff({ tags: { 258: short(16, 8, 16) } }),
  'complex samples': () => tiff({ tags: { 258: short(64, 64, 64), 339: short(6, 6, 6) } }),
  'a palette': () => tiff({ tags: { 262: short(3) } }),
  'an unknown colour space': () => tiff({ tags: { 262: short(32_845) } }),
  'an unknown compression': () => tiff({ tags: { 259: short(12_345) } }),
  'old-style JPEG': () => tiff({ tags: { 259: short(6) } }),
  'LZW that is none': () =>
    tiff({ tags: { 259: short(5) }, data: new Uint8Array(plainData.length).fill(255) }),
  'DEFLATE that is none': () => tiff({ tags: { 259: short(8) } }),
  'Zstandard that is none': () => tiff({ tags: { 259: short(50_000) } }),
  'LERC that is none': () => tiff({ tags: { 259: short(34_887) } }),
  'JPEG that is none': () => tiff({ tags: { 259: short(7), 258: short(8, 8, 8) } }),
  'PackBits that ends early': () =>
    tiff({ tags: { 259: short(32_773) }, data: new Uint8Array(plainData.length).fill(128) }),
  'predictor 9': () => tiff({ tags: { 259: short(5), 317: short(9) } }),
  'predictor 3 of integers': () => tiff({ tags: { 259: short(8), 317: short(3) } }),
  // Bombs.
  'a gigabyte in a strip of a few bytes': () =>
    packed(zlib(1000), { 256: long(20_000), 257: long(9000), 278: long(9000) }),
  '229 MB declared in 64 bytes': () =>
    packed(zlib(64), { 256: long(8000), 257: long(5000), 278: long(5000) }),
  'a strip of 190 MB': () => packed(zlib(200_000_000), { 256: long(8000), 257: long(4000), 278: long(4000) }),
  'a thousand bands of the same strip': () =>
    packed(zlib(2 * SIDE * SIDE), {
      258: short(...new Array(1000).fill(16)),
      277: short(1000),
      278: long(SIDE),
      256: long(200_000),
      257: long(200_000),
    }),
};

const harmless: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  'a sound file': () => tiff(),
  'a sound big-endian BigTIFF': () => tiff({ big: true, littleEndian: false }),
  'a strip that inflates to 20 MB': () => packed(zlib(20_000_000)),
  'geo keys that claim more than there are': () =>
    tiff({ tags: { 34735: short(1, 1, 0, 65_535, 3072, 34_737, 65_535, 65_535) } }),
  'geo keys that point into nothing': () =>
    tiff({ tags: { 34735: short(1, 1, 0, 1, 3072, 34_736, 1, 9999) } }),
  'geo keys cut short': () => tiff({ tags: { 34735: short(1, 1) } }),
  'geo keys of text': () => tiff({ tags: { 34735: ascii('EPSG:4326') } }),
  'a pixel of no size': () => tiff({ tags: { 33550: double(0, 0, 0) } }),
  'a pixel of infinite size': () => tiff({ tags: { 33550: double(Number.POSITIVE_INFINITY, 10, 0) } }),
  'a tie point that is no number': () => tiff({ tags: { 33922: double(0, 0, 0, Number.NaN, 0, 0) } }),
  'a singular transformation': () =>
    tiff({ tags: { 33550: undefined, 33922: undefined, 34264: double(...new Array(16).fill(1)) } }),
  'pixels of 10^300 metres': () => tiff({ tags: { 33550: double(1e300, 1e300, 0) } }),
  'a no-data value of 100,000 letters': () => tiff({ tags: { 42113: ascii('9'.repeat(100_000)) } }),
  'a no-data value of 100,000 digits and a letter': () =>
    tiff({ tags: { 42113: ascii(`${'9'.repeat(100_000)}x`) } }),
  'a no-data value that is none': () => tiff({ tags: { 42113: ascii('<script>') } }),
  'metadata of 100,000 opened items': () => items('<Item '.repeat(100_000)),
  'metadata of 100,000 unclosed items': () => items('<Item name="x">'.repeat(60_000)),
  'metadata of 40,000 items': () => items('<Item name="a" sample="0" role="scale">9</Item>'.repeat(20_000)),
  'metadata of a million spaces': () => items(`<Item name${' '.repeat(900_000)}>x</Item>`),
  'a band name of 900,000 digits': () =>
    items(`<Item name="DESCRIPTION" sample="0" role="description">${'9'.repeat(900_000)}</Item>`),
  'metadata of entities': () => items(`<Item name="a">${'&#x110000;&amp;&'.repeat(50_000)}</Item>`),
  'metadata of 16 MB': () => items('x'.repeat(16 * 2 ** 20)),
  'a scale of 10^300 and an offset that is none': () =>
    items('<Item sample="0" role="scale">1e300</Item><Item sample="0" role="offset">abc</Item>'),
  'a description of 100,000 letters': () =>
    items(`<Item sample="0" role="description">${'red edge '.repeat(11_000)}</Item>`),
  'an overview larger than the image': () =>
    tiff({ directories: [plainTags(), plainTags({ 254: long(1), 256: long(60_000), 257: long(60_000) })] }),
  'an overview of another type': () =>
    tiff({ directories: [plainTags(), plainTags({ 254: long(1), 256: short(16), 258: short(8, 8, 8) })] }),
};

async function outcome(bytes: Uint8Array<ArrayBuffer>): Promise<{ error: unknown; milliseconds: number }> {
  asked = 0;
  made.bytes = 0;
  const spent = processorTime();
  const error = await openScene(counting(bytes)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, milliseconds: spent() };
}

describe('files made to do harm', () => {
  it('are at least sixty', () => {
    expect(Object.keys(refused).length + Object.keys(harmless).length).toBeGreaterThanOrEqual(60);
  });

  it.each(Object.keys(refused))('%s: refused within a second and 64 MB', async (name) => {
    const { error, milliseconds } = await outcome(refused[name]());
    expect(error).toBeInstanceOf(PipelineError);
    expect((error as PipelineError).code).toMatch(/^(file|scene)\//);
    expect((error as PipelineError).remedy).not.toBe('');
    expect(milliseconds).toBeLessThan(BUDGET_MS);
    expect(asked).toBeLessThan(BUDGET_BYTES);
    expect(made.bytes).toBeLessThan(BUDGET_BYTES);
  });

  it.each(Object.keys(harmless))('%s: opened within a second and 64 MB', async (name) => {
    const { error, milliseconds } = await outcome(harmless[name]());
    expect(error).toBeNull();
    expect(milliseconds).toBeLessThan(BUDGET_MS);
    expect(asked).toBeLessThan(BUDGET_BYTES);
    expect(made.bytes).toBeLessThan(BUDGET_BYTES);
  });

  it('a block that claims gigabytes of an endless file is read no further than it can be of use', async () => {
    const bytes = tiff({ tags: { 259: short(8), 279: long(huge, huge, huge, huge) } });
    let longest = 0;
    const endless: ByteSource = {
      name: 'endless.tif',
      size: Number.POSITIVE_INFINITY,
      async read(position, length) {
        longest = Math.max(longest, length);
        const part = new Uint8Array(Math.min(length, BUDGET_BYTES));
        part.set(bytes.subarray(position, position + part.length));
        return part;
      },
    };
    await expect(openScene(endless)).rejects.toMatchObject({ code: 'file/corrupt' });
    expect(longest).toBeLessThan(BUDGET_BYTES);
  });
});
