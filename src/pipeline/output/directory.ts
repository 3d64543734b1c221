import { FIELD, FIELD_BYTES } from '../tiff/tags.ts';

/** One entry of a TIFF directory, before it is laid out. */
export interface DirectoryEntry {
  readonly tag: number;
  readonly type: number;
  /** Numbers (two per value for rationals), or text for ASCII. */
  readonly value: readonly number[] | string;
}

/** Widths in bytes that differ between classic TIFF and BigTIFF. */
const CLASSIC = { count: 2, word: 4 } as const;
const BIG = { count: 8, word: 8 } as const;

/**
 * A little-endian directory with the values that do not fit into their entries behind it.
 * Its length depends only on the counts of the entries, so that positions can be planned before values are known.
 * @param position of the directory in the file
 * @param next position of the next directory, 0 for none
 * @param big BigTIFF instead of classic TIFF
 */
export function encodeDirectory(
  entries: readonly DirectoryEntry[],
  position: number,
  next: number,
  big: boolean,
): Uint8Array<ArrayBuffer> {
  const { count, word } = big ? BIG : CLASSIC;
  const sorted = [...entries]
    .sort((a, b) => a.tag - b.tag)
    .map((entry) => ({ ...entry, data: encode(entry) }));
  const entryBytes = 4 + 2 * word;
  const head = count + sorted.length * entryBytes + word;
  const outside = (data: Uint8Array) => (data.length > word ? even(data.length) : 0);
  const total = sorted.reduce((sum, { data }) => sum + outside(data), even(head));
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const setWord = (at: number, value: number) => {
    if (big) view.setBigUint64(at, BigInt(value), true);
    else view.setUint32(at, value, true);
  };
  view.setUint16(0, sorted.length, true);
  let free = even(head);
  sorted.forEach(({ tag, type, data }, i) => {
    const at = count + i * entryBytes;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    setWord(at + 4, data.length / FIELD_BYTES[type]);
    if (data.length <= word) {
      bytes.set(data, at + 4 + word);
    } else {
      setWord(at + 4 + word, position + free);
      bytes.set(data, free);
      free += even(data.length);
    }
  });
  setWord(head - word, next);
  return bytes;
}

function encode({ type, value }: DirectoryEntry): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(`${value}\0`);
  const size = type === FIELD.rational ? 4 : FIELD_BYTES[type];
  const bytes = new Uint8Array(value.length * size);
  const view = new DataView(bytes.buffer);
  value.forEach((v, i) => {
    const at = i * size;
    if (type === FIELD.double) view.setFloat64(at, v, true);
    else if (type === FIELD.long8) view.setBigUint64(at, BigInt(v), true);
    else if (size === 1) view.setUint8(at, v);
    else if (size === 2) view.setUint16(at, v, true);
    else view.setUint32(at, v, true);
  });
  return bytes;
}

function even(length: number): number {
  return length + (length & 1);
}
