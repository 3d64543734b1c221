import { PipelineError } from '../pipeline/errors.ts';
import type { SceneMemory } from './engine.ts';

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know. */
interface PermissionHandle extends FileSystemFileHandle {
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

interface Stored {
  readonly name: string;
  readonly origin: string | PermissionHandle;
}

const [DATABASE, STORE, KEY] = ['unclouded', 'scenes', 'last'];

/** Kept in the browser's IndexedDB, which can hold file handles. */
export function sceneMemory(): SceneMemory {
  return {
    remember: (name, origin) =>
      change((scenes) => scenes.put({ name, origin: origin instanceof URL ? origin.href : origin }, KEY)),
    forget: () => change((scenes) => scenes.delete(KEY)),
    async recall() {
      const stored = await access<Stored | undefined>('readonly', (scenes) => scenes.get(KEY)).catch(
        () => null,
      );
      if (!stored) return null;
      const { name } = stored;
      if (typeof stored.origin === 'string') {
        const origin = new URL(stored.origin);
        return { name, origin, reopen: async () => origin };
      }
      const { origin } = stored;
      return { name, origin, reopen: () => fileOf(name, origin) };
    },
  };
}

async function fileOf(name: string, handle: PermissionHandle): Promise<File> {
  const refused = (cause?: unknown) =>
    new PipelineError('file/unreadable', `${name} can no longer be read.`, 'Open the file again.', { cause });
  try {
    const permission = await handle.requestPermission?.({ mode: 'read' });
    if (permission === 'denied') throw refused();
    return await handle.getFile();
  } catch (thrown) {
    throw thrown instanceof PipelineError ? thrown : refused(thrown);
  }
}

async function change(work: (scenes: IDBObjectStore) => IDBRequest): Promise<void> {
  await access('readwrite', work).catch(() => undefined);
}

async function access<T>(
  mode: IDBTransactionMode,
  work: (scenes: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
