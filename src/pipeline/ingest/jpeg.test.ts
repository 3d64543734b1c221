import { describe, expect, it } from 'vitest';
import { PipelineError } from '../errors.ts';
import { fixture } from '../testing/fixtures.ts';
import { buildTiff, DATA, field, plainTags } from '../testing/tiff-builder.ts';
import { openScene } from './open.ts';

async function readAll(file: File) {
  const source = await openScene(file);
  const { width, height } = source.scene.grid;
  return { scene: source.scene, ...(await source.read({ x: 0, y: 0, width, height })) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}

describe('JPEG is read as GDAL reads it', () => {
  // Decoders round the inverse transform differently, by 1 count; from chroma, BT.601 carries that to blue
  // with a weight of 1.772, on top of luma.
  it.each([
    ['jpeg-ycbcr', 3, 0.3],
    ['jpeg-rgb', 1, 0.15],
    ['jpeg-rgba', 1, 0.15],
    ['jpeg-bands', 1, 0.15],
  ])('%s: within %d, on average within %d', async (name, worst, mean) => {
    const ours = await readAll(fixture(`${name}.tif`));
    const theirs = await readAll(fixture(`${name}-by-gdal.tif`));
    ours.bands.forEach((band, b) => {
      expect(largestDifference(band, theirs.bands[b])).toBeLessThanOrEqual(worst);
      const sum = Array.from(band).reduce(
        (total, value, i) => total + Math.abs(value - theirs.bands[b][i]),
        0,
      );
      expect(sum / band.length).toBeLessThan(mean);
    });
  });

  it('YCbCr is presented as RGB, with its roles', async () => {
    const { scene } = await readAll(fixture('jpeg-ycbcr.tif'));
    expect(scene.metadata.photometricInterpretation).toBe(2);
    expect(scene.bands.map((band) => band.role)).toEqual(['red', 'green', 'blue']);
  });

  it('overviews have tables of their own', async () => {
    const source = await openScene(fixture('jpeg-ycbcr.tif'));
    const small = await source.readDecimated({ x: 0, y: 0, width: 72, height: 52 }, 36, 26);
    const full = await readAll(fixture('jpeg-ycbcr-by-gdal.tif'));
    // Averages of 2 x 2 pixels, as the overview was made; away from the hard edge, which JPEG smears.
    const [column, row] = [5, 8];
    small.bands.forEach((band, b) => {
      const at = row * 2 * 72 + column * 2;
      const under = [0, 1, 72, 73].map((step) => full.bands[b][at + step]);
      const average = under.reduce((sum, value) => sum + value, 0) / 4;
      expect(Math.abs(band[row * 36 + column] - average)).toBeLessThan(8);
    });
  });
});

/** The fixture with bytes changed at places counted from the `nth` marker of a kind. */
async function patched(
  marker: number,
  nth: number,
  changes: Readonly<Record<number, number>>,
): Promise<File> {
  const bytes = new Uint8Array(await fixture('jpeg-rgb.tif').arrayBuffer());
  let at = -1;
  for (let i = 0; i <= nth; i++) {
    do at = bytes.indexOf(0xff, at + 1);
    while (at >= 0 && bytes[at + 1] !== marker);
    if (at < 0) throw new Error(`no marker ${marker.toString(16)}`);
  }
  for (const [step, value] of Object.entries(changes)) bytes[at + Number(step)] = value;
  return new File([bytes], 'patched.tif');
}

const FRAME = 0xc0;
const HUFFMAN = 0xc4;

describe('JPEG that is not what it should be is refused before it is decoded', () => {
  it.each([
    ['a frame of 65535 x 65535', FRAME, { 5: 255, 6: 255, 7: 255, 8: 255 }, 'file/corrupt', /65535 x 65535/],
    ['another width', FRAME, { 8: 71 }, 'file/corrupt', /71 x 16 x 3/],
    ['impossible sampling', FRAME, { 11: 0 }, 'file/corrupt', /sampling/],
    ['12 bits', FRAME, { 4: 12 }, 'file/unsupported-compression', /12 bits/],
    ['lossless', FRAME, { 1: 0xc3 }, 'file/unsupported-compression', /lossless/],
    ['a second frame', HUFFMAN, { 1: FRAME }, 'file/corrupt', /JPEG/],
    ['a table longer than its segment', HUFFMAN, { 5: 200 }, 'file/corrupt', /segment/],
    ['a segment beyond the end', HUFFMAN, { 2: 255 }, 'file/corrupt', /cut off/],
  ] as const)('%s', async (_, marker, changes, code, message) => {
    const error = await readAll(await patched(marker, 0, changes)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PipelineError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  /** 32 x 8 pixels of three bands, all 128, with a restart after each of four units: the parts of its scans, end to end. */
  const grey = (scans: readonly (readonly [components: readonly number[], bytes: readonly number[]])[]) => {
    const segment = (marker: number, body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body];
    const oneCode = (table: number) => [table, 1, ...new Array(15).fill(0), 0];
    const stream = [
      ...[0xff, 0xd8],
      ...segment(0xdb, [0, ...new Array(64).fill(1)]),
      ...segment(FRAME, [8, 0, 8, 0, 32, 3, ...[1, 2, 3].flatMap((id) => [id, 0x11, 0])]),
      ...segment(HUFFMAN, [...oneCode(0), ...oneCode(0x10)]),
      ...segment(0xdd, [0, 1]),
      ...scans.flatMap(([ids, bytes]) => [
        ...segment(0xda, [ids.length, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
        ...bytes,
      ]),
      ...[0xff, 0xd9],
    ];
    const tags = plainTags({
      ...{ 256: field.short(32), 257: field.short(8), 258: field.short(8, 8, 8), 259: field.short(7) },
      ...{ 262: field.short(2), 273: field.long(DATA), 278: field.short(8), 279: field.long(stream.length) },
    });
    return new File([buildTiff({ data: Uint8Array.from(stream), directories: [tags] })], 'grey.tif');
  };
  const TOGETHER = [1, 2, 3];
  const unit = (n: number) => (n === 3 ? [0b11] : [0b11, 0xff, 0xd0 + n]);
  const alone = (id: number) =>
    [[id], [0, 1, 2, 3].flatMap((n) => (n === 3 ? [63] : [63, 0xff, 0xd0 + n]))] as const;

  it('all parts of its scans are read', async () => {
    const together = await readAll(grey([[TOGETHER, [0, 1, 2, 3].flatMap(unit)]]));
    const apart = await readAll(grey([alone(1), alone(2), alone(3)]));
    for (const { bands } of [together, apart]) {
      for (const band of bands) expect(new Set(band)).toEqual(new Set([128]));
    }
  });

  it.each([
    ['a part missing at the end', [[TOGETHER, [...unit(0), ...unit(1), 0b11]]], /cut off/],
    ['a part missing in the middle', [[TOGETHER, [0, 2, 3].flatMap(unit)]], /cut off/],
    ['parts in another order', [[TOGETHER, [1, 0, 2, 3].flatMap(unit)]], /cut off/],
    ['one part only', [[TOGETHER, [0b11]]], /cut off/],
    ['a band missing', [alone(1), alone(3)], /incomplete/],
  ] as const)('%s: is not filled with grey', async (_, scans, message) => {
    await expect(readAll(grey(scans))).rejects.toMatchObject({
      code: 'file/corrupt',
      message: expect.stringMatching(message),
    });
  });

  it('damaged streams give samples or file/corrupt, and never hang', async () => {
    const whole = new Uint8Array(await fixture('jpeg-rgb.tif').arrayBuffer());
    let corrupt = 0;
    for (let at = 300; at < whole.length; at += 13) {
      const copy = whole.slice();
      copy[at] ^= 0x5a;
      const error = await readAll(new File([copy], 'damaged.tif')).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (!error) continue;
      expect(error).toMatchObject({
        code: expect.stringMatching(/^file\/(corrupt|unsupported-compression)$/),
      });
      corrupt++;
    }
    expect(corrupt).toBeGreaterThan(10);
  });
});
