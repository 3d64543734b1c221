import type { Page, Worker } from '@playwright/test';

/** How many more tiles the detector and the generator give back; as many as there are if left out. */
interface Pass {
  readonly detect?: number;
  readonly generate?: number;
}

type Limits = Record<keyof Pass, number>;

export const isNetworks = (worker: Worker) => worker.url().includes('inference.worker');

/** In the networks' worker: keeps back the results that come when as many have passed; those kept back go on when more may pass. */
export function keepBack(limits: Limits): void {
  type Call = { id?: string; path?: string[]; argumentList?: { value: keyof Limits }[] };
  type Answer = [message: { id?: string }, transfer: Transferable[]];
  const scope = globalThis as unknown as {
    limits: Limits;
    kept?: Answer[];
    postMessage: (...answer: Answer) => void;
  };
  scope.limits = { ...limits };
  if (scope.kept === undefined) {
    const kept: Answer[] = [];
    const asked = new Map<string, keyof Limits>();
    addEventListener('message', ({ data }: MessageEvent<Call>) => {
      if (data.id && data.path?.[0] === 'compute' && data.argumentList)
        asked.set(data.id, data.argumentList[0].value);
    });
    const send = scope.postMessage.bind(globalThis);
    scope.postMessage = (...answer) => {
      const network = asked.get(answer[0].id ?? '');
      if (network === undefined || scope.limits[network]-- > 0) send(...answer);
      else kept.push(answer);
    };
    scope.kept = kept;
  }
  for (const answer of scope.kept.splice(0)) scope.postMessage(...answer);
}

/**
 * Holds what the networks work on where a test needs it, for as long as the test needs it, however fast or slow the machine is: so
 * many tiles are done, and no more. Works before the networks are started and afterwards, and for those that take the place of others.
 * @param first Is told to the networks before they are given a tile, if it is asked for before the run starts.
 * @returns Lets more tiles pass: so many from then on, or all.
 */
export async function holdNetworks(page: Page, first: Pass): Promise<(pass?: Pass) => Promise<void>> {
  let limits: Limits;
  // A worker that has ended needs no telling.
  const tell = (worker: Worker) => worker.evaluate(keepBack, limits).catch(() => undefined);
  const set = async ({ detect = Number.POSITIVE_INFINITY, generate = Number.POSITIVE_INFINITY }: Pass) => {
    limits = { detect, generate };
    await Promise.all(page.workers().filter(isNetworks).map(tell));
  };
  // Before a worker is given a tile it fetches its networks. Nobody else fetches their weights.
  await page.route('**/models/detector/weights.bin', async (route) => {
    await tell(page.workers().findLast(isNetworks) ?? (await page.waitForEvent('worker', isNetworks)));
    await route.fallback();
  });
  await set(first);
  return (pass = {}) => set(pass);
}
