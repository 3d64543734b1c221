import { expect, type Page } from '@playwright/test';

/**
 * Waits until the workers of an earlier page are gone: until then they hold the files of its run. The application waits for them, too, but
 * for some seconds only, which a busy machine may need more of. That it does is tested in interruptions.spec.ts.
 */
export async function earlierPageEnded(page: Page): Promise<void> {
  const theirs = () =>
    page.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      const ours = `-${performance.timeOrigin}-`;
      return held.filter(({ name }) => name?.startsWith('unclouded-') && !name.includes(ours)).length;
    });
  await expect.poll(theirs).toBe(0);
}
