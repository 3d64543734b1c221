import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { RememberedDate, SceneMemory, SceneOrigin } from './engine.ts';

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know. */
interface PermissionHandle extends FileSystemFileHandle {
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

interface StoredDate {
  readonly name: string;
  readonly origin: string | PermissionHandle;
}

interface Stored extends StoredDate {
  readonly dates?: readonly StoredDate[];
}

const [DATABASE, STORE, KEY] = ['unclouded', 'scenes', 'last'];

/** Kept in the browser's IndexedDB, which can hold file handles. */
export function sceneMemory(): SceneMemory {
  return {
    remember: (name, origin, dates) =>
      change((scenes) =>
        scenes.put(
          {
            name,
            origin: stored(origin),
            dates: dates.map(({ name, origin }) => ({ name, origin: stored(origin) })),
          },
          KEY,
        ),
      ),
    forget: () => change((scenes) => scenes.delete(KEY)),
    async recall() {
      const found = await access<Stored | undefined>('readonly', (scenes) => scenes.get(KEY)).catch(
        () => null,
      );
      if (!found) return null;
      const scene = recalled(found);
      const dates = (found.dates ?? []).map(recalled);
      return {
        ...scene,
        dates,
        async reopen() {
          const opened = [];
          // One question after the other, where the browser asks.
          for (const { name, origin } of [scene, ...dates]) {
            opened.push(origin instanceof URL ? origin : await fileOf(name, origin));
          }
          return { scene: opened[0], dates: opened.slice(1) };
        },
      };
    },
  };
}

const stored = (origin: SceneOrigin) => (origin instanceof URL ? origin.href : origin);

function recalled({ name, origin }: StoredDate): RememberedDate {
  return { name, origin: typeof origin === 'string' ? new URL(origin) : origin };
}

async function fileOf(name: string, handle: PermissionHandle): Promise<File> {
  const refused = (cause?: unknown) =>
    new PipelineError(
      'file/unreadable',
      phrase('{{name}} can no longer be read.', { name }),
      phrase('Open the file again.'),
      { cause },
    );
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
