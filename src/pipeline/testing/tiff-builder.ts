import { FIELD_BYTES } from '../tiff/tags.ts';

/** A tag as it is to stand in the file, right or wrong. */
export interface Entry {
  readonly type: number;
  readonly values: readonly number[] | string;
  /** What the entry claims instead of the number of its values. */
  readonly count?: number;
  /** Where it says that its values lie, instead of where they do. */
  readonly offset?: number;
}

export type Tags = Readonly<Record<number, Entry | undefined>>;

export interface TiffFile {
  readonly littleEndian?: boolean;
  readonly big?: boolean;
  readonly directories: readonly Tags[];
  /** Bytes that start at {@link DATA}. */
  readonly data?: Uint8Array;
  /** Position of the directory after the last one; 0 ends the chain. `first` points to the first one. */
  readonly next?: number | 'first';
  /** Numbers written over the finished file: position, bytes. */
  readonly patches?: readonly (readonly [number, readonly number[]])[];
}

/** Where the data begin in every file. */
export const DATA = 16;

/** A TIFF, byte by byte: header, data, then each directory followed by the values that do not fit into it. */
export function buildTiff(file: TiffFile): Uint8Array<ArrayBuffer> {
  const { littleEndian = true, big = false, directories, data = new Uint8Array(0), next = 0 } = file;
  const word = big ? 8 : 4;
  const entryBytes = big ? 20 : 12;
  const parts = directories.map((tags) => {
    const entries = Object.entries(tags)
      .flatMap(([tag, entry]) => (entry ? [[Number(tag), entry] as const] : []))
      .sort((a, b) => a[0] - b[0]);
    const outside = entries.reduce(
      (sum, [, entry]) => sum + (lengthOf(entry) > word ? lengthOf(entry) : 0),
      0,
    );
    return { entries, bytes: (big ? 8 : 2) + entries.length * entryBytes + word + outside };
  });
  const total = parts.reduce((sum, { bytes }) => sum + bytes, DATA + data.length);
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  const put = (at: number, bytes: number, value: number) => {
    if (bytes === 8) view.setBigUint64(at, BigInt(value), littleEndian);
    else if (bytes === 4) view.setUint32(at, value, littleEndian);
    else if (bytes === 2) view.setUint16(at, value, littleEndian);
    else view.setUint8(at, value);
  };
  out.set([littleEndian ? 0x49 : 0x4d, littleEndian ? 0x49 : 0x4d]);
  put(2, 2, big ? 43 : 42);
  if (big) put(4, 2, 8);
  out.set(data, DATA);
  let at = DATA + data.length;
  put(big ? 8 : 4, word, at);
  parts.forEach(({ entries, bytes }, i) => {
    put(at, big ? 8 : 2, entries.length);
    let place = at + (big ? 8 : 2);
    let values = place + entries.length * entryBytes + word;
    for (const [tag, entry] of entries) {
      const length = lengthOf(entry);
      put(place, 2, tag);
      put(place + 2, 2, entry.type);
      put(place + 4, word, entry.count ?? entry.values.length + (typeof entry.values === 'string' ? 1 : 0));
      const inside = length <= word;
      writeValues(entry, inside ? place + 4 + word : values, put, view, littleEndian);
      if (!inside) {
        put(place + 4 + word, word, values);
        values += length;
      }
      if (entry.offset !== undefined) put(place + 4 + word, word, entry.offset);
      place += entryBytes;
    }
    const last = i === parts.length - 1;
    const after = next === 'first' ? DATA + data.length : next;
    put(place, word, last ? after : at + bytes);
    at += bytes;
  });
  for (const [position, bytes] of file.patches ?? []) out.set(bytes, position);
  return out;
}

function lengthOf({ type, values }: Entry): number {
  return typeof values === 'string' ? values.length + 1 : values.length * (FIELD_BYTES[type] || 1);
}

function writeValues(
  { type, values }: Entry,
  from: number,
  put: (at: number, bytes: number, value: number) => void,
  view: DataView,
  littleEndian: boolean,
): void {
  const numbers = typeof values === 'string' ? [...values].map((c) => c.charCodeAt(0)) : values;
  const bytes = FIELD_BYTES[type] || 1;
  numbers.forEach((value, i) => {
    const at = from + i * bytes;
    if (type === 12) view.setFloat64(at, value, littleEndian);
    else if (type === 5) view.setUint32(at, value, littleEndian);
    else put(at, bytes, value);
  });
}

const short = (...values: number[]): Entry => ({ type: 3, values });
const long = (...values: number[]): Entry => ({ type: 4, values });
const double = (...values: number[]): Entry => ({ type: 12, values });
const ascii = (values: string): Entry => ({ type: 2, values });
export const field = { short, long, double, ascii };

export const SIDE = 32;
const STRIPS = 4;
const STRIP_BYTES = (SIDE / STRIPS) * SIDE * 3 * 2;

/** Samples of {@link plainTags}: 32 x 32 pixels, three bands of 16 bits, uncompressed. */
export const plainData = Uint8Array.from({ length: STRIPS * STRIP_BYTES }, (_, i) => (i % 2 ? 4 : i % 251));

/** The tags of a small, sound scene, some of them in other words. */
export function plainTags(change: Tags = {}): Tags {
  const strips = Array.from({ length: STRIPS }, (_, i) => i);
  return {
    256: short(SIDE),
    257: short(SIDE),
    258: short(16, 16, 16),
    259: short(1),
    262: short(1),
    273: long(...strips.map((i) => DATA + i * STRIP_BYTES)),
    277: short(3),
    278: short(SIDE / STRIPS),
    279: long(...strips.map(() => STRIP_BYTES)),
    284: short(1),
    33550: double(10, 10, 0),
    33922: double(0, 0, 0, 452475, 3408645, 0),
    34735: short(1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32616),
    42113: ascii('0'),
    ...change,
  };
}
