import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { violations } from './axe.ts';
import { serveFolder } from './embed/server.ts';
import { holdNetworks } from './hold.ts';
import { infraredScene, writeDates } from './scenes.ts';

/**
 * Walks through the states of the interface; axe looks at each, on a desktop and on a phone, light and dark.
 * `npm run screenshots` takes a picture of each instead, at three widths, into `.cache/screenshots`.
 */
const PICTURES = process.env.UNCLOUDED_SCREENSHOTS;
const WIDTHS = { phone: [390, 780], tablet: [820, 1180], desktop: [1280, 800] } as const;
const PATIENCE = { timeout: 300_000 };

const folder = mkdtempSync(join(tmpdir(), 'unclouded-states-'));
test.afterAll(() => rmSync(folder, { recursive: true }));
test.setTimeout(900_000);

/** Looks at a state from all sides. Violations are gathered, so that one run tells all. */
async function look(page: Page, name: string): Promise<void> {
  const widths = PICTURES ? Object.entries(WIDTHS) : Object.entries(WIDTHS).filter(([of]) => of !== 'tablet');
  for (const [device, [width, height]] of widths) {
    await page.setViewportSize({ width, height });
    if (PICTURES) {
      // The map draws its tiles a moment after its size has changed.
      await page.waitForTimeout(700);
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}-${device}.png`) });
    } else {
      expect.soft(await violations(page), `${name} on a ${device}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click(PATIENCE);
const done = (page: Page) => expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);

test('the workbench: what is done', async ({ page }) => {
  await page.goto('/?backend=wasm');
  await expect(page.getByRole('button', { name: 'Try the sample scene' })).toBeEnabled();
  await look(page, '01-start');
  const wrong = { name: 'notes.tif', mimeType: 'image/tiff', buffer: Buffer.from('These are notes.') };
  await page.getByLabel('GeoTIFF files').first().setInputFiles(wrong);
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await look(page, '02-start-refused');
  await press(page, 'Dismiss this message');
  await page.getByLabel('GeoTIFF files').first().setInputFiles(infraredScene());
  await expect(page.getByRole('heading', { name: 'Bands are missing' })).toBeVisible();
  await look(page, '02-bands-missing');
  const goOn = await holdNetworks(page, { detect: 1, generate: 0 });
  await page.goto('/?backend=wasm');

  await press(page, 'Try the sample scene');
  const review = page.getByLabel('Let me review the mask first');
  await review.check(PATIENCE);
  await goOn({ generate: 0 });
  await expect(page.getByRole('heading', { name: 'Review the mask' })).toBeVisible(PATIENCE);
  await look(page, '03-mask-editor');
  await page.getByRole('button', { name: 'Polygon' }).click();
  await look(page, '04-mask-polygon');
  await press(page, 'Repair with this mask');
  await press(page, 'Pause');
  await goOn();
  await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
  await look(page, '05-paused');
  await goOn({ generate: 0 });
  await press(page, 'Continue');
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible();
  await press(page, 'Cancel');
  await expect(page.getByRole('heading', { name: 'Cancelled' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Continue where it stopped/ })).toBeVisible();
  await look(page, '06-cancelled');
  await goOn();
  await press(page, /^Continue where it stopped/);
  await done(page);
  await look(page, '07-done');

  const by = page.getByLabel('Compare by');
  for (const mode of ['swipe-rows', 'side-by-side', 'blink', 'blend', 'difference']) {
    await by.selectOption(mode);
    await look(page, `08-compare-${mode}`);
  }
  await by.selectOption('swipe');
  for (const overlay of ['mask', 'provenance', 'confidence']) {
    await page.getByLabel('Overlay shown on the map').selectOption(overlay);
    await look(page, `09-overlay-${overlay}`);
  }
  await page.getByLabel('Overlay shown on the map').selectOption('none');
  for (const bands of ['infrared', 'shortwave', 'agriculture', 'ndvi', 'band-3']) {
    await page.getByLabel('Bands').selectOption(bands);
    await look(page, `10-bands-${bands}`);
  }
  await page.getByLabel('Bands').selectOption('true-colour');
  await page.getByText('Enhance for viewing').click();
  await page.getByLabel('Dehaze').fill('0.8');
  await page.getByLabel('Contrast').fill('0.5');
  await page.getByText('For the eye only').scrollIntoViewIfNeeded();
  await look(page, '11-enhance');
  await press(page, 'As it is');
  await page.getByText('Change and run again').click();
  await page.getByRole('button', { name: 'Run again' }).scrollIntoViewIfNeeded();
  await look(page, '12-settings');
  await page.getByText('Change and run again').click();
});

test('the workbench: what is told', async ({ page }) => {
  const goOn = await holdNetworks(page, {});
  await page.goto('/?sample&backend=wasm');
  await done(page);
  await goOn({ detect: 0 });
  const card = page.getByRole('region', { name: 'How good is it?' });
  await card.getByRole('button', { name: 'Self-check' }).click();
  await expect(card.getByRole('progressbar')).toBeVisible();
  await card.scrollIntoViewIfNeeded();
  await look(page, '13-self-check-runs');
  await goOn();
  await expect(card.getByRole('heading', { name: 'Self-check' })).toBeVisible(PATIENCE);
  await card.getByText('All figures').last().click();
  await card.getByRole('heading', { name: 'Self-check' }).scrollIntoViewIfNeeded();
  await look(page, '14-self-check');
  await card
    .getByLabel('Clear picture of the same area')
    .setInputFiles('public/samples/landsat7-olinda-clear.tif');
  await expect(card.getByText('Against landsat7-olinda-clear.tif')).toBeVisible(PATIENCE);
  await look(page, '15-clear-picture');
  const [report] = await Promise.all([
    page.waitForEvent('download'),
    card.getByRole('button', { name: 'Report', exact: true }).click(),
  ]);

  await press(page, 'Networks');
  await expect(page.getByRole('dialog', { name: 'Networks' }).getByRole('listitem')).toHaveCount(4);
  await look(page, '16-networks');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await press(page, 'Keys and colours');
  await expect(page.getByRole('dialog', { name: 'Keys and colours' })).toBeVisible();
  await look(page, '17-keys');
  await page.getByLabel('Dark', { exact: true }).check();
  await look(page, '18-keys-dark');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.locator('.panel-body').evaluate((panel) => panel.scrollTo(0, 0));
  await look(page, '19-done-dark');
  await page.getByLabel('Overlay shown on the map').selectOption('provenance');
  await press(page, 'Inspect the middle of the map');
  await expect(page.getByRole('region', { name: 'Pixel in the middle' })).toBeVisible();
  await look(page, '20-inspect-dark');
  await press(page, 'Keys and colours');
  await page.getByLabel('Light', { exact: true }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await look(page, '21-inspect');
  await press(page, 'Inspect the middle of the map');
  await press(page, 'Fold the panel');
  await expect(page.getByRole('button', { name: 'Unfold the panel' })).toBeVisible();
  await look(page, '22-folded');

  const path = join(folder, 'report.html');
  await report.saveAs(path);
  const reports = await serveFolder(folder);
  try {
    await page.goto(`${reports.origin}/report.html`);
    await look(page, '23-report');
  } finally {
    reports.close();
  }
  await page.goto('/models/generator/card.html');
  await look(page, '24-model-card');
});

test('the library', async ({ page }) => {
  await page.goto('/?backend=wasm#library');
  await expect(page.getByText('Nothing is saved yet.')).toBeVisible();
  await look(page, '30-library-empty');
  await page.goto('/?sample&backend=wasm');
  await done(page);
  await press(page, 'Save in the library');
  await expect(page.getByText('Saved in the library.')).toBeVisible();
  await look(page, '31-kept');
  await press(page, 'Share');
  await expect(page.getByRole('dialog').getByLabel('HTML to paste')).toBeVisible();
  await look(page, '32-share');
  await page.getByRole('radio', { name: 'Frame' }).check();
  await page.getByRole('button', { name: 'Copy the HTML' }).scrollIntoViewIfNeeded();
  await look(page, '33-share-frame');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await press(page, 'Open the library');
  await expect(page.getByRole('button', { name: /^Rename/ })).toBeVisible();
  await look(page, '34-library');
  await press(page, /^Rename/);
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeVisible();
  await look(page, '35-library-rename');
  await press(page, 'Cancel');
  await press(page, /^Delete/);
  await expect(page.getByRole('button', { name: 'Keep', exact: true })).toBeVisible();
  await look(page, '36-library-delete');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Back to the library' })).toBeVisible();
  await look(page, '37-saved');
  await page.goto('/?backend=wasm');
  await expect(page.getByRole('button', { name: 'Open your saved comparison' })).toBeVisible();
  await look(page, '38-start-again');
});

test('several dates, and a queue', async ({ page }) => {
  const [august, september] = ['2001-08-10', '2001-09-11'].map((day) => join(folder, `olinda-${day}.tif`));
  await writeDates(august, september);
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').first().setInputFiles([august, september]);
  await expect(page.getByRole('heading', { name: 'Ready' })).toBeVisible(PATIENCE);
  await look(page, '40-dates');
  await press(page, 'Repair this one: 10 Aug 2001');
  await press(page, 'Remove clouds');
  await done(page);
  await page.getByLabel('Overlay shown on the map').selectOption('date');
  await look(page, '41-dates-done');

  await page.goto('/?backend=wasm');
  const damaged = join(folder, 'damaged.tif');
  writeFileSync(damaged, 'not a scene');
  const scenes = ['simulated-clouds', 'clear'].map((name) => `public/samples/landsat7-olinda-${name}.tif`);
  await page.getByLabel('Scenes for the queue').setInputFiles([...scenes, damaged]);
  await expect(page.getByRole('heading', { name: '3 scenes' })).toBeVisible();
  await look(page, '42-queue');
  // The four tiles of the first scene, and one of the second.
  const goOn = await holdNetworks(page, { detect: 5 });
  await press(page, 'Remove clouds from 3 scenes');
  await expect(page.getByRole('heading', { name: '1 of 3 scenes done' })).toBeVisible(PATIENCE);
  await look(page, '43-queue-runs');
  await goOn();
  await expect(page.getByRole('heading', { name: '2 of 3 scenes done' })).toBeVisible(PATIENCE);
  await expect(page.getByRole('button', { name: 'Close the queue' })).toBeVisible(PATIENCE);
  await look(page, '44-queue-done');
});

test('other people’s pages', async ({ page, baseURL }) => {
  const images =
    'before=samples/landsat7-olinda-simulated-clouds.tif&after=samples/landsat7-olinda-clear.tif';
  await page.goto(`/embed.html?${images}`);
  await expect(page.locator('unclouded-swipe')).toHaveJSProperty('status', 'shown');
  await look(page, '50-embed');
  await page.goto(`/embed.html?before=samples/missing.tif&after=samples/landsat7-olinda-clear.tif`);
  await expect(page.locator('unclouded-swipe')).toHaveJSProperty('status', 'failed');
  await look(page, '51-embed-failed');
  await page.goto('/embed.html');
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await look(page, '52-embed-empty');
  await page.goto(`${baseURL}/embedding.html`);
  await expect(page.locator('unclouded-swipe').first()).toHaveJSProperty('status', 'shown');
  await look(page, '53-embedding');
});
