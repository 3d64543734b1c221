import type { Page } from '@playwright/test';

/** More frames than an animation pauses for, and than pass until one begins. */
const FRAMES = 30;

/** Resolves when the page has drawn so many more frames. */
export const nextFrames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (let i = 0; i < left; i++) await new Promise(requestAnimationFrame);
  }, count);

/** Waits until what is read stays the same, and returns it. */
export async function still<T>(page: Page, read: () => Promise<T>): Promise<T> {
  for (let last = await read(); ; ) {
    await nextFrames(page, FRAMES);
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}
