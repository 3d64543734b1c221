import { statSync } from 'node:fs';
import { urlHead } from '../pipeline/ingest/byte-source.ts';
import { type JobRecord, readJobRecord, sameJob, writeJobRecord } from '../pipeline/job-record.ts';
import { type PageLog, pageLog } from '../pipeline/page-log.ts';
import { nodePageFile } from './node-pages.ts';
import { isAddress } from './plan.ts';

const INPUTS = 'inputs';

/**
 * Opens the pages of a run at a path: those of an earlier run if it was the same job over the same files, else empty ones.
 * @param files every file that the run reads, in order
 * @throws what Node's file system throws; PipelineError as urlSource
 */
export async function keptPages(
  path: string,
  record: JobRecord,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly pages: PageLog; readonly continued: boolean }> {
  const inputs = (await Promise.all(files.map((one) => asItStands(one, signal)))).join('\n');
  const file = nodePageFile(path);
  const kept = pageLog(file);
  if (sameJob(readJobRecord(kept), record) && text(kept.get(INPUTS)) === inputs) {
    return { pages: kept, continued: true };
  }
  file.truncate(0);
  const pages = pageLog(file);
  pages.set(INPUTS, new TextEncoder().encode(inputs));
  writeJobRecord(pages, record);
  return { pages, continued: false };
}

/** Tells a file from what it may become. */
async function asItStands(path: string, signal?: AbortSignal): Promise<string> {
  if (isAddress(path)) return `${path} ${(await urlHead(new URL(path), 1, signal)).version}`;
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

const text = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : null);
