import { describe, expect, it } from 'vitest';
import { PipelineError } from '../errors.ts';
import { fixture } from '../testing/fixtures.ts';
import { buildTiff, field, plainData, plainTags } from '../testing/tiff-builder.ts';
import { openScene } from './open.ts';

const CASES: readonly (readonly [file: string, code: string, message: RegExp, remedy: RegExp])[] = [
  ['not-a-tiff.png', 'file/not-a-tiff', /PNG/, /gdal_translate/],
  ['not-a-tiff.jpg', 'file/not-a-tiff', /JPEG picture/, /gdal_translate/],
  ['not-a-tiff.jp2', 'file/jpeg2000', /JPEG 2000/, /gdal_translate input\.jp2/],
  ['bad-truncated.tif', 'file/truncated', /incomplete/, /fetch it again/],
  ['bad-cyclic.tif', 'file/corrupt', /circle/, /export it again/],
  ['bad-count.tif', 'file/corrupt', /claims/, /again/],
  ['bad-ifd-offset.tif', 'file/truncated', /ends before/, /again/],
  ['bad-block-table.tif', 'file/corrupt', /needs 15 blocks and lists 1/, /again/],
  ['bad-stream.tif', 'file/corrupt', /cannot be unpacked/, /again/],
  ['bad-short-stream.tif', 'file/corrupt', /ends after 1000 of 24576 bytes/, /again/],
  ['bad-zero-size.tif', 'file/empty-image', /0 x 0/, /export/],
  ['bad-single-band.tif', 'scene/too-few-bands', /single band/, /gdalbuildvrt -separate/],
  ['bad-palette.tif', 'scene/palette', /palette/, /-expand rgb/],
  ['bad-complex.tif', 'file/unsupported-samples', /complex/, /optical image/],
  ['bad-bits.tif', 'file/unsupported-samples', /1 bits/, /-ot Byte/],
  ['bad-jpeg.tif', 'file/unsupported-compression', /old-style JPEG/, /COMPRESS=DEFLATE/],
  ['bad-lerc-uint32.tif', 'file/unsupported-compression', /LERC with uint32/, /COMPRESS=DEFLATE/],
  ['bad-compression.tif', 'file/unsupported-compression', /JBIG/, /COMPRESS=DEFLATE/],
  ['bad-too-large.tif', 'file/too-large', /400000 x 300000/, /-srcwin/],
  ['bomb-declared.tif', 'file/corrupt', /claims 229 MB/, /again/],
];

describe('bad input is refused with a code, a message and a remedy', () => {
  it.each(CASES)('%s: %s', async (file, code, message, remedy) => {
    const error = await openScene(fixture(file)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PipelineError);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });

  it.each([
    [1, 12, 'UInt16'],
    [1, 20, 'UInt32'],
    [1, 5, 'Byte'],
    [2, 12, 'Int16'],
    [1, 64, 'Float64'],
    [3, 24, 'Float32'],
  ])('samples of format %i and %i bits: %s holds them', async (format, bits, type) => {
    const change = { 258: field.short(bits, bits, bits), 339: field.short(format, format, format) };
    const bytes = buildTiff({ data: plainData, directories: [plainTags(change)] });
    await expect(openScene(new File([bytes], 'narrow.tif'))).rejects.toMatchObject({
      code: 'file/unsupported-samples',
      message: expect.stringContaining(`${bits} bits`),
      remedy: expect.stringContaining(`-ot ${type} `),
    });
  });

  it('bits in reverse order are told as that', async () => {
    const bytes = buildTiff({ data: plainData, directories: [plainTags({ 266: field.short(2) })] });
    await expect(openScene(new File([bytes], 'reversed.tif'))).rejects.toMatchObject({
      code: 'file/unsupported-samples',
      message: expect.stringContaining('reverse order'),
      remedy: expect.stringContaining('-ot UInt16 '),
    });
  });

  it('what converts a compression leaves the bands what they are', async () => {
    const bytes = buildTiff({ data: plainData, directories: [plainTags({ 259: field.short(34925) })] });
    await expect(openScene(new File([bytes], 'lzma.tif'))).rejects.toMatchObject({
      code: 'file/unsupported-compression',
      remedy: expect.not.stringContaining('PHOTOMETRIC'),
    });
  });

  it.each([
    ['', 'is empty'],
    ['PK\x03\x04rest of an archive', 'ZIP archive'],
    ['\x89HDF\r\n\x1a\n data', 'HDF5'],
    ['<!DOCTYPE html><html>', 'web page'],
    ['just some text that is long enough', 'not a TIFF'],
    ['II*', 'not a TIFF'],
  ])('%j', async (content, words) => {
    const blob = new File([Uint8Array.from(content, (c) => c.charCodeAt(0))], 'dropped.tif');
    await expect(openScene(blob)).rejects.toMatchObject({
      code: 'file/not-a-tiff',
      message: expect.stringContaining(words),
    });
  });

  it('any cut of a good file is refused or read, never believed beyond its end', async () => {
    const whole = await fixture('layout-uint16-MM-big-tile-deflate-2-pixel.tif').arrayBuffer();
    for (let length = 0; length < whole.byteLength; length += 97) {
      const error = await openScene(new File([whole.slice(0, length)], 'cut.tif')).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: expect.stringMatching(/^file\/(truncated|not-a-tiff|corrupt)$/) });
    }
  });

  it('any flipped byte of the directory gives a scene or a PipelineError, soon', async () => {
    const whole = new Uint8Array(await fixture('scaled.tif').arrayBuffer());
    for (let at = 0; at < 400; at++) {
      const copy = whole.slice();
      copy[at] ^= 0xff;
      const outcome = await openScene(new File([copy], 'flipped.tif')).catch((e: unknown) => e);
      if (outcome instanceof Error)
        expect(outcome, `byte ${at}: ${outcome.stack}`).toBeInstanceOf(PipelineError);
    }
  });

  it.each(['zstd', 'deflate', 'lzw', 'packbits'])(
    'damaged %s blocks give samples or file/corrupt, and never hang',
    async (codec) => {
      const names = {
        zstd: 'layout-uint16-II-strip-zstd-2-band.tif',
        deflate: 'layout-uint16-MM-tile-deflate-2-band.tif',
        lzw: 'layout-int16-II-strip-lzw-1-band.tif',
        packbits: 'layout-uint8-II-strip-packbits-1-pixel.tif',
      };
      const whole = new Uint8Array(await fixture(names[codec as keyof typeof names]).arrayBuffer());
      let corrupt = 0;
      for (let at = whole.length - 600; at < whole.length; at += 7) {
        const copy = whole.slice();
        copy[at] ^= 0x5a;
        const error = await openScene(new File([copy], 'damaged.tif')).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error) expect(error).toMatchObject({ code: 'file/corrupt' });
        if (error) corrupt++;
      }
      if (codec === 'zstd' || codec === 'deflate') expect(corrupt).toBeGreaterThan(10);
    },
  );

  it('a strip that would inflate to 20 MB is read no further than its image', async () => {
    const source = await openScene(fixture('bomb-strip.tif'));
    const { bands } = await source.read({ x: 0, y: 0, width: 64, height: 64 });
    expect(bands[2]).toEqual(new Uint16Array(64 * 64));
  });
});
