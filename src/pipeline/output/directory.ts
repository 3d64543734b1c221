import { FIELD, FIELD_BYTES } from '../tiff/tags.ts';

/** One entry of a TIFF directory, before it is laid out. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  /** Numbers (two per value for rationals), or text for ASCII. */
  readonly value: readonly number[] | string;
}

/**
 * A little-endian classic directory with the values that do not fit into their entries behind it.
 * Its length depends only on the counts of the entries, so that room can be kept before values are known.
 * @param position of the directory in the file
 * @param next position of the next directory, 0 for none
 */
export function encodeDirectory(
  entries: readonly Entry[],
  position: number,
  next: number,
): Uint8Array<ArrayBuffer> {
  const sorted = [...entries]
    .sort((a, b) => a.tag - b.tag)
    .map((entry) => ({ ...entry, data: encode(entry) }));
  const head = 2 + sorted.length * 12 + 4;
  const total = sorted.reduce((sum, { data }) => sum + (data.length > 4 ? even(data.length) : 0), even(head));
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sorted.length, true);
  let free = even(head);
  sorted.forEach(({ tag, type, data }, i) => {
    const at = 2 + i * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, data.length / FIELD_BYTES[type], true);
    if (data.length <= 4) {
      bytes.set(data, at + 8);
    } else {
      view.setUint32(at + 8, position + free, true);
      bytes.set(data, free);
      free += even(data.length);
    }
  });
  view.setUint32(head - 4, next, true);
  return bytes;
}

function encode({ type, value }: Entry): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(`${value}\0`);
  const size = type === FIELD.rational ? 4 : FIELD_BYTES[type];
  const bytes = new Uint8Array(value.length * size);
  const view = new DataView(bytes.buffer);
  value.forEach((v, i) => {
    const at = i * size;
    if (type === FIELD.double) view.setFloat64(at, v, true);
    else if (size === 1) view.setUint8(at, v);
    else if (size === 2) view.setUint16(at, v, true);
    else view.setUint32(at, v, true);
  });
  return bytes;
}

function even(length: number): number {
  return length + (length & 1);
}
