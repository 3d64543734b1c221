import { cancelled } from '../pipeline/errors.ts';

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know: not every browser has it. */
interface FilePicker {
  showSaveFilePicker?(options: { suggestedName: string; types: FileKind[] }): Promise<FileSystemFileHandle>;
}

interface FileKind {
  readonly description: string;
  readonly accept: Record<string, string[]>;
}
const GEOTIFF: FileKind = { description: 'GeoTIFF', accept: { 'image/tiff': ['.tif', '.tiff'] } };
export const ZIP: FileKind = { description: 'ZIP file', accept: { 'application/zip': ['.zip'] } };

/**
 * Lets the user pick where a file goes.
 * @returns null where the browser has no dialog for it, or does not allow one here (embedded pages)
 * @throws PipelineError `job/cancelled` if the user closes the dialog
 */
export async function pickFile(suggestedName: string, kind = GEOTIFF): Promise<FileSystemFileHandle | null> {
  const { showSaveFilePicker } = window as FilePicker;
  if (!showSaveFilePicker) return null;
  try {
    return await showSaveFilePicker({ suggestedName, types: [kind] });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw cancelled();
    return null;
  }
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
