import { statSync } from 'node:fs';
import { type JobRecord, readRecord, sameJob, writeRecord } from '../pipeline/job-record.ts';
import { type PageLog, pageLog } from '../pipeline/page-log.ts';
import { nodePageFile } from './node-pages.ts';
import { isAddress } from './plan.ts';

const INPUTS = 'inputs';

/**
 * Opens the pages of a run at a path: those of an earlier run if it was the same job over the same files, else empty ones.
 * @param files every file that the run reads, in order
 * @throws what Node's file system throws
 */
export function keptPages(
  path: string,
  record: JobRecord,
  files: readonly string[],
): { readonly pages: PageLog; readonly continued: boolean } {
  const file = nodePageFile(path);
  const inputs = files.map(asItStands).join('\n');
  const kept = pageLog(file);
  if (sameJob(readRecord(kept), record) && text(kept.get(INPUTS)) === inputs) {
    return { pages: kept, continued: true };
  }
  file.truncate(0);
  const pages = pageLog(file);
  pages.set(INPUTS, new TextEncoder().encode(inputs));
  writeRecord(pages, record);
  return { pages, continued: false };
}

/** Tells a file from what it may become; of an address only where it is. */
function asItStands(path: string): string {
  if (isAddress(path)) return path;
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

const text = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : null);
