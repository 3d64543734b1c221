/**
 * How one thread learns that another has died. A worker that the browser ends, for want of memory say, sends no
 * event; but the lock that it held is then free.
 */

/** Null where there are no locks: old browsers, pages that are not served securely, tests in Node. */
function locksHere(): LockManager | null {
  return (globalThis.navigator as Partial<WorkerNavigator> | undefined)?.locks ?? null;
}

/** Holds a lock of this name until the thread ends; resolves when it is held. */
export function holdLock(name: string): Promise<void> {
  const locks = locksHere();
  if (!locks) return Promise.resolve();
  return new Promise((resolve) => {
    const hold = () => {
      resolve();
      return new Promise(() => {});
    };
    // Sandboxed pages have locks that always fail.
    locks.request(name, hold).catch(() => resolve());
  });
}

/** Calls back when the thread that now holds the lock has ended; returns the way to stop waiting. */
export function whenReleased(name: string, then: () => void): () => void {
  const locks = locksHere();
  const waiting = new AbortController();
  const wait = async () => {
    const { held } = (await locks?.query()) ?? {};
    if (held?.some((lock) => lock.name === name))
      await locks?.request(name, { signal: waiting.signal }, then);
  };
  wait().catch(() => undefined);
  return () => waiting.abort();
}

/** Before the first tile has told how fast the device is, while its shaders are compiled. */
const FIRST_LIMIT_MS = 5 * 60_000;
const LEAST_LIMIT_MS = 60_000;
const SLOWEST_TIMES = 10;

/**
 * Watches tiles that are computed one after the other, in the order in which they are handed in, on a graphics device: a
 * driver that hangs says nothing.
 * @param onSilence called with the reason when a tile takes far longer than the slowest so far
 */
export function watchdog(onSilence: (why: string) => void): (work: Promise<unknown>) => void {
  let slowest: number | null = null;
  let before: Promise<void> = Promise.resolve();
  return (work) => {
    const ended = work.then(
      () => true,
      () => false,
    );
    before = before.then(async () => {
      const limit = slowest === null ? FIRST_LIMIT_MS : Math.max(LEAST_LIMIT_MS, SLOWEST_TIMES * slowest);
      const why = `it gave no answer for ${Math.round(limit / 1000)} seconds`;
      const timer = setTimeout(() => onSilence(why), limit);
      const begin = performance.now();
      if (await ended) slowest = Math.max(slowest ?? 0, performance.now() - begin);
      clearTimeout(timer);
    });
  };
}

let last = 0;

/** A name for a worker, its own among those of all pages. */
export function workerName(kind: string): string {
  return `unclouded-${kind}-${performance.timeOrigin}-${Math.random().toString(36).slice(2)}-${++last}`;
}
