import { proxy, type Remote } from 'comlink';
import { comparisonLock } from '../../workers/library-files.ts';
import type { LibraryApi } from '../../workers/library-protocol.ts';
import { PipelineError, throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import { RECORD_VERSION } from '../pipeline/library/record.ts';
import { phrase } from '../pipeline/phrase.ts';
import { pickFile, ZIP } from './files.ts';
import type { Library, LibraryState, StorageUse } from './library-types.ts';
import { workerClient } from './worker-client.ts';

/** By which tabs tell each other that the library changed. */
const CHANNEL = 'unclouded-library';

/** The library of this browser. Its worker is started when the page stands, or earlier if something is asked of it. */
export function browserLibrary(): Library {
  const shares = new Map<number, (share: number) => void>();
  const deliver = proxy((job: number, share: number) => shares.get(job)?.(share));
  const worker = workerClient<LibraryApi>(
    (name) =>
      new Worker(new URL('../../workers/library.worker.ts', import.meta.url), { type: 'module', name }),
    (api) => api.start(deliver),
  );
  const others = new BroadcastChannel(CHANNEL);
  let report: (state: LibraryState) => void = () => {};
  let letGo = async () => {};
  /** Resolves when the lock of the comparison that was shown is free. */
  let released: Promise<void> = Promise.resolve();

  async function refresh(): Promise<void> {
    try {
      const entries = await worker.call((api, job) => api.list(job));
      report({ status: 'ready', entries, storage: await storageUse() });
    } catch (thrown) {
      report({ status: 'none', reason: toPipelineError(thrown).toReport() });
    }
  }

  /** Tells all tabs, whether the work succeeded or left less room. */
  async function changing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      others.postMessage('changed');
      await refresh();
    }
  }

  /** Calls the worker, with reports of the share that is done. */
  async function withShares<T>(
    onShare: (share: number) => void,
    work: Parameters<typeof worker.call<T>>[0],
    signal?: AbortSignal,
  ): Promise<T> {
    return worker.call(async (api, job) => {
      shares.set(job, onShare);
      try {
        return await work(api, job);
      } finally {
        shares.delete(job);
      }
    }, signal);
  }

  return {
    follow(onState) {
      report = onState;
      others.onmessage = () => void refresh();
      // The page itself comes first.
      const start = () => setTimeout(refresh, 300);
      if (document.readyState === 'complete') start();
      else window.addEventListener('load', start, { once: true });
    },

    save: (draft, thumbnail, write, signal) =>
      changing(async () => {
        const id = crypto.randomUUID();
        return navigator.locks.request(comparisonLock(id), async () => {
          try {
            const files = await write(id);
            throwIfAborted(signal);
            const savedAt = new Date().toISOString();
            const record = { ...draft, version: RECORD_VERSION, id, savedAt, files } as const;
            await worker.call((api, job) => api.commit(job, record, thumbnail));
            return record;
          } catch (thrown) {
            await worker.call((api, job) => api.remove(job, id)).catch(() => undefined);
            throw thrown;
          }
        });
      }),

    async open(id, show, signal) {
      let release = await hold(id);
      try {
        const shown = await show(await worker.call((api, job) => api.open(job, id), signal));
        if (shown) [letGo, release] = [release, letGo];
      } finally {
        released = release();
      }
    },

    release() {
      released = letGo();
      letGo = async () => {};
    },

    rename: (id, title) => changing(() => worker.call((api, job) => api.rename(job, id, title))),

    remove: (id) =>
      changing(async () => {
        await released;
        await navigator.locks.request(comparisonLock(id), { ifAvailable: true }, async (lock) => {
          if (!lock) throw inUse();
          await worker.call((api, job) => api.remove(job, id));
        });
      }),

    thumbnail: (id) => worker.call((api, job) => api.thumbnail(job, id)),

    async export(ids, name, onShare, signal) {
      const picked = await pickFile(name, ZIP);
      const blob = await withShares(onShare, (api, job) => api.export(job, ids, picked), signal);
      return blob && { name, blob };
    },

    sharedView: (id, signal) => worker.call((api, job) => api.sharedView(job, id), signal),

    async shareFolder(id, name, onShare, signal) {
      const picked = await pickFile(name, ZIP);
      const work = (api: Remote<LibraryApi>, job: number) =>
        api.shareFolder(job, id, document.baseURI, picked);
      const blob = await withShares(onShare, work, signal);
      return blob && { name, blob };
    },

    import: (file, onShare, signal) =>
      changing(() => withShares(onShare, (api, job) => api.import(job, file), signal)),

    async persist() {
      const promised = (await navigator.storage?.persist?.()) ?? false;
      await refresh();
      return promised;
    },
  };
}

/** Holds the lock of a comparison that is shown; resolves with the way to let go. */
function hold(id: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const options = { mode: 'shared', ifAvailable: true } as const;
    const ended: Promise<void> = navigator.locks.request(comparisonLock(id), options, (lock) => {
      if (!lock) throw inUse();
      return new Promise<void>((release) => {
        resolve(() => {
          release();
          return ended;
        });
      });
    });
    ended.catch(reject);
  });
}

async function storageUse(): Promise<StorageUse | null> {
  try {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { used: usage, quota, persisted: await navigator.storage.persisted() };
  } catch {
    return null;
  }
}

function inUse(): PipelineError {
  return new PipelineError(
    'library/in-use',
    phrase('This comparison is in use in another tab.'),
    phrase('Close it there, or close that tab, and try again.'),
  );
}
