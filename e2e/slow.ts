import type { Page, Worker } from '@playwright/test';

/** The networks' worker is busy with nothing for so long, in milliseconds, before each of the ten parts or so that a tile is computed in. */
const BUSY = 80;

/**
 * Slows the networks down, so that what a test does during a run is done in time however fast the machine is.
 * @returns Lets them go on as usual.
 */
export async function slowNetworks(page: Page): Promise<() => Promise<void>> {
  const isNetworks = (worker: Worker) => worker.url().includes('inference');
  const worker = page.workers().find(isNetworks) ?? (await page.waitForEvent('worker', isNetworks));
  const timer = await worker.evaluate(
    (busy) =>
      Number(
        setInterval(() => {
          const end = performance.now() + busy;
          while (performance.now() < end);
        }, 0),
      ),
    BUSY,
  );
  return () => worker.evaluate((id) => clearInterval(id), timer);
}
