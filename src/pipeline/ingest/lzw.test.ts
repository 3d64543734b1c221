import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackLzw } from './lzw.ts';

const CLEAR = 256;
const END = 257;

/** Codes of 9 to 12 bits in bytes, the width growing as a reader's table does. */
function toBytes(codes: readonly number[]): Uint8Array {
  const bits: number[] = [];
  let next = END + 1;
  let width = 9;
  let first = true;
  for (const code of codes) {
    for (let bit = width - 1; bit >= 0; bit--) bits.push((code >> bit) & 1);
    if (code === CLEAR) {
      [next, width, first] = [END + 1, 9, true];
    } else {
      if (!first && next < 4096) next++;
      first = false;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
  }
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, k) => (byte << 1) | (bits[i * 8 + k] ?? 0), 0),
  );
}

/** As TIFF 6.0 writes it. @param clearAt size of the table at which it starts anew; 4096 keeps the full one */
function encode(bytes: Uint8Array, clearAt: number): Uint8Array {
  const codes = [CLEAR];
  const table = new Map<string, number>();
  const codeOf = (string: string) => (string.length === 1 ? string.charCodeAt(0) : (table.get(string) ?? -1));
  let next = END + 1;
  let string = '';
  for (const byte of bytes) {
    const longer = string + String.fromCharCode(byte);
    if (codeOf(longer) >= 0) {
      string = longer;
      continue;
    }
    codes.push(codeOf(string));
    if (next < 4096) table.set(longer, next++);
    if (next >= clearAt && clearAt < 4096) {
      codes.push(CLEAR);
      table.clear();
      next = END + 1;
    }
    string = String.fromCharCode(byte);
  }
  if (string) codes.push(codeOf(string));
  return toBytes([...codes, END]);
}

/** The same word for word as the standard has it: a table of strings. */
function plainly(packed: Uint8Array, length: number): number[] {
  const out: number[] = [];
  let table: number[][] = [];
  let before: number[] | null = null;
  let width = 9;
  for (let at = 0; out.length < length && at + width <= packed.length * 8; ) {
    let code = 0;
    for (let end = at + width; at < end; at++) code = (code << 1) | ((packed[at >> 3] >> (7 - (at & 7))) & 1);
    if (code === END) break;
    if (code === CLEAR) {
      [table, before, width] = [[], null, 9];
      continue;
    }
    let string: number[] | undefined = code < CLEAR ? [code] : table[code - END - 1];
    if (!string && before && code === END + 1 + table.length) string = [...before, before[0]];
    if (!string) throw new Error('not defined');
    if (before && table.length < 4096 - END - 1) table.push([...before, string[0]]);
    if (END + 1 + table.length >= (1 << width) - 1 && width < 12) width++;
    out.push(...string);
    before = string;
  }
  return out.slice(0, length);
}

/** Smooth, noisy, and of one value: strings of all lengths, the last one of hundreds of bytes. */
const images: Readonly<Record<string, Uint8Array>> = {
  smooth: Uint8Array.from({ length: 60_000 }, (_, i) => 128 + 100 * Math.sin(i / 700)),
  noisy: Uint8Array.from({ length: 30_000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 26),
  'of one value': new Uint8Array(200_000).fill(7),
};

describe('LZW', () => {
  describe.each(Object.entries(images))('%s', (_, bytes) => {
    it.each([4093, 700, 4096])('comes back, the table cleared at %i codes', (clearAt) => {
      const packed = encode(bytes, clearAt);
      expect(Buffer.compare(unpackLzw(packed, bytes.length), bytes)).toBe(0);
    });

    it('gives as much as is asked for, in a buffer of its own', () => {
      const packed = encode(bytes.subarray(0, 3000), 4093);
      for (const length of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 1001, 2999]) {
        const out = unpackLzw(packed, length);
        expect(out).toEqual(bytes.slice(0, length));
        expect(out.buffer.byteLength).toBe(length);
      }
    });

    it('gives as much as a stream holds that is cut off', () => {
      const packed = encode(bytes.subarray(0, 2000), 4093);
      for (let end = 0; end < packed.length; end += 7) {
        const part = packed.slice(0, end);
        expect([...unpackLzw(part, 2000)]).toEqual(plainly(part, 2000));
      }
    });
  });

  it('reads any bytes as the standard says, or refuses them', () => {
    const codes = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 290 }), fc.constantFrom(CLEAR, 258, 259, 260)),
      {
        maxLength: 60,
      },
    );
    const packed = fc.oneof(
      codes.map((list) => toBytes(list)),
      fc.uint8Array({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(packed, fc.integer({ min: 0, max: 300 }), (bytes, length) => {
        let expected: number[] | null = null;
        try {
          expected = plainly(bytes, length);
        } catch {}
        if (!expected) expect(() => unpackLzw(bytes, length)).toThrow(/before its definition/);
        else expect([...unpackLzw(bytes, length)]).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});
