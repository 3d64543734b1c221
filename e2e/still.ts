import type { Page } from '@playwright/test';

/** Longer than an animation takes until it tells of its end: in frames where those are slow, in milliseconds where they are not. */
const [FRAMES, MILLISECONDS] = [30, 1000];

/** Resolves when the page has drawn so many more frames. */
export const nextFrames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (let i = 0; i < left; i++) await new Promise(requestAnimationFrame);
  }, count);

/** Waits until what is read stays the same, and returns it. */
export async function still<T>(page: Page, read: () => Promise<T>): Promise<T> {
  for (let last = await read(); ; ) {
    await Promise.all([nextFrames(page, FRAMES), page.waitForTimeout(MILLISECONDS)]);
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}
