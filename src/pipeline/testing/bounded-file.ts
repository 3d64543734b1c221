import type { PageFile } from '../page-log.ts';

/** A file in memory with room for so many bytes, as a quota leaves it. */
export function boundedFile(bytes: number): PageFile & { content: Uint8Array; room: number } {
  const file = {
    room: bytes,
    content: new Uint8Array(0),
    read(into: Uint8Array, { at }: { at: number }) {
      const part = file.content.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    write(from: Uint8Array, { at }: { at: number }) {
      if (at + from.length > file.room) throw new DOMException('', 'QuotaExceededError');
      const grown = new Uint8Array(Math.max(file.content.length, at + from.length));
      grown.set(file.content);
      grown.set(from, at);
      file.content = grown;
      return from.length;
    },
    getSize: () => file.content.length,
    truncate: (size: number) => {
      file.content = file.content.slice(0, size);
    },
    flush: () => {},
    close: () => {},
  };
  return file;
}
