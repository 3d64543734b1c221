import { expect, type Locator, test } from '@playwright/test';
import { violations } from './axe.ts';
import { still } from './still.ts';

const PATIENCE = { timeout: 300_000 };

test('the main job by keyboard alone; six ways to compare; nothing for axe to find', async ({ page }, {
  project,
}) => {
  await page.goto(`./?backend=${project.name}`);
  const sample = page.getByRole('button', { name: 'Try the sample scene' });
  await expect(sample).toBeEnabled();
  expect(await violations(page)).toEqual([]);
  await sample.focus();
  await page.keyboard.press('Enter');
  const map = page.getByRole('region', { name: 'Map of the scene' });
  const by = page.getByLabel('Compare by');
  await expect(page.getByRole('button', { name: 'Save GeoTIFF' })).toBeEnabled(PATIENCE);
  expect(await violations(page)).toEqual([]);

  for (const [key, mode] of [
    ['2', 'swipe-rows'],
    ['3', 'side-by-side'],
    ['6', 'difference'],
    ['5', 'blend'],
  ]) {
    await map.focus();
    await page.keyboard.press(key);
    await expect(by).toHaveValue(mode);
    await expect(map).toHaveAttribute('data-compare', mode);
  }
  const share = page.getByLabel('Share of after');
  await share.fill('0');
  const before = await map.screenshot();
  await share.fill('1');
  await expect(async () => expect((await map.screenshot()).equals(before)).toBe(false)).toPass();

  await share.fill('0.5');
  for (const bands of ['ndvi', 'band-3', 'true-colour']) {
    const last = await map.screenshot();
    await page.getByLabel('Bands').selectOption(bands);
    await expect(async () => expect((await map.screenshot()).equals(last)).toBe(false)).toPass();
  }
  await expect(page.getByRole('alert')).toHaveText('');

  await by.selectOption('blink');
  const shown = page.getByRole('button', { name: /^(Before|After)$/ });
  const first = await shown.textContent();
  await expect(shown).not.toHaveText(first ?? '');
  await page.getByRole('button', { name: 'Stop' }).click();
  await shown.click();
  const stays = await shown.textContent();
  // It does not change for longer than either is shown while they take turns.
  await page.waitForTimeout(2000);
  await expect(shown).toHaveText(stays ?? '');
  await by.selectOption('side-by-side');

  await map.focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keys and colours' });
  await sheet.getByLabel('Dark').check();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await map.focus();
  await page.keyboard.press('p');
  const panel = page.getByRole('button', { name: 'Unfold the panel' });
  await expect(panel).toHaveAttribute('aria-expanded', 'false');

  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('button', { name: 'Try the sample scene' }).click();
  await expect(panel).toBeVisible();
  await panel.press('Enter');
  await expect(by).toHaveValue('side-by-side', PATIENCE);
});

test('nothing for axe to find on a phone', async ({ page }, { project }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(`./?backend=${project.name}&sample`);
  await expect(page.getByRole('button', { name: 'Save GeoTIFF' })).toBeEnabled(PATIENCE);
  expect(await violations(page)).toEqual([]);
});

test('on a small phone every control is in reach, and the mask editor comes into view', async ({ page }, {
  project,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`./?backend=${project.name}&sample`);
  const edit = page.getByRole('button', { name: 'Edit the mask' });
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const boxOf = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
  for (const width of [360, 320]) {
    await page.setViewportSize({ width, height: 740 });
    for (const button of await page.locator('.header').getByRole('button').all()) {
      const end = () => button.boundingBox().then((box) => box && box.x + box.width);
      await expect.poll(end, (await button.textContent())!).toBeLessThanOrEqual(width);
    }
  }
  await page.setViewportSize({ width: 360, height: 740 });
  for (let zoom = 0; zoom < 4; zoom++) {
    const [scale, legend] = await still(page, () => Promise.all(['.ol-scale-line', '.legend'].map(boxOf)));
    expect(scale.x + scale.width).toBeLessThanOrEqual(legend.x);
    await page.getByRole('button', { name: 'Zoom in' }).click();
  }
  await edit.click();
  await expect(page.getByRole('heading', { name: 'Review the mask' })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Brush', exact: true })).toBeInViewport();
  await page.getByRole('button', { name: 'Close without changes' }).click();
  await expect(page.getByRole('heading', { name: 'Done' })).toBeInViewport();

  await page.goto(`./?backend=${project.name}`);
  const bottomOf = async (name: RegExp) => {
    const { y, height } = (await page.getByRole('button', { name }).boundingBox())!;
    return y + height;
  };
  await expect(page.getByRole('button', { name: /^Continue with/ })).toBeVisible();
  await expect(async () => {
    const open = (await page.getByRole('button', { name: 'Open a GeoTIFF' }).boundingBox())!;
    expect(open.y).toBeGreaterThan((await bottomOf(/^Continue with/)) + 8);
  }).toPass();
});

test('in forced colours the legend keeps its colours, and what is pressed can be told', async ({ page }, {
  project,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(`./?backend=${project.name}&sample`);
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  await page.getByRole('button', { name: 'Edit the mask' }).click();
  const colours = (of: Locator) =>
    of.evaluateAll((all) => new Set(all.map((one) => getComputedStyle(one).backgroundColor)).size);
  await expect.poll(() => colours(page.locator('.legend .swatch'))).toBe(3);
  const tools = page.getByRole('button', { name: /^(Brush|Eraser)$/ });
  await expect(tools).toHaveCount(2);
  await expect.poll(() => colours(tools)).toBe(2);
});

test('on a phone the sheet of a tapped pixel is closed by its button, and the next tap opens it again', async ({
  browser,
  baseURL,
}, { project }) => {
  const context = await browser.newContext({
    baseURL,
    hasTouch: true,
    serviceWorkers: 'block',
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(`/?backend=${project.name}`);
  await page.getByLabel('GeoTIFF files').setInputFiles('src/pipeline/testing/fixtures/overviews.tif');
  await expect(page.getByRole('heading', { name: /Done|No clouds found/ })).toBeVisible(PATIENCE);
  const pixel = page.getByRole('region', { name: 'Pixel under the pointer' });
  await expect(page.locator('.map canvas').first()).toBeVisible();
  for (let round = 0; round < 2; round++) {
    await page.touchscreen.tap(120, 260);
    await expect(pixel).toBeVisible();
    await pixel.getByRole('button', { name: 'Close' }).tap();
    await expect(pixel).toBeHidden();
    // Longer than between the two of a double tap, which zooms in.
    await page.waitForTimeout(400);
  }
  await context.close();
});
