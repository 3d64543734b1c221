import type { ScratchSink } from './sink.ts';

/** Pieces are handed to a Blob, which browsers may keep on disk, once this much has gathered. */
const GATHER_BYTES = 8 * 2 ** 20;

export interface BlobSink extends ScratchSink {
  /** The file; every byte from 0 to the end must have been written. */
  toBlob(): Blob;
}

interface Piece {
  readonly position: number;
  readonly blob: Blob;
}

/** Collects a file as Blobs, for browsers without access to the file system. */
export function blobSink(type = 'image/tiff'): BlobSink {
  const pieces: Piece[] = [];
  let sorted = true;
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  let end = 0;

  function flush(): void {
    if (gathered.length === 0) return;
    sorted &&= start >= (pieces.at(-1)?.position ?? 0);
    pieces.push({ position: start, blob: new Blob(gathered) });
    gathered = [];
  }

  function ordered(): readonly Piece[] {
    flush();
    if (!sorted) pieces.sort((a, b) => a.position - b.position);
    sorted = true;
    return pieces;
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
    async read(position, length) {
      const all = ordered();
      const out = new Uint8Array(length);
      let filled = 0;
      for (let i = pieceAt(all, position); filled < length; i++) {
        const piece = all[i];
        const from = position + filled - (piece?.position ?? Number.POSITIVE_INFINITY);
        if (!(from >= 0 && from < piece.blob.size)) throw unwritten(position + filled, position + length);
        const part = piece.blob.slice(from, from + length - filled);
        out.set(new Uint8Array(await part.arrayBuffer()), filled);
        filled += part.size;
      }
      return out;
    },
    toBlob() {
      let at = 0;
      for (const { position, blob } of ordered()) {
        if (position !== at) throw unwritten(at, position);
        at += blob.size;
      }
      return new Blob(
        pieces.map((piece) => piece.blob),
        { type },
      );
    },
  };
}

/** Index of the last piece that begins at or before a position. */
function pieceAt(pieces: readonly Piece[], position: number): number {
  let low = 0;
  let high = pieces.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (pieces[middle].position <= position) low = middle;
    else high = middle;
  }
  return low;
}

function unwritten(from: number, to: number): Error {
  return new Error(`bytes ${from} to ${to} were not written`);
}
