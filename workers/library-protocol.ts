import type { ErrorReport } from '../src/pipeline/errors.ts';
import type { ComparisonRecord, ImageFile } from '../src/pipeline/library/record.ts';
import type { ViewAttributes } from '../src/pipeline/library/share.ts';

/** One comparison of the library, or why it cannot be opened. */
export type LibraryEntry =
  | { readonly id: string; readonly record: ComparisonRecord; readonly problem: null }
  | { readonly id: string; readonly record: null; readonly problem: ErrorReport };

export interface StoredComparison {
  readonly record: ComparisonRecord;
  readonly images: Readonly<Record<ImageFile, File>>;
}

/** The library worker: keeps records and images in the browser's private file system. `job`: a number for cancel. */
export interface LibraryApi {
  /** Removes what was not written to its end. Resolves when the worker's end would be noticed; see liveness.ts. */
  start(onProgress: (job: number, share: number) => void): Promise<void>;
  cancel(job: number): void;
  /** Newest first. */
  list(job: number): Promise<readonly LibraryEntry[]>;
  /** The images have been written: the record makes them a comparison. */
  commit(job: number, record: ComparisonRecord, thumbnail: Blob | null): Promise<void>;
  rename(job: number, id: string, title: string): Promise<void>;
  /** Removes a comparison, or what there is of one. */
  remove(job: number, id: string): Promise<void>;
  open(job: number, id: string): Promise<StoredComparison>;
  thumbnail(job: number, id: string): Promise<Blob | null>;
  /**
   * Comparisons as one ZIP file, written to the file that the user picked, or handed out for a download.
   * @returns null if it was written to `picked`
   */
  export(job: number, ids: readonly string[], picked: FileSystemFileHandle | null): Promise<Blob | null>;
  /** How a page shows the comparison as it was saved. */
  sharedView(job: number, id: string): Promise<ViewAttributes>;
  /** A folder with viewer and images for any web host, as a ZIP file, written or handed out as by `export`. */
  shareFolder(
    job: number,
    id: string,
    viewer: string,
    picked: FileSystemFileHandle | null,
  ): Promise<Blob | null>;
  /** Takes in what an exported file holds. */
  import(job: number, file: Blob): Promise<ImportReport>;
}

export interface ImportReport {
  readonly added: number;
  /** Comparisons that were there already. */
  readonly known: number;
  /** Comparisons that are damaged, or of a newer version. */
  readonly refused: number;
}
