const CLEAR = 256;
const END = 257;
const CODES = 4096;

/*
 * The string of a code: its length, its first four bytes (the first is the lowest), and a place where it stands in the
 * output. Literals have no place and need none. The rest is written anew for each block.
 */
const stringLengths = new Int32Array(CODES).fill(1, 0, CLEAR);
const stringHeads = Int32Array.from({ length: CODES }, (_, code) => (code < CLEAR ? code : 0));
const stringPlaces = new Int32Array(CODES);

/**
 * Unpacks LZW as in TIFF 6.0, section 13 (codes of 9 to 12 bits, most significant bit first, the width growing one code
 * early) until `out` is full or the stream ends, and tells how many bytes that were. Bytes of `out` behind them may hold
 * anything.
 * @throws Error for a code that stands for nothing yet
 */
export function unpackLzw(packed: Uint8Array, out: Uint8Array): number {
  // In this function's own variables: V8 looks those of the module up again and again.
  const lengths = stringLengths;
  const heads = stringHeads;
  const places = stringPlaces;
  const { length } = out;
  const source = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const target = new DataView(out.buffer, out.byteOffset, length);
  /** From here on there is no room for four bytes at once, or there are no four to read. */
  const lastFour = length - 4;
  const lastSource = packed.length - 4;
  const end = packed.length * 8;
  let filled = 0;
  let next = END + 1;
  let width = 9;
  /** Length and first bytes of the string before, which ends at `filled`; length 0 where a clear code has just been. */
  let previous = 0;
  let head = 0;
  /** Position of the next code in bits. */
  let at = 0;
  while (filled < length && at + width <= end) {
    const byte = at >>> 3;
    const word = byte <= lastSource ? source.getInt32(byte) : lastWord(packed, byte);
    const code = (word << (at & 7)) >>> (32 - width);
    at += width;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      previous = 0;
      continue;
    }
    if (code === END) break;
    // The next code may be used before it is complete: the string before, and its own first byte again.
    if (code >= next && (code > next || previous === 0))
      throw new Error(`LZW code ${code} before its definition`);
    if (previous > 0 && next < CODES) {
      // The string before and the first byte of this one: exactly what will stand there.
      const first = (code === next ? head : heads[code]) & 255;
      heads[next] = previous < 4 ? head | (first << (8 * previous)) : head;
      lengths[next] = previous + 1;
      places[next] = filled - previous;
      next++;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    head = heads[code];
    previous = lengths[code];
    if (filled > lastFour - previous) {
      previous = Math.min(previous, length - filled);
      for (let i = 0; i < previous; i++) out[filled + i] = i < 4 ? head >> (8 * i) : out[places[code] + i];
    } else {
      // Most strings are short: four bytes without a loop, of which the next string overwrites those that are too many.
      target.setInt32(filled, head, true);
      if (previous > 4) {
        const from = places[code];
        for (let i = 4; i < previous; i += 4)
          target.setInt32(filled + i, target.getInt32(from + i, true), true);
      }
    }
    filled += previous;
  }
  return filled;
}

/** The last bytes, fewer than four, with zeros behind. */
function lastWord(packed: Uint8Array, byte: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = (word << 8) | (packed[byte + i] ?? 0);
  return word;
}
