/**
 * Pages: bytes that a run sets aside under a name, so that its memory does not grow with the scene. Access is
 * synchronous, because the browser's private file system and Node's both offer that to a worker.
 */
export interface PageStore {
  has(name: string): boolean;
  /** The page, at offset 0 of a buffer of its own. Shared: not to be changed. Undefined if there is none. */
  get(name: string): Uint8Array | undefined;
  /**
   * Keeps the bytes, in place of earlier ones of that name. The caller must not change them afterwards.
   * @throws PipelineError `job/storage-full`
   */
  set(name: string, bytes: Uint8Array): void;
}

/** Pages in memory: for small scenes, for tests, and where there is no file system. */
export function memoryPages(): PageStore {
  const pages = new Map<string, Uint8Array>();
  return {
    has: (name) => pages.has(name),
    get: (name) => pages.get(name),
    set: (name, bytes) => void pages.set(name, bytes),
  };
}

/** Values under keys, within a budget of bytes: those used least recently go first. */
export interface Recent<Key, Value> {
  get(key: Key): Value | undefined;
  /** Keeps a value unless it alone exceeds the budget. */
  put(key: Key, value: Value, byteLength: number): void;
  drop(key: Key): void;
}

/** @param budget Bytes that may be held. */
export function recent<Key, Value>(budget: number): Recent<Key, Value> {
  const held = new Map<Key, { readonly value: Value; readonly byteLength: number }>();
  let total = 0;
  const drop = (key: Key) => {
    total -= held.get(key)?.byteLength ?? 0;
    held.delete(key);
  };
  return {
    get(key) {
      const entry = held.get(key);
      if (!entry) return undefined;
      held.delete(key);
      held.set(key, entry);
      return entry.value;
    },
    put(key, value, byteLength) {
      drop(key);
      if (byteLength > budget) return;
      held.set(key, { value, byteLength });
      total += byteLength;
      for (const oldest of held.keys()) {
        if (total <= budget) break;
        drop(oldest);
      }
    },
    drop,
  };
}
