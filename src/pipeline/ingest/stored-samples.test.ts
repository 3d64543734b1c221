import { describe, expect, it } from 'vitest';
import type { SampleType } from '../scene.ts';
import { type ImageLayout, SAMPLE_ARRAYS, SAMPLE_BYTES } from './layout.ts';
import { swapBytes, toSamples } from './stored-samples.ts';

const WIDTH = 7;
const ROWS = 3;

const layoutOf = (sampleType: SampleType, change: Partial<ImageLayout>): ImageLayout => ({
  width: WIDTH,
  height: ROWS,
  bands: 3,
  sampleType,
  storedBits: 8 * SAMPLE_BYTES[sampleType],
  littleEndian: true,
  compression: 8,
  predictor: 2,
  planar: false,
  blockWidth: WIDTH,
  blockHeight: ROWS,
  tiled: true,
  offsets: [0],
  byteCounts: [1],
  ...change,
});

/** Differences to the left, modulo 2^bits, and the samples that they were made of: [band][pixel]. */
function differences(sampleType: SampleType, bands: number) {
  const bits = BigInt(8 * SAMPLE_BYTES[sampleType]);
  const value = (band: number, pixel: number) =>
    BigInt.asUintN(Number(bits), BigInt(pixel * 73 + band * 11) * 0x9e3779b97f4a7c15n);
  const bytes = new Uint8Array((ROWS * WIDTH * bands * Number(bits)) / 8);
  for (let i = 0; i < ROWS * WIDTH * bands; i++) {
    const [pixel, band] = [Math.floor(i / bands), i % bands];
    let stored = value(band, pixel) - (pixel % WIDTH === 0 ? 0n : value(band, pixel - 1));
    for (let b = 0; b < Number(bits) / 8; b++, stored >>= 8n)
      bytes[(i * Number(bits)) / 8 + b] = Number(stored & 255n);
  }
  const raw = new BigUint64Array(ROWS * WIDTH);
  const expected = Array.from({ length: bands }, (_, band) => {
    for (let pixel = 0; pixel < raw.length; pixel++) raw[pixel] = value(band, pixel);
    const narrow = new Uint8Array(ROWS * WIDTH * SAMPLE_BYTES[sampleType]);
    const wide = new Uint8Array(raw.buffer);
    for (let i = 0; i < narrow.length; i++)
      narrow[i] = wide[Math.floor(i / SAMPLE_BYTES[sampleType]) * 8 + (i % SAMPLE_BYTES[sampleType])];
    return narrow;
  });
  return { bytes, expected };
}

describe('differences to the left become samples', () => {
  describe.each(Object.keys(SAMPLE_ARRAYS) as SampleType[])('%s', (type) => {
    it.each([
      { bands: 3, planar: false, littleEndian: true },
      { bands: 3, planar: false, littleEndian: false },
      { bands: 3, planar: true, littleEndian: true },
      { bands: 1, planar: false, littleEndian: false },
    ])('$bands bands, planar: $planar, little-endian: $littleEndian', ({ bands, planar, littleEndian }) => {
      const stored = planar ? 1 : bands;
      const { bytes, expected } = differences(type, stored);
      if (!littleEndian) swapBytes(bytes, SAMPLE_BYTES[type]);
      const block = toSamples(bytes, layoutOf(type, { bands, planar, littleEndian }), ROWS);
      expect(block.samples).toBeInstanceOf(SAMPLE_ARRAYS[type]);
      const size = SAMPLE_BYTES[type];
      const all = new Uint8Array(block.samples.buffer);
      for (let band = 0; band < stored; band++) {
        for (let pixel = 0; pixel < ROWS * WIDTH; pixel++) {
          const start = Math.floor(pixel / WIDTH) * WIDTH * stored;
          const at = (start + band * block.bandStep + (pixel % WIDTH) * block.pixelStep) * size;
          expect(all.subarray(at, at + size)).toEqual(
            expected[band].subarray(pixel * size, (pixel + 1) * size),
          );
        }
      }
    });
  });
});
