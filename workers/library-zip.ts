import { makeZip } from 'client-zip';
import { unzip, type ZipEntry } from 'unzipit';
import { PipelineError, throwIfAborted } from '../src/pipeline/errors.ts';
import {
  type ComparisonRecord,
  comparisonBytes,
  IMAGE_FILES,
  RECORD_FILE,
  readComparisonRecord,
  THUMBNAIL_FILE,
} from '../src/pipeline/library/record.ts';
import { type ByteSink, writing } from '../src/pipeline/output/sink.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import {
  comparisonImages,
  comparisonLock,
  readLibraryRecord,
  removeComparison,
  replaceLibraryFile,
  thumbnailOf,
  writeLibraryFile,
  writeLibraryRecord,
} from './library-files.ts';
import type { ImportReport } from './library-protocol.ts';

/** Records and thumbnails are small; what says otherwise is not ours. */
const MAX_SMALL_BYTES = 4 * 2 ** 20;

type OnShare = (share: number) => void;

/**
 * Writes comparisons as one ZIP file, a folder for each: record, thumbnail, images. Nothing is packed a second time.
 * @throws PipelineError `library/gone`, `library/damaged`, `output/*`, `job/cancelled`
 */
export async function writeComparisons(
  ids: readonly string[],
  sink: ByteSink,
  onShare: OnShare,
  signal: AbortSignal,
): Promise<void> {
  const records = await Promise.all(ids.map(readLibraryRecord));
  const total = records.reduce((sum, record) => sum + comparisonBytes(record), 0);
  await writeZip(entriesOf(records), sink, (position) => onShare(Math.min(1, position / total)), signal);
}

/** Fills a sink with a ZIP file as it is made. */
export async function writeZip(
  entries: Parameters<typeof makeZip>[0],
  sink: ByteSink,
  onPosition: (position: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let position = 0;
  const reader = makeZip(entries).getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  try {
    for (;;) {
      throwIfAborted(signal);
      const { done, value } = await reader.read();
      if (done) return;
      await writing(() => sink.write(value, position));
      position += value.length;
      onPosition(position);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* entriesOf(records: readonly ComparisonRecord[]) {
  for (const record of records) {
    const at = (name: string) => `${record.id}/${name}`;
    const lastModified = new Date(record.savedAt);
    yield { name: at(RECORD_FILE), lastModified, input: JSON.stringify(record) };
    const thumbnail = await thumbnailOf(record.id);
    if (thumbnail) yield { name: at(THUMBNAIL_FILE), lastModified, input: thumbnail };
    const images = await comparisonImages(record);
    for (const name of IMAGE_FILES) yield { name: at(name), lastModified, input: images[name] };
  }
}

/**
 * Takes in what {@link writeComparisons} wrote, here or on another device. Comparisons that are there already stay as
 * they are; one that cannot be taken in whole is not taken in at all, and the others are.
 * @throws PipelineError `library/not-an-export`, `library/newer`, `library/damaged`, `output/disk-full`, `job/cancelled`
 */
export async function readComparisons(
  file: Blob,
  onShare: OnShare,
  signal: AbortSignal,
): Promise<ImportReport> {
  const entries = await entriesIn(file);
  const records = Object.keys(entries).filter((path) => path.endsWith(`/${RECORD_FILE}`));
  if (records.length === 0) throw notAnExport();
  let [added, known] = [0, 0];
  const faults: unknown[] = [];
  for (const [i, path] of records.entries()) {
    const part = (share: number) => onShare((i + share) / records.length);
    const folder = path.slice(0, -RECORD_FILE.length);
    try {
      const record = readComparisonRecord(await (await smallBlob(entries[path])).text());
      if (await isHere(record.id)) {
        known++;
        continue;
      }
      await navigator.locks.request(comparisonLock(record.id), () =>
        takeIn(record, (name) => entries[folder + name], part, signal),
      );
      added++;
    } catch (thrown) {
      if (!(thrown instanceof PipelineError && thrown.code.startsWith('library/'))) throw thrown;
      faults.push(thrown);
    }
  }
  if (faults.length === records.length) throw faults[0];
  return { added, known, refused: faults.length };
}

/** Whether the library holds this comparison. One that is damaged may be replaced. */
async function isHere(id: string): Promise<boolean> {
  try {
    await comparisonImages(await readLibraryRecord(id));
    return true;
  } catch (thrown) {
    return thrown instanceof PipelineError && thrown.code === 'library/newer';
  }
}

async function entriesIn(file: Blob): Promise<Readonly<Record<string, ZipEntry>>> {
  try {
    return (await unzip(file)).entries;
  } catch (thrown) {
    throw notAnExport(thrown);
  }
}

async function takeIn(
  record: ComparisonRecord,
  entryOf: (name: string) => ZipEntry | undefined,
  onShare: OnShare,
  signal: AbortSignal,
): Promise<void> {
  // All are looked at first: what is here of a damaged comparison is only given up for a whole one.
  const images = await Promise.all(IMAGE_FILES.map((name) => storedBlob(entryOf(name), record.files[name])));
  try {
    let done = 0;
    for (const [i, name] of IMAGE_FILES.entries()) {
      await writeLibraryFile(record.id, name, (sink) =>
        copy(images[i], sink, signal, (bytes) => {
          done += bytes;
          onShare(done / comparisonBytes(record));
        }),
      );
    }
    const thumbnail = entryOf(THUMBNAIL_FILE);
    if (thumbnail) {
      const bytes = new Uint8Array(await (await smallBlob(thumbnail)).arrayBuffer());
      await replaceLibraryFile(record.id, THUMBNAIL_FILE, bytes);
    }
    await writeLibraryRecord(record);
  } catch (thrown) {
    await removeComparison(record.id).catch(() => undefined);
    throw thrown;
  }
}

async function copy(
  blob: Blob,
  sink: ByteSink,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  const STEP = 4 * 2 ** 20;
  for (let position = 0; position < blob.size; position += STEP) {
    throwIfAborted(signal);
    const part = new Uint8Array(await blob.slice(position, position + STEP).arrayBuffer());
    await writing(() => sink.write(part, position));
    onBytes(part.length);
  }
}

async function smallBlob(entry: ZipEntry): Promise<Blob> {
  if (entry.size > MAX_SMALL_BYTES || entry.compressedSize > MAX_SMALL_BYTES) throw notAnExport();
  return entry.blob('image/jpeg').catch(unreadable);
}

/** An image: stored as it is, so that it can be read without being held in memory. */
async function storedBlob(entry: ZipEntry | undefined, size: number): Promise<Blob> {
  if (entry?.compressionMethod !== 0 || entry.size !== size) throw notAnExport();
  return entry.blob().catch(unreadable);
}

/** What stands before an entry is not what the list of entries says. */
function unreadable(cause: unknown): never {
  throw notAnExport(cause);
}

function notAnExport(cause?: unknown): PipelineError {
  return new PipelineError(
    'library/not-an-export',
    phrase('This file holds no comparisons that can be taken in, or was changed on the way.'),
    phrase('Choose a ZIP file that “Export” of the library made, as it was made.'),
    { cause },
  );
}
