import type { Window } from '../pipeline/scene.ts';
import { overlapOf } from '../pipeline/windows.ts';

/**
 * A small least-recently-used memory of tile data. When part of a layer changes, the map asks for all of
 * its tiles again; only those that touch the change are fetched anew, the others come from here.
 */
export interface TileMemory<T> {
  /** The remembered data for `key`, or that of `load`. Failures are not remembered. */
  fetch(key: string, window: Window, load: () => Promise<T>): Promise<T>;
  /** Forgets what touches `window`; everything without one. */
  forget(window?: Window): void;
  readonly size: number;
}

export function createTileMemory<T>(capacity: number): TileMemory<T> {
  const entries = new Map<string, { window: Window; data: Promise<T> }>();
  return {
    fetch(key, window, load) {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known.data;
      }
      const entry = { window, data: load() };
      entries.set(key, entry);
      entry.data.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      if (entries.size > capacity) entries.delete(entries.keys().next().value as string);
      return entry.data;
    },
    forget(window) {
      if (window === undefined) entries.clear();
      else for (const [key, entry] of entries) if (overlapOf(entry.window, window)) entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
