import { expect, type Locator, type Page, test } from '@playwright/test';
import { readBands } from './rasters.ts';

const PATIENCE = { timeout: 300_000 };
/** More than there are places to go. */
const MOST_TABS = 80;

/** Goes to a control as people do who have no mouse. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeEnabled(PATIENCE);
  const isThere = () => control.evaluate((element) => element === document.activeElement);
  for (let i = 0; i < MOST_TABS; i++) {
    if (await isThere()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${control} is not reached by Tab`);
}

async function pressAll(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test('the main job without a mouse: open, repair, correct the mask, compare, inspect, save', async ({
  page,
}) => {
  test.setTimeout(900_000);
  await page.goto('/?backend=wasm');
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const done = () => expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const map = page.getByRole('region', { name: 'Map of the scene' });
  await tabTo(page, button('Try the sample scene'));
  await pressAll(page, 'Enter');
  await done();
  await expect(page.locator('p[role=status]').last()).toContainText('Done:');

  await tabTo(page, button('Edit the mask'));
  await pressAll(page, 'Enter');
  await expect(page.locator('.map.drawing')).toBeVisible();
  await tabTo(page, map);
  await pressAll(page, 'e', 'ArrowRight', 'Space', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Space');
  await expect(button('Undo')).toBeEnabled();
  await pressAll(page, 'Control+z');
  await expect(button('Undo')).toBeDisabled();
  await pressAll(page, 'Control+Shift+z');
  await expect(button('Undo')).toBeEnabled();
  await tabTo(page, button('Repair with this mask'));
  await pressAll(page, 'Enter');
  await done();

  const divider = page.getByRole('slider', { name: 'Swipe between before and after' });
  await tabTo(page, divider);
  await pressAll(page, 'Shift+ArrowLeft');
  await expect(divider).toHaveAttribute('aria-valuenow', '40');
  await expect(divider).toHaveAttribute('aria-valuetext', /\S/);

  await tabTo(page, map);
  await pressAll(page, 'i');
  const pixel = page.getByRole('region', { name: 'Pixel in the middle' });
  await expect(pixel).toContainText(/UTM 25 south: \d+ E, \d+ N/);
  await expect(pixel).toContainText(/\d° S, \d+\.\d+° W/);
  const place = await pixel.getByRole('status').textContent();
  expect(place).toMatch(/^Column \d+, row \d+: \w+/);
  await pressAll(page, 'ArrowRight');
  await expect(pixel.getByRole('status')).not.toHaveText(place ?? '');
  await pressAll(page, 'i');
  await expect(pixel).toBeHidden();

  await tabTo(page, button('Save GeoTIFF'));
  const [download] = await Promise.all([page.waitForEvent('download'), pressAll(page, 'Enter')]);
  expect((await readBands(await download.path())).length).toBe(6);

  // Who dictates can switch single keys off (WCAG 2.1.4).
  await tabTo(page, button('Keys and colours'));
  await pressAll(page, 'Enter');
  await tabTo(page, page.getByLabel(/^Single keys work/));
  await pressAll(page, 'Space', 'Escape');
  await tabTo(page, map);
  await pressAll(page, 'i', 'p');
  await expect(pixel).toBeHidden();
  await expect(button('Fold the panel')).toBeVisible();
});

test('a tap shows a pixel; what is enhanced is saved as a picture, and the result is not', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(900_000);
  const context = await browser.newContext({
    baseURL,
    hasTouch: true,
    acceptDownloads: true,
    serviceWorkers: 'block',
    viewport: { width: 820, height: 1180 },
  });
  const page = await context.newPage();
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const box = (await page.locator('.map').boundingBox())!;
  const [x, y] = [box.x + box.width * 0.3, box.y + box.height / 2];
  const pixel = page.getByRole('region', { name: 'Pixel under the pointer' });
  await page.touchscreen.tap(x, y);
  await expect(pixel).toContainText('After');
  // Longer than between the two of a double tap, which zooms in.
  await page.waitForTimeout(500);
  await page.touchscreen.tap(x, y);
  await expect(pixel).toBeHidden();

  const save = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download', PATIENCE),
      page.getByRole('button', { name }).click(),
    ]);
    return { name: download.suggestedFilename(), bands: await readBands(await download.path()) };
  };
  const result = await save('Save GeoTIFF');
  await page.getByText('Enhance for viewing').click();
  const plain = await save('Save as a picture');
  await page.getByLabel('Dehaze').fill('1');
  await page.getByLabel('Contrast').fill('0.8');
  const enhanced = await save('Save as a picture');
  expect(enhanced.name).toBe('landsat7-olinda-simulated-clouds-picture.tif');
  expect(enhanced.bands.length).toBe(3);
  /** Mean step between neighbours: what contrast raises wherever the picture is neither black nor white. */
  const detail = ([red]: ArrayLike<number>[]) =>
    Array.from(red).reduce((sum, value, i) => sum + (i > 0 ? Math.abs(value - red[i - 1]) : 0), 0) /
    red.length;
  expect(detail(enhanced.bands)).toBeGreaterThan(1.2 * detail(plain.bands));
  expect((await save('Save GeoTIFF')).bands).toEqual(result.bands);
  await context.close();
});
