/** A file of the built application; `path` is relative to its root, `sha256` in hex. */
export interface OfflineFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a page asks of the service worker: how it stands, or to take over now. */
export type OfflineRequest = 'state' | 'activate';

/** What the service worker tells pages: how much of the files it has, 0..1, and that it has them all. */
export type OfflineMessage =
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'ready'; readonly bytes: number };
