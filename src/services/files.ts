import { cancelled, PipelineError } from '../pipeline/errors.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know: not every browser has it. */
interface FilePicker {
  showSaveFilePicker?(options: { suggestedName: string; types: object[] }): Promise<FileSystemFileHandle>;
}

interface FileKind {
  readonly description: Phrase;
  readonly accept: Record<string, string[]>;
}
const GEOTIFF: FileKind = { description: phrase('GeoTIFF'), accept: { 'image/tiff': ['.tif', '.tiff'] } };
export const ZIP: FileKind = { description: phrase('ZIP file'), accept: { 'application/zip': ['.zip'] } };

/**
 * Lets the user pick where a file goes.
 * @returns null where the browser has no dialog for it, or does not allow one here (embedded pages)
 * @throws PipelineError `job/cancelled` if the user closes the dialog
 */
export async function pickFile(suggestedName: string, kind = GEOTIFF): Promise<FileSystemFileHandle | null> {
  const { showSaveFilePicker } = window as FilePicker;
  if (!showSaveFilePicker) return null;
  try {
    return await showSaveFilePicker({
      suggestedName,
      types: [{ ...kind, description: t(kind.description) }],
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw cancelled();
    return null;
  }
}

/** As in https://wicg.github.io/file-system-access/. */
interface FolderPicker {
  showDirectoryPicker?(options: { mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}

/**
 * Lets the user pick a folder that may be written to.
 * @returns null where the browser has no dialog for it, or does not allow one here
 * @throws PipelineError `job/cancelled` if the user closes the dialog
 */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | null> {
  const { showDirectoryPicker } = window as FolderPicker;
  if (!showDirectoryPicker) return null;
  try {
    return await showDirectoryPicker({ mode: 'readwrite' });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw cancelled();
    return null;
  }
}

/**
 * New files in a folder that belong together: of the given names, or all with the same number (`name-2` and so on) where
 * any of these is taken; none is replaced.
 * @throws PipelineError `output/denied` if the folder is gone or may not be written to
 */
export async function freeFiles(
  folder: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<FileSystemFileHandle[]> {
  try {
    for (let number = 1; ; number++) {
      const tried = names.map((name) => numbered(name, number));
      const taken = await Promise.all(tried.map((name) => isTaken(folder, name)));
      if (taken.includes(true)) continue;
      return await Promise.all(tried.map((name) => folder.getFileHandle(name, { create: true })));
    }
  } catch (cause) {
    throw new PipelineError(
      'output/denied',
      phrase('The folder {{name}} cannot be written to.', { name: folder.name }),
      phrase('Start again and pick another folder.'),
      { cause },
    );
  }
}

function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const [, stem, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(name)!;
  return `${stem}-${number}${ending}`;
}

function isTaken(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return folder.getFileHandle(name).then(
    () => true,
    (thrown) => {
      if (thrown instanceof DOMException && thrown.name === 'NotFoundError') return false;
      throw thrown;
    },
  );
}

/** The browser fetches the bytes of a download some time after the click. */
const RELEASE_AFTER_MS = 60_000;

/** Hands a file to the browser's downloads. Works in embedded pages, which have no file picker. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_AFTER_MS);
}
