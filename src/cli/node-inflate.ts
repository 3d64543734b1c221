import { inflate } from 'node:zlib';
import { type Inflate, platformInflate } from '../pipeline/ingest/codecs.ts';

/** By zlib in one piece: Node's `DecompressionStream` hands out 16 kB at a time, which takes half as long again. */
export const nodeInflate: Inflate = (packed, out) =>
  new Promise((resolve, reject) => {
    // zlib wants a byte of room to see that the stream has ended.
    const room = { chunkSize: Math.max(64, out.length + 1), maxOutputLength: out.length + 1 };
    inflate(packed, room, (error, bytes) => {
      if (!error) {
        out.set(bytes.subarray(0, out.length));
        resolve(Math.min(bytes.length, out.length));
      } else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
        // More than is wanted: the stream stops by itself where the output is full.
        resolve(platformInflate(packed, out));
      } else reject(error);
    });
  });
