const CLEAR = 256;
const END = 257;
const CODES = 4096;

/*
 * The string of a code: its first four bytes (the first is the lowest), and where it stands in the output. The strings of
 * one code after another begin one after another there, and each ends with the first byte of the next one: so the place
 * of the next code tells how long it is. Literals have no place and need none. The rest is written anew for each block.
 */
const heads = Int32Array.from({ length: CODES }, (_, code) => (code < CLEAR ? code : 0));
const places = new Int32Array(CODES + 1);

/**
 * Unpacks LZW as in TIFF 6.0, section 13 (codes of 9 to 12 bits, most significant bit first, the width growing one code
 * early) until there are `most` bytes or the stream ends.
 * @throws Error for a code that stands for nothing yet
 */
export function unpackLzw(packed: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  // Room behind both, so that all is read and written four bytes at a time; no string is as long as there are codes.
  const padded = new Uint8Array(packed.length + 4);
  padded.set(packed);
  const out = new Uint8Array(most + CODES);
  const source = new DataView(padded.buffer);
  const target = new DataView(out.buffer);
  // Asked for their length here, V8 knows within the loop what they are.
  const end = (source.byteLength - 4) * 8;
  const length = target.byteLength - CODES;
  let filled = 0;
  /** The code that the string before and the first byte of this one will make; END where a clear code has just been. */
  let next = END;
  let width = 9;
  /** Length and first bytes of the string before, which ends at `filled`. */
  let previous = 0;
  let head = 0;
  /** Position of the next code in bits. */
  let at = 0;
  while (filled < length) {
    // Codes have no more than 12 bits: with that said once more, V8 need not check the bounds of the tables.
    const code = ((source.getInt32(at >>> 3) << (at & 7)) >>> (32 - width)) & (CODES - 1);
    at = (at + width) | 0;
    if (at > end || code === END) break;
    if (code === CLEAR) {
      next = END;
      width = 9;
      continue;
    }
    if (code > next) throw new Error(`LZW code ${code} before its definition`);
    if (next < CODES) {
      // A code may be used before it is complete: it begins as the string before.
      const first = (code === next ? head : heads[code]) & 255;
      heads[next] = previous < 4 ? head | (first << (8 * previous)) : head;
      next++;
      places[next] = filled;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    head = heads[code];
    const place = places[code];
    previous = (places[code + 1] - place + 1) | 0;
    // Most strings are short: four bytes without a loop, of which the next string overwrites those that are too many.
    target.setInt32(filled, head, true);
    for (let i = 4; i < previous; i += 4) target.setInt32(filled + i, target.getInt32(place + i, true), true);
    filled = (filled + previous) | 0;
  }
  return out.slice(0, Math.min(filled, most));
}
