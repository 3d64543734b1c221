import type { Offline } from '../services/engine.ts';
import { serviceWorkerOffline } from '../services/offline.ts';

/** Offline use of the built application, where the browser has service workers and allows them here. */
export function offlineHere(): Offline | undefined {
  if (!import.meta.env.PROD) return undefined;
  try {
    const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
    return container && serviceWorkerOffline(container, new URL('offline-worker.js', document.baseURI));
  } catch {
    // Sandboxed pages may not even ask for it.
    return undefined;
  }
}
