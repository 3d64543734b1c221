import type { ByteSink } from './sink.ts';

/** Pieces are handed to a Blob, which browsers may keep on disk, once this much has gathered. */
const GATHER_BYTES = 8 * 2 ** 20;

export interface BlobSink extends ByteSink {
  /** The file; every byte from 0 to the end must have been written. */
  toBlob(): Blob;
}

/** Collects a file as a Blob, for browsers without access to the file system. */
export function blobSink(type = 'image/tiff'): BlobSink {
  const pieces: { position: number; size: number; blob: Blob }[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  let end = 0;

  function flush(): void {
    if (gathered.length === 0) return;
    pieces.push({ position: start, size: end - start, blob: new Blob(gathered) });
    gathered = [];
  }

  return {
    write(bytes, position) {
      if (position !== end || gathered.length === 0) {
        flush();
        start = position;
        end = position;
      }
      gathered.push(bytes);
      end += bytes.length;
      if (end - start >= GATHER_BYTES) flush();
    },
    toBlob() {
      flush();
      const ordered = [...pieces].sort((a, b) => a.position - b.position);
      let at = 0;
      for (const piece of ordered) {
        if (piece.position !== at) throw new Error(`bytes ${at} to ${piece.position} were not written`);
        at += piece.size;
      }
      return new Blob(
        ordered.map((piece) => piece.blob),
        { type },
      );
    },
  };
}
