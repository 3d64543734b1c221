import { sha256 } from '@noble/hashes/sha2.js';
import { throwIfAborted } from '../src/pipeline/errors.ts';
import { hex } from '../src/pipeline/hex.ts';

/** SHA-256 of a file in hex; the file passes through memory piece by piece. */
export async function checksum(
  file: File,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = sha256.create();
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    throwIfAborted(signal);
    if (done) break;
    hash.update(value);
    onBytes(value.length);
  }
  return hex(hash.digest());
}
