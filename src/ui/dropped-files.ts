import { isTiffName } from '../pipeline/file-names.ts';

/** Files looked at in a dropped folder: a scene has some dozens. */
const MAX_FILES = 1000;

/**
 * The files of a drop, folders gone through. To be called within the event: afterwards the browser shows nothing any
 * more. Of several files, those that are no TIFF (metadata, previews) are left out, unless there is no TIFF at all.
 */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  const dropped = [...items].filter((item) => item.kind === 'file');
  const entries = dropped.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files: File[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await collect(entry as FileSystemDirectoryEntry, files);
    else if (file) files.push(file);
  }
  return scenesFiles(files);
}

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know. */
interface HandleItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/**
 * The handles of dropped files by name, by which the browser finds them again at the next visit; none where it offers none.
 * To be called within the event.
 */
export async function droppedHandles(
  items: DataTransferItemList,
): Promise<ReadonlyMap<string, FileSystemFileHandle>> {
  const handles = await Promise.all(
    [...items].map((item) => (item as HandleItem).getAsFileSystemHandle?.().catch(() => null)),
  );
  return new Map(
    handles
      .filter((handle) => handle?.kind === 'file')
      .map((handle) => [(handle as FileSystemFileHandle).name, handle as FileSystemFileHandle]),
  );
}

/** What of some files can belong to a scene; of a folder without TIFFs one file, whose error says what to do. */
export function scenesFiles(files: readonly File[]): File[] {
  const tiffs = files.filter(({ name }) => isTiffName(name));
  if (tiffs.length > 0) return tiffs;
  return files
    .filter(({ name }) => /\.jp2$/i.test(name))
    .concat(files)
    .slice(0, 1);
}

async function collect(folder: FileSystemDirectoryEntry, files: File[]): Promise<void> {
  const reader = folder.createReader();
  // A reader gives some entries at a time, and none when it is through.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (files.length >= MAX_FILES) return;
      if (entry.isDirectory) await collect(entry as FileSystemDirectoryEntry, files);
      else
        files.push(
          await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
        );
    }
  }
}
