import { describe, expect, it } from 'vitest';
import { type ImageLayout, splitPlainStrips } from './layout.ts';

/** 4096 pixels x 3 bands x 16 bits: 24 kB a row, 42 rows in a megabyte. */
const layout: ImageLayout = {
  width: 4096,
  height: 1000,
  bands: 3,
  sampleType: 'uint16',
  storedBits: 16,
  littleEndian: true,
  compression: 1,
  predictor: 1,
  planar: false,
  blockWidth: 4096,
  blockHeight: 1000,
  tiled: false,
  offsets: [8],
  byteCounts: [1000 * 24_576],
};

describe('tall uncompressed strips', () => {
  it('are cut into pieces of about a megabyte that cover them without a gap', () => {
    const cut = splitPlainStrips(layout);
    expect(cut.blockHeight).toBe(42);
    expect(cut.offsets).toHaveLength(Math.ceil(1000 / 42));
    let end = 8;
    cut.offsets.forEach((offset, i) => {
      expect(offset).toBe(end);
      end += cut.byteCounts[i];
    });
    expect(end).toBe(8 + 1000 * 24_576);
  });

  it('are cut band by band if bands are apart', () => {
    const cut = splitPlainStrips({
      ...layout,
      planar: true,
      offsets: [8, 1e8, 2e8],
      byteCounts: [1, 1, 1].map(() => 1000 * 8192),
    });
    const perBand = Math.ceil(1000 / 128);
    expect(cut.offsets).toHaveLength(3 * perBand);
    expect(cut.offsets[perBand]).toBe(1e8);
    expect(cut.offsets[2 * perBand + 1]).toBe(2e8 + 128 * 8192);
  });

  it('stay whole where they are low, or would leave an irregular table', () => {
    const low = { ...layout, blockHeight: 10, offsets: [], byteCounts: [] };
    expect(splitPlainStrips(low)).toBe(low);
    const uneven = { ...layout, blockHeight: 500, offsets: [8, 9], byteCounts: [1, 1] };
    expect(splitPlainStrips(uneven)).toBe(uneven);
  });

  it('are refused if shorter than their rows', () => {
    expect(() => splitPlainStrips({ ...layout, byteCounts: [999 * 24_576] })).toThrow(
      /shorter than its rows/,
    );
  });
});
