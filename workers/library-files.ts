import { PipelineError } from '../src/pipeline/errors.ts';
import {
  type ComparisonRecord,
  IMAGE_FILES,
  type ImageFile,
  RECORD_FILE,
  readComparisonRecord,
  THUMBNAIL_FILE,
} from '../src/pipeline/library/record.ts';
import { fileSink } from '../src/pipeline/output/file-sink.ts';
import { type ScratchSink, writing } from '../src/pipeline/output/sink.ts';
import { phrase } from '../src/pipeline/phrase.ts';

/**
 * The library on disk: a folder for each comparison in the browser's private file system. A folder counts once it has
 * its record, which is written last, under another name, and then renamed: what was not written to its end has none.
 */
const FOLDER = 'library';

/** Held, exclusive, while a comparison is written or removed; shared, while a tab shows it. */
export const comparisonLock = (id: string) => `unclouded-library-${id}`;

/** As in https://fs.spec.whatwg.org/, which TypeScript does not know. */
interface MovableHandle extends FileSystemFileHandle {
  move(name: string): Promise<void>;
}

/** @throws PipelineError `library/no-storage` where the browser keeps no files for this page */
async function libraryFolder(): Promise<FileSystemDirectoryHandle> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch (thrown) {
    throw new PipelineError(
      'library/no-storage',
      phrase('This browser keeps no files for this page: the window is private, or storage is switched off.'),
      phrase('Save the GeoTIFFs instead, or open the page in an ordinary window.'),
      { cause: thrown },
    );
  }
}

/** @throws PipelineError `library/gone`, `library/no-storage` */
async function comparisonFolder(id: string): Promise<FileSystemDirectoryHandle> {
  const library = await libraryFolder();
  try {
    return await library.getDirectoryHandle(id);
  } catch (thrown) {
    throw gone(thrown);
  }
}

/** Fills one file of a comparison; an earlier one of the name is replaced. */
export async function writeLibraryFile<T>(
  id: string,
  name: string,
  write: (sink: ScratchSink) => Promise<T>,
): Promise<T> {
  const library = await libraryFolder();
  const folder = await library.getDirectoryHandle(id, { create: true });
  const handle = await writing(() => folder.getFileHandle(name, { create: true }));
  const file = await writing(() => handle.createSyncAccessHandle());
  try {
    file.truncate(0);
    const written = await write(fileSink(file));
    await writing(() => file.flush());
    return written;
  } finally {
    file.close();
  }
}

export async function removeLibraryFile(id: string, name: string): Promise<void> {
  await (await comparisonFolder(id)).removeEntry(name);
}

/** Puts a small file in its place at once and whole: it is written under another name and renamed. */
export async function replaceLibraryFile(
  id: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const temporary = `${name}.new`;
  await writeLibraryFile(id, temporary, (sink) => writing(() => sink.write(bytes, 0)));
  const folder = await comparisonFolder(id);
  const handle = (await folder.getFileHandle(temporary)) as MovableHandle;
  await writing(() => handle.move(name));
}

export async function writeLibraryRecord(record: ComparisonRecord): Promise<void> {
  await replaceLibraryFile(record.id, RECORD_FILE, new TextEncoder().encode(JSON.stringify(record)));
}

/** @throws PipelineError `library/gone`, and as {@link readComparisonRecord} */
export async function readLibraryRecord(id: string): Promise<ComparisonRecord> {
  const folder = await comparisonFolder(id);
  const file = await fileIn(folder, RECORD_FILE);
  if (!file) throw gone();
  return { ...readComparisonRecord(await file.text()), id };
}

/** @throws PipelineError `library/damaged` if images are missing or not as long as the record says */
export async function comparisonImages(record: ComparisonRecord): Promise<Record<ImageFile, File>> {
  const folder = await comparisonFolder(record.id);
  const images = await Promise.all(
    IMAGE_FILES.map(async (name) => {
      const file = await fileIn(folder, name);
      if (file?.size === record.files[name]) return [name, file] as const;
      throw new PipelineError(
        'library/damaged',
        phrase('Of the comparison “{{title}}”, the file {{name}} is missing or incomplete.', {
          title: record.title,
          name,
        }),
        phrase('Import it again from an exported file, or delete it and process the scene again.'),
      );
    }),
  );
  return Object.fromEntries(images) as Record<ImageFile, File>;
}

export async function thumbnailOf(id: string): Promise<File | null> {
  return fileIn(await comparisonFolder(id), THUMBNAIL_FILE);
}

export async function removeComparison(id: string): Promise<void> {
  const library = await libraryFolder();
  await library.removeEntry(id, { recursive: true }).catch((thrown: unknown) => {
    if ((thrown as DOMException).name !== 'NotFoundError') throw thrown;
  });
}

/** Names of the folders; what else lies there is not looked at. */
export async function comparisonIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const [name, handle] of (await libraryFolder()).entries())
    if (handle.kind === 'directory') ids.push(name);
  return ids;
}

/** Removes folders that never got their record, unless somebody is at work in them. */
export async function tidyLibrary(): Promise<void> {
  for (const id of await comparisonIds()) {
    const folder = await comparisonFolder(id);
    if (await fileIn(folder, RECORD_FILE)) continue;
    await navigator.locks.request(comparisonLock(id), { ifAvailable: true }, async (lock) => {
      if (lock && !(await fileIn(folder, RECORD_FILE))) await removeComparison(id);
    });
  }
}

async function fileIn(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch {
    return null;
  }
}

function gone(cause?: unknown): PipelineError {
  return new PipelineError(
    'library/gone',
    phrase('This comparison is no longer in the library: it was deleted, perhaps in another tab.'),
    phrase('Choose another one.'),
    { cause },
  );
}
