import type { Page } from '@playwright/test';

/**
 * Drags files and folders into the page, as a file manager does, and lets them go.
 * @param x Where on the page, in pixels from the left.
 * @param before What is looked at while they hover.
 */
export async function dropOn(
  page: Page,
  files: readonly string[],
  x = 400,
  before?: () => Promise<void>,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x, y: 400, data });
  await send('dragEnter');
  await send('dragOver');
  await before?.();
  await send('drop');
}
