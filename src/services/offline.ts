import type { OfflineMessage, OfflineRequest } from '../../workers/offline-protocol.ts';
import type { Offline, OfflineState } from './engine.ts';

/** Held, shared, by every tab that is at work. */
const BUSY_LOCK = 'unclouded-busy';

/** Offline use by the service worker at `script` (workers/offline.worker.ts). */
export function serviceWorkerOffline(container: ServiceWorkerContainer, script: URL): Offline {
  let registration: ServiceWorkerRegistration | null = null;
  let report: (state: OfflineState) => void = () => {};
  let isControlled = container.controller !== null;
  /** The page is of an earlier version than the one that now answers for it, which another tab let in. */
  let isOld = false;
  let release: (() => void) | null = null;

  async function start(): Promise<void> {
    container.addEventListener('message', ({ data }: MessageEvent<OfflineMessage>) => {
      if (data.type === 'ready' && !isOld && !registration?.waiting)
        report({ status: 'ready', bytes: data.bytes });
      if (data.type === 'progress' && !registration?.active && registration?.installing !== null) {
        report({ status: 'preparing', share: data.share });
      }
    });
    container.addEventListener('controllerchange', () => {
      if (isControlled) {
        isOld = true;
        report({ status: 'update', heldUp: false });
      }
      isControlled = true;
    });
    await loaded();
    registration = await container.register(script, { updateViaCache: 'none' });
    const { active, waiting, installing } = registration;
    registration.addEventListener('updatefound', () => watch(registration?.installing));
    watch(installing);
    if (waiting && active) report({ status: 'update', heldUp: false });
    else if (active) ask(active, 'state');
    else report({ status: 'preparing', share: 0 });
  }

  function watch(worker: ServiceWorker | null | undefined): void {
    worker?.addEventListener('statechange', () => {
      const { active } = registration ?? {};
      if (worker.state === 'installed' && active) report({ status: 'update', heldUp: false });
      if (worker.state === 'activated' && !isOld) ask(worker, 'state');
      // Of a first version only: where there is one, a new one that failed changes nothing.
      if (worker.state === 'redundant' && !active) report({ status: 'failed' });
    });
  }

  return {
    follow(onState) {
      report = onState;
      start().catch(() => report({ status: 'failed' }));
    },

    setBusy(busy) {
      release?.();
      release = null;
      if (!busy) return;
      const done = new Promise<void>((resolve) => {
        release = resolve;
      });
      void navigator.locks.request(BUSY_LOCK, { mode: 'shared' }, () => done);
    },

    update: () =>
      navigator.locks.request(BUSY_LOCK, { ifAvailable: true }, async (lock) => {
        if (lock === null) return report({ status: 'update', heldUp: true });
        const waiting = registration?.waiting;
        if (waiting) {
          const changed = new Promise((resolve) => {
            container.addEventListener('controllerchange', resolve, { once: true });
          });
          ask(waiting, 'activate');
          await changed;
        }
        location.reload();
      }),
  };
}

function ask(worker: ServiceWorker, request: OfflineRequest): void {
  worker.postMessage(request);
}

/** The files are fetched once more for the cache: not while the page itself still loads. */
function loaded(): Promise<void> {
  if (document.readyState === 'complete') return Promise.resolve();
  return new Promise((resolve) => window.addEventListener('load', () => resolve(), { once: true }));
}
