import { expose } from 'comlink';
import { throwIfAborted, toPipelineError } from '../src/pipeline/errors.ts';
import { THUMBNAIL_FILE, tidyTitle } from '../src/pipeline/library/record.ts';
import { jobs } from './crossing.ts';
import {
  comparisonIds,
  comparisonImages,
  readLibraryRecord,
  removeComparison,
  replaceLibraryFile,
  thumbnailOf,
  tidyLibrary,
  writeLibraryRecord,
} from './library-files.ts';
import type { LibraryApi, LibraryEntry } from './library-protocol.ts';
import { holdLock } from './liveness.ts';
import { writeOutputFile } from './output-file.ts';

const running = jobs();
let tell: Parameters<LibraryApi['start']>[0];

const api: LibraryApi = {
  async start(onProgress) {
    tell = onProgress;
    await tidyLibrary().catch(() => undefined);
    await holdLock(self.name);
  },
  cancel: running.cancel,
  list: async () => {
    const entries = await Promise.all((await comparisonIds()).map(entryOf));
    const present = entries.filter((entry) => entry !== null);
    return present.sort((a, b) => (savedAt(a) < savedAt(b) ? 1 : -1));
  },
  async commit(_, record, thumbnail) {
    if (thumbnail) await replaceLibraryFile(record.id, THUMBNAIL_FILE, await bytesOf(thumbnail));
    await writeLibraryRecord(record);
  },
  async rename(_, id, title) {
    const record = await readLibraryRecord(id);
    await writeLibraryRecord({ ...record, title: tidyTitle(title, record.title) });
  },
  remove: (_, id) => removeComparison(id),
  async open(_, id) {
    const record = await readLibraryRecord(id);
    return { record, images: await comparisonImages(record) };
  },
  thumbnail: (_, id) => thumbnailOf(id),
  export: (job, ids, picked) =>
    running.run(job, async (signal) => {
      const { writeComparisons } = await import('./library-zip.ts');
      const write = (share: number) => tell(job, share);
      return writeOutputFile(picked, ({ sink }) => writeComparisons(ids, sink, write, signal), ZIP);
    }),
  sharedView: (job, id) =>
    running.run(job, async (signal) => {
      const { sharedView } = await import('./library-share.ts');
      return sharedView(await readLibraryRecord(id), signal);
    }),
  shareFolder: (job, id, viewer, picked) =>
    running.run(job, async (signal) => {
      const { writeFolder } = await import('./library-share.ts');
      const write = (share: number) => tell(job, share);
      return writeOutputFile(picked, ({ sink }) => writeFolder(id, viewer, sink, write, signal), ZIP);
    }),
  import: (job, file) =>
    running.run(job, async (signal) => {
      const { readComparisons } = await import('./library-zip.ts');
      throwIfAborted(signal);
      return readComparisons(file, (share) => tell(job, share), signal);
    }),
};

const ZIP = 'application/zip';

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

const savedAt = ({ record }: LibraryEntry) => record?.savedAt ?? '';

/** Null for a folder that is being written. */
async function entryOf(id: string): Promise<LibraryEntry | null> {
  try {
    return { id, record: await readLibraryRecord(id), problem: null };
  } catch (thrown) {
    const problem = toPipelineError(thrown);
    if (problem.code === 'library/gone') return null;
    return { id, record: null, problem: problem.toReport() };
  }
}

expose(api);
