import { describe, expect, it } from 'vitest';
import { type ImageLayout, regroupPlainStrips } from './layout.ts';

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

/** Strips of some rows, one after the other. */
function strips(rows: number): ImageLayout {
  const count = Math.ceil(1000 / rows);
  const heights = Array.from({ length: count }, (_, i) => Math.min(rows, 1000 - i * rows));
  return {
    ...layout,
    blockHeight: rows,
    offsets: heights.map((_, i) => 8 + i * rows * 24_576),
    byteCounts: heights.map((height) => height * 24_576),
  };
}

describe('uncompressed strips', () => {
  it.each([1, 7, 42, 500, 1000])('of %i rows become pieces of about a megabyte without a gap', (rows) => {
    const regrouped = regroupPlainStrips(strips(rows));
    expect(regrouped.blockHeight).toBe(42);
    expect(regrouped.offsets).toHaveLength(Math.ceil(1000 / 42));
    let end = 8;
    regrouped.offsets.forEach((offset, i) => {
      expect(offset).toBe(end);
      end += regrouped.byteCounts[i];
    });
    expect(end).toBe(8 + 1000 * 24_576);
  });

  it('are regrouped band by band if bands are apart', () => {
    const regrouped = regroupPlainStrips({
      ...layout,
      planar: true,
      offsets: [8, 1e8, 2e8],
      byteCounts: [1, 1, 1].map(() => 1000 * 8192),
    });
    const perBand = Math.ceil(1000 / 128);
    expect(regrouped.offsets).toHaveLength(3 * perBand);
    expect(regrouped.offsets[perBand]).toBe(1e8);
    expect(regrouped.offsets[2 * perBand + 1]).toBe(2e8 + 128 * 8192);
  });

  it('stay as they are where they do not follow each other, or one is left out', () => {
    const apart = strips(10);
    const scattered = { ...apart, offsets: apart.offsets.map((offset, i) => offset + (i > 3 ? 2 : 0)) };
    expect(regroupPlainStrips(scattered)).toBe(scattered);
  });

  it('are refused if shorter than their rows', () => {
    expect(() => regroupPlainStrips({ ...layout, byteCounts: [999 * 24_576] })).toThrow(
      /shorter than its rows/,
    );
  });
});
