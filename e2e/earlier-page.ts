import { expect, type Page } from '@playwright/test';

/** Waits until the workers of an earlier page are gone: until then they hold the files of its run, and this page could not continue it. */
export async function earlierPageEnded(page: Page): Promise<void> {
  const theirs = () =>
    page.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      const ours = `-${performance.timeOrigin}-`;
      return held.filter(({ name }) => name?.startsWith('unclouded-') && !name.includes(ours)).length;
    });
  await expect.poll(theirs).toBe(0);
}
