import type { ImportReport, LibraryEntry, StoredComparison } from '../../workers/library-protocol.ts';
import type { ErrorReport } from '../pipeline/errors.ts';
import type { ComparisonRecord, ImageFile } from '../pipeline/library/record.ts';
import type { ViewAttributes } from '../pipeline/library/share.ts';
import type { ExportedFile } from './engine.ts';

/** What the library holds. */
export type LibraryState =
  /** Not yet known. */
  | { readonly status: 'unknown' }
  /** This browser keeps nothing for the page, for the reason given. */
  | { readonly status: 'none'; readonly reason: ErrorReport }
  | {
      readonly status: 'ready';
      /** Newest first. */
      readonly entries: readonly LibraryEntry[];
      readonly storage: StorageUse | null;
    };

/** As the browser estimates it, in bytes. */
export interface StorageUse {
  /** Everything that this page keeps, the application's own files included. */
  readonly used: number;
  readonly quota: number;
  /** Whether the browser promised not to clear it by itself. */
  readonly persisted: boolean;
}

/** A comparison that is about to be saved. */
export type Draft = Omit<ComparisonRecord, 'version' | 'id' | 'savedAt' | 'files'>;

/** The comparisons kept in this browser. Methods reject with a PipelineError: `library/*`, `output/*`, `job/cancelled`. */
export interface Library {
  /** Starts, and tells every state: after changes in other tabs too. To be called once. */
  follow(onState: (state: LibraryState) => void): void;
  /**
   * @param write puts the images into the library's folder of this id
   * @param thumbnail JPEG
   */
  save(
    draft: Draft,
    thumbnail: Blob | null,
    write: (id: string) => Promise<Readonly<Record<ImageFile, number>>>,
    signal?: AbortSignal,
  ): Promise<ComparisonRecord>;
  /**
   * Opens a comparison; once it is shown, no other tab can delete it until another one is, or `release` called.
   * @param show tells whether it came to be shown
   */
  open(id: string, show: (stored: StoredComparison) => Promise<boolean>, signal?: AbortSignal): Promise<void>;
  release(): void;
  rename(id: string, title: string): Promise<void>;
  /** Rejects with `library/in-use` while another tab shows it. */
  remove(id: string): Promise<void>;
  /** JPEG; null if it has none. */
  thumbnail(id: string): Promise<Blob | null>;
  /**
   * Comparisons as one file, to be called from a click: written where the user picks, or for a download.
   * @param onShare share that is written, 0..1
   */
  export(
    ids: readonly string[],
    name: string,
    onShare: (share: number) => void,
    signal?: AbortSignal,
  ): Promise<ExportedFile | null>;
  /** How a page shows the comparison as it was saved. */
  sharedView(id: string, signal?: AbortSignal): Promise<ViewAttributes>;
  /** A folder with viewer and images, as `export` writes files. */
  shareFolder(
    id: string,
    name: string,
    onShare: (share: number) => void,
    signal?: AbortSignal,
  ): Promise<ExportedFile | null>;
  import(file: Blob, onShare: (share: number) => void, signal?: AbortSignal): Promise<ImportReport>;
  /** Asks the browser not to clear what is kept; tells whether it promised. */
  persist(): Promise<boolean>;
}

export type { ImportReport, LibraryEntry, StoredComparison };
