import { expect, type Locator, type Page, test } from '@playwright/test';
import { type StaticServer, serveFolder } from './embed/server.ts';
import { holdNetworks } from './hold.ts';

const BEFORE = 'samples/landsat7-olinda-simulated-clouds.tif';
const AFTER = 'samples/landsat7-olinda-clear.tif';
const PATIENCE = { timeout: 300_000 };
const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true });

/** A saved comparison and an embedded one need no networks. */
const embedded = (page: Page) => page.goto(`/embed.html?before=${BEFORE}&after=${AFTER}`);

async function press(control: Locator): Promise<void> {
  await control.focus();
  await control.press('Enter');
}

test('what goes away with the focus on it leaves the focus where one goes on', async ({ page }) => {
  await holdNetworks(page, { detect: 1 });
  await page.goto('/?backend=wasm');
  const wrong = { name: 'notes.tif', mimeType: 'image/tiff', buffer: Buffer.from('These are notes.') };
  await page.getByLabel('GeoTIFF files').first().setInputFiles(wrong);
  await press(button(page, 'Dismiss this message'));
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

  await press(button(page, 'Keys and colours'));
  await press(button(page, 'About the networks'));
  await press(button(page.getByRole('dialog', { name: 'Networks' }), 'Close'));
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(button(page, 'Keys and colours')).toBeFocused();

  await button(page, 'Try the sample scene').click();
  await expect(page.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  await press(button(page, 'Cancel'));
  await expect(page.getByRole('heading', { name: 'Cancelled' })).toBeFocused();
  await press(button(page, 'Start over'));
  await expect(page.getByText('0 of 4 tiles')).toBeVisible(PATIENCE);
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeFocused();
  await button(page, 'Cancel').click();
  // Who pressed elsewhere is left alone.
  await page.locator('.scene-name').click();
  await button(page, 'Run again').evaluate((found: HTMLElement) => found.click());
  await expect(page.getByRole('heading', { name: 'Cancelled' })).toBeHidden();
  await expect(page.locator('body')).toBeFocused();
});

test('a sheet of a pixel that is longer than the map scrolls', async ({ page }) => {
  await page.setViewportSize({ width: 1366, height: 420 });
  await page.goto('/?sample&backend=wasm');
  await button(page, 'Inspect the middle of the map').click(PATIENCE);
  const sheet = page.getByRole('region', { name: 'Pixel in the middle' });
  await expect
    .poll(() => sheet.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight), PATIENCE)
    .toBeGreaterThan(0);
  await sheet.hover();
  await page.mouse.wheel(0, 400);
  await expect.poll(() => sheet.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
});

test('on the smallest of windows all buttons of the map and long messages are in reach', async ({ page }) => {
  await page.goto('/?sample&backend=wasm');
  await expect(button(page, 'Zoom in')).toBeVisible(PATIENCE);
  const long = `${'a long name '.repeat(18)}.tif`;
  const wrong = { name: long, mimeType: 'image/tiff', buffer: Buffer.from('These are notes.') };
  await page.getByLabel('GeoTIFF files').first().setInputFiles(wrong);
  const message = page.locator('.error');
  await expect(message).toBeVisible(PATIENCE);
  for (const [width, height] of [
    [320, 256],
    [568, 320],
  ]) {
    await page.setViewportSize({ width, height });
    await expect(async () => {
      const area = (await page.locator('.map-area').boundingBox())!;
      for (const name of ['Show the whole scene', 'Inspect the middle of the map']) {
        const box = (await button(page, name).boundingBox())!;
        expect(box.y + box.height, `${name} at ${width} × ${height}`).toBeLessThanOrEqual(
          area.y + area.height,
        );
      }
      const box = (await message.boundingBox())!;
      expect(box.y + box.height, `the message at ${width} × ${height}`).toBeLessThanOrEqual(height);
    }).toPass();
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect
    .poll(async () => (await page.locator('.sheet-grip').boundingBox())?.width)
    .toBeGreaterThanOrEqual(24);
});

test('in forced colours the divider and the progress are seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await holdNetworks(page, { detect: 1 });
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  const progress = page.locator('progress');
  const adjusted = (locator: Locator, part?: string) =>
    locator.evaluate(
      (element, pseudo) => getComputedStyle(element, pseudo).getPropertyValue('forced-color-adjust'),
      part,
    );
  expect(await adjusted(progress)).toBe('none');
  await embedded(page);
  const divider = page.locator('unclouded-swipe').getByRole('slider');
  await expect(divider).toBeVisible(PATIENCE);
  expect(await adjusted(divider, '::before')).toBe('none');
  expect(await adjusted(divider, '::after')).toBe('none');
});

test('the divider and the levels move without dragging', async ({ page }) => {
  await embedded(page);
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'shown', PATIENCE);
  for (const [name, position] of [
    ['Before', 1],
    ['Before', 0.5],
    ['After', 0],
    ['After', 0.5],
  ] as const) {
    await element.getByText(name, { exact: true }).click();
    await expect(element).toHaveJSProperty('swipe', position);
  }
  await page.goto('/?sample&backend=wasm');
  // Until then the histogram may change, and its panel with what is said above it.
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const histogram = page.locator('.histogram');
  const { width } = (await histogram.boundingBox())!;
  // From -0.5 to 1.5.
  await histogram.click({ position: { x: 0.4 * width, y: 20 } });
  await expect(page.getByLabel('Drawn black')).toHaveValue('0.3');
  await histogram.click({ position: { x: 0.6 * width, y: 20 } });
  await expect(page.getByLabel('Drawn white')).toHaveValue('0.7');
});

test.describe('embedded in a page of another origin', () => {
  let host: StaticServer;
  test.beforeAll(async () => {
    host = await serveFolder('dist');
  });
  test.afterAll(() => host.close());

  const markup = (root: string, lang: string, after = AFTER) =>
    `<!doctype html><html lang="${lang}"><title>Host</title><script type="module" src="${root}/embed/unclouded-swipe.js"></script>
    <unclouded-swipe before="${root}/${BEFORE}" after="${root}/${after}"></unclouded-swipe>`;

  test('texts say in which language they are', async ({ page, baseURL }) => {
    for (const [lang, spoken] of [
      ['pt', /^en/],
      ['de', /^de$/],
    ] as const) {
      host.page('/language.html', markup(baseURL ?? '', lang));
      await page.goto(`${host.origin}/language.html`);
      const element = page.locator('unclouded-swipe');
      await expect(element).toHaveJSProperty('status', 'shown', PATIENCE);
      const languageOf = (locator: Locator) =>
        locator.evaluate((found) => found.closest('[lang]')?.getAttribute('lang') ?? '');
      expect(await languageOf(element.getByRole('slider'))).toMatch(spoken);
      expect(await languageOf(element.getByRole('group'))).toMatch(spoken);
      expect(await languageOf(element.locator('.message'))).toMatch(spoken);
    }
  });

  test('“Try again” leaves the focus on the map', async ({ page, baseURL }) => {
    host.page('/again.html', markup(baseURL ?? '', 'en', 'missing.tif'));
    await page.goto(`${host.origin}/again.html`);
    const element = page.locator('unclouded-swipe');
    await expect(element).toHaveJSProperty('status', 'failed', PATIENCE);
    await press(button(element, 'Try again'));
    await expect(element.getByRole('group')).toBeFocused();
  });
});
