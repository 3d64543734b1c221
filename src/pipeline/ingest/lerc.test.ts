import { describe, expect, it } from 'vitest';
import { expectedSample, fixture } from '../testing/fixtures.ts';
import { type LercExpectation, readLercBlob } from './lerc-blob.ts';
import { openScene } from './open.ts';

const GRID = { x: 0, y: 0, width: 40, height: 30 };

// What LERC keeps exactly is among the layouts in layouts.test.ts.
describe('LERC is read as GDAL reads it', () => {
  it('lossy floats: the same rounding', async () => {
    const ours = await (await openScene(fixture('lerc-lossy.tif'))).read(GRID);
    const theirs = await (await openScene(fixture('lerc-lossy-by-gdal.tif'))).read(GRID);
    expect(ours.bands).toEqual(theirs.bands);
    const off = ours.bands[1][77] - expectedSample('float32', 1, 77 % 40, 1) / 7;
    expect(Math.abs(off)).toBeLessThanOrEqual(0.5);
  });

  it('an alpha band kept as mask', async () => {
    const { bands } = await (await openScene(fixture('lerc-alpha.tif'))).read(GRID);
    let clear = 0;
    for (let i = 0; i < bands[3].length; i++) {
      const [x, y] = [i % 40, Math.floor(i / 40)];
      const opaque = expectedSample('uint8', 3, x, y) > 100;
      if (!opaque) clear++;
      expect(bands[3][i]).toBe(opaque ? 255 : 0);
      for (let b = 0; b < 3; b++) expect(bands[b][i]).toBe(opaque ? expectedSample('uint8', b, x, y) : 0);
    }
    expect(clear).toBeGreaterThan(100);
  });

  it('a mask for each band', async () => {
    const { bands } = await (await openScene(fixture('lerc-gaps.tif'))).read(GRID);
    bands.forEach((samples, band) => {
      const expected = samples.map((_, i) => {
        const [x, y] = [i % 40, Math.floor(i / 40)];
        const gap = y >= 5 + band && y < 12 && x >= 20 && x < 25 + band;
        return gap ? Number.NaN : expectedSample('float32', band, x, y);
      });
      expect(samples).toEqual(expected);
    });
  });
});

describe('damaged LERC', () => {
  it.each([
    'layout-uint8-II-tile-lerc-1-pixel.tif',
    'layout-int32-II-tile-lerc_deflate-1-band.tif',
    'layout-uint16-II-strip-lerc_zstd-1-pixel.tif',
  ])('%s: any changed byte of a block is noticed or harmless', async (name) => {
    const whole = new Uint8Array(await fixture(name).arrayBuffer());
    let corrupt = 0;
    for (let at = whole.length - 700; at < whole.length; at += 11) {
      const copy = whole.slice();
      copy[at] ^= 0x5a;
      const error = await openScene(new File([copy], 'damaged.tif'))
        .then((source) => source.read(GRID))
        .then(
          () => null,
          (thrown: unknown) => thrown,
        );
      if (error) {
        expect(error).toMatchObject({ code: 'file/corrupt' });
        corrupt++;
      }
    }
    expect(corrupt).toBeGreaterThan(40);
  });
});

const EXPECTED: LercExpectation = { width: 8, height: 8, depth: 1, sampleType: 'int16' };

interface Fields {
  readonly version?: number;
  readonly width?: number;
  readonly depth?: number;
  readonly microBlock?: number;
  readonly type?: number;
  readonly valid?: number;
  readonly byteLength?: number;
}

/** A LERC 2.4 image of 8 x 8 int16 from 0 to 9 with the given tile. */
function blob(fields: Fields, tile: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, 0, 0, 0, 0, 0, 9, 0, 0, ...tile];
  const bytes = new Uint8Array(66 + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Array.from('Lerc2 ', (c) => c.charCodeAt(0)));
  const { version = 4, width = 8, depth = 1, valid = 64, microBlock = 8, type = 2 } = fields;
  const header = [version, 0, 8, width, depth, valid, microBlock, fields.byteLength ?? bytes.length, type];
  header.forEach((value, i) => {
    view.setInt32(6 + 4 * i, value, true);
  });
  [0.5, 0, 9].forEach((value, i) => {
    view.setFloat64(42 + 8 * i, value, true);
  });
  bytes.set(body, 66);
  return bytes;
}

/** One tile: offset 0 in a byte, then 64 values of 1 bit. */
const TILE = [0b1000_0001, 0, 0b1000_0001, 64, 1, 2, 3, 4, 5, 6, 7, 8];

describe('the structure of a LERC image is checked before it is decoded', () => {
  it('sound ones pass', () => {
    expect(readLercBlob(blob({}, TILE), EXPECTED)).toMatchObject({ depth: 1, min: 0, max: 9, mask: null });
  });

  it.each([
    ['another width', { width: 9 }, TILE, /9 x 8/],
    ['more bands than the block', { depth: 2 }, TILE, /x 2/],
    ['another sample type', { type: 6 }, TILE, /LERC/],
    ['tiles of no size', { microBlock: 0 }, TILE, /LERC/],
    ['tiles of huge size', { microBlock: 1 << 20 }, TILE, /LERC/],
    ['a length beyond its bytes', { byteLength: 5000 }, TILE, /5000 bytes/],
    ['more values than the tile holds', {}, [0b1000_0001, 0, 0b1000_0001, 65, 1, 2], /claims 65 values/],
    ['four thousand million values', {}, [0b1000_0001, 0, 0b0010_0000, 255, 255, 255, 255, 1], /values/],
    ['an empty table, on which the decoder never ends', {}, [0b1000_0001, 0, 0b1010_0001, 64, 0], /empty/],
    ['an end amid the tile', {}, TILE.slice(0, 9), /cut off/],
  ] as const)('%s', (_, fields, tile, message) => {
    const read = () => readLercBlob(blob(fields, tile), EXPECTED);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'file/corrupt' }));
  });

  it.each([
    ['another version', { version: 6 }, /version 2\.6/],
    ['a mask that is not there', { valid: 60 }, /shares its mask/],
  ])('%s is not supported', (_, fields, message) => {
    const read = () => readLercBlob(blob(fields, TILE), EXPECTED);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'file/unsupported-compression' }));
  });
});
