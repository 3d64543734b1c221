import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { maskFile } from '../src/pipeline/testing/mask-file.ts';
import { earlierPageEnded } from './earlier-page.ts';

const PATIENCE = { timeout: 300_000 };
const fixtures = 'src/pipeline/testing/fixtures';

async function finished(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: /Done|No clouds found/ })).toBeVisible(PATIENCE);
}

async function reportOf(page: Page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Report as JSON' }).click(),
  ]);
  return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

/** Whether a stroke is written down in the files that runs are continued from. */
const drawnInRuns = (page: Page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    for await (const handle of (await root.getDirectoryHandle('runs')).values()) {
      const text = await (await (handle as FileSystemFileHandle).getFile()).text();
      if (text.includes('"kind":"stroke"')) return true;
    }
    return false;
  });

/** The settings that the last run had, by its report. */
const settingsOf = async (page: Page) => (await reportOf(page)).run.settings;

test('"Change and run again" keeps the mask that was edited, and brings none of another scene', async ({
  page,
}) => {
  const again = async () => {
    const growth = await page.getByLabel('Grow by').inputValue();
    await page.getByRole('button', { name: 'Run again' }).click();
    await finished(page);
    return growth;
  };
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/overviews.tif`);
  await finished(page);
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  await page.locator('.map.drawing').focus();
  for (const key of ['Space', 'ArrowRight', 'Space']) await page.keyboard.press(key);
  await expect(page.getByRole('button', { name: 'Undo' })).toBeEnabled();
  await page.locator('.mask-editor').getByLabel('Grow by').fill('9');
  await page.getByRole('button', { name: 'Repair with this mask' }).click();
  await finished(page);
  await page.getByText('Change and run again').click();
  expect(await again()).toBe('9');
  const own = await settingsOf(page);
  expect(own.bufferPixels).toBe(9);
  expect(own.edits.operations).toHaveLength(1);

  await page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/geographic.tif`);
  await expect(page.getByText('(EPSG:4326)')).toBeVisible();
  await finished(page);
  await again();
  expect((await settingsOf(page)).edits).toBeUndefined();
});

test('while the mask is drawn on, the pixel under the pointer does not cover the map', async ({ page }) => {
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/overviews.tif`);
  await finished(page);
  const pixel = page.getByRole('region', { name: 'Pixel under the pointer' });
  await expect(page.locator('.map canvas').first()).toBeVisible();
  await page.mouse.move(380, 400);
  await expect(pixel).toBeVisible();
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  await expect(page.locator('.map.drawing')).toBeVisible();
  await page.mouse.move(400, 420);
  // It does not show within half a second, in which it otherwise does.
  await page.waitForTimeout(500);
  await expect(pixel).toBeHidden();
  await page.keyboard.press('h');
  await page.mouse.move(380, 400);
  await expect(pixel).toBeVisible();
});

test('Ctrl+Z takes the corners of an open polygon back before it undoes what is drawn', async ({ page }) => {
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/overviews.tif`);
  await finished(page);
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  await page.locator('.map.drawing').focus();
  for (const key of ['Space', 'ArrowRight', 'Space', 'g', 'Space', 'ArrowDown', 'Space'])
    await page.keyboard.press(key);
  const undo = page.getByRole('button', { name: 'Undo' });
  for (let corner = 0; corner < 2; corner++) {
    await page.keyboard.press('Control+z');
    await expect(undo).toBeEnabled();
  }
  await page.keyboard.press('Control+z');
  await expect(undo).toBeDisabled();
});

test('what was drawn before a reload waits for the word of the user', async ({ page }) => {
  const open = () => page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/overviews.tif`);
  await page.goto('/?backend=wasm');
  await open();
  await finished(page);
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  await page.locator('.map.drawing').focus();
  for (const key of ['Space', 'ArrowRight', 'Space']) await page.keyboard.press(key);
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeEnabled();
  await expect.poll(() => drawnInRuns(page)).toBe(true);
  await page.goto('/?backend=wasm');
  await earlierPageEnded(page);
  await open();
  await expect(page.getByRole('heading', { name: 'Review the mask' })).toBeVisible(PATIENCE);
  await expect(undo).toBeEnabled();
  await page.screenshot({ path: 'test-results/mask-again.png' });
  await page.getByRole('button', { name: 'Close without changes' }).click();
  await finished(page);
  expect((await settingsOf(page)).edits).toBeUndefined();
  await page.goto('/?backend=wasm');
  await earlierPageEnded(page);
  await open();
  await finished(page);
  await expect(page.getByRole('heading', { name: 'Review the mask' })).toBeHidden();
});

test('a mask file that leaves out a part of the scene is told as that, and reported with its checksum', async ({
  page,
}) => {
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').setInputFiles(`${fixtures}/overviews.tif`);
  await finished(page);
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  const value = (x: number, y: number) => Number(x < 40 && y < 40);
  const file = maskFile({ width: 60, height: 2000, pixel: 30, corner: [452_475, 3_408_645], value });
  const buffer = Buffer.from(await file.arrayBuffer());
  await page.getByLabel('Mask file').setInputFiles({ name: 'part.tif', mimeType: 'image/tiff', buffer });
  await expect(page.getByText(/^It covers [\d.]+ % of the scene/)).toBeVisible();
  await page.screenshot({ path: 'test-results/mask-part.png' });
  await page.getByRole('button', { name: 'Repair with this mask' }).click();
  await finished(page);
  await expect(page.getByText(/^The mask part.tif covers [\d.]+ % of the scene/)).toBeVisible();
  const { files } = await reportOf(page);
  expect(files.at(-1)).toEqual({
    name: 'part.tif',
    bytes: buffer.length,
    sha256: createHash('sha256').update(buffer).digest('hex'),
  });
});
