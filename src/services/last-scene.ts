import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { RememberedDate, SceneInput, SceneMemory, SceneOrigin, WorkedOn } from './engine.ts';

/** As in https://wicg.github.io/file-system-access/, which TypeScript does not know. */
interface PermissionHandle extends FileSystemFileHandle {
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

interface StoredDate {
  readonly name: string;
  readonly origin: string | Exclude<SceneOrigin, URL> | null;
  readonly used?: boolean;
}

interface Stored extends StoredDate {
  readonly dates?: readonly StoredDate[];
  readonly composite?: WorkedOn['composite'];
}

const [DATABASE, STORE, KEY] = ['unclouded', 'scenes', 'last'];

/** Kept in the browser's IndexedDB, which can hold file handles. */
export function sceneMemory(): SceneMemory {
  return {
    remember: ({ name, origin, dates, composite }) =>
      change((scenes) =>
        scenes.put(
          {
            name,
            origin: stored(origin),
            dates: dates.map((date): StoredDate => ({ ...date, origin: stored(date.origin) })),
            composite,
          } satisfies Stored,
          KEY,
        ),
      ),
    forget: () => change((scenes) => scenes.delete(KEY)),
    async recall() {
      const found = await access<Stored | undefined>('readonly', (scenes) => scenes.get(KEY)).catch(
        () => null,
      );
      if (!found) return null;
      const { name, origin } = recalled(found);
      const dates = (found.dates ?? []).map(recalled);
      return {
        name,
        origin,
        dates,
        composite: found.composite ?? null,
        async reopen() {
          const scene = await opened(name, origin);
          // One question after the other, where the browser asks.
          const others: (SceneInput | PipelineError)[] = [];
          for (const date of dates)
            others.push(await opened(date.name, date.origin).catch((fault: PipelineError) => fault));
          return { scene, dates: others };
        },
      };
    },
  };
}

const stored = (origin: SceneOrigin | null) => (origin instanceof URL ? origin.href : origin);

function recalled({ name, origin, used = true }: StoredDate): RememberedDate {
  return { name, origin: typeof origin === 'string' ? new URL(origin) : origin, used };
}

/** @throws PipelineError `file/unreadable` */
async function opened(name: string, origin: SceneOrigin | null): Promise<SceneInput> {
  if (origin instanceof URL) return origin;
  if (origin === null) {
    throw new PipelineError(
      'file/unreadable',
      phrase('This browser cannot open {{name}} again by itself.', { name }),
      phrase('Open the file again.'),
    );
  }
  if (!Array.isArray(origin)) return fileOf(name, origin as FileSystemFileHandle);
  const files: File[] = [];
  for (const handle of origin) files.push(await fileOf(handle.name, handle));
  return files;
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
