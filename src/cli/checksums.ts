import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { throwIfAborted } from '../pipeline/errors.ts';
import type { ReportedFile } from '../pipeline/output/report.ts';
import { isAddress } from './plan.ts';

/** Length and SHA-256 of files, read piece by piece; addresses are not read as a whole and have neither. */
export async function checksums(paths: readonly string[], signal?: AbortSignal): Promise<ReportedFile[]> {
  const told: ReportedFile[] = [];
  for (const path of paths) {
    if (isAddress(path)) {
      told.push({ name: path, bytes: null, sha256: null });
      continue;
    }
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path)) {
      throwIfAborted(signal);
      hash.update(piece as Buffer);
    }
    told.push({ name: basename(path), bytes: (await stat(path)).size, sha256: hash.digest('hex') });
  }
  return told;
}
