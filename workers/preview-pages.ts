import { memoryPages, type PageStore } from '../src/pipeline/pages.ts';
import { openJobFile, sceneFingerprint, tidyJobFiles } from './job-files.ts';
import type { PostedScene } from './protocol.ts';

/** Pages for the preview of a scene, and how many bytes they may take. */
export interface PreviewPages {
  readonly pages: PageStore;
  readonly budget: number;
  close(): void;
}

const FOLDER = 'previews';
const FILE_BUDGET = 256 * 2 ** 20;
const MEMORY_BUDGET = 64 * 2 ** 20;
/** The map waits for it: less than a run does for its pages. */
const PATIENCE_MS = 1000;

/** In the private file system, as an earlier session left them; in memory where there is none. */
export async function openPreviewPages(input: PostedScene): Promise<PreviewPages> {
  const fingerprint = await sceneFingerprint(input).catch(() => null);
  const log =
    fingerprint && (await openJobFile(fingerprint, { folder: FOLDER, create: true, patience: PATIENCE_MS }));
  if (!log) return { pages: memoryPages(), budget: MEMORY_BUDGET, close: () => {} };
  await tidyJobFiles(fingerprint, FOLDER);
  return { pages: log, budget: FILE_BUDGET, close: () => log.close() };
}
