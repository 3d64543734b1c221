import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { earlierPageEnded } from './earlier-page.ts';
import { holdNetworks } from './hold.ts';
import { readBands } from './rasters.ts';
import { writeDates, writeScene } from './scenes.ts';

const PATIENCE = { timeout: 300_000 };

/** Two dates of one place: the one of August is cloudy, the other one nearly clear. */
const folder = mkdtempSync(join(tmpdir(), 'unclouded-dates-'));
const august = join(folder, 'olinda-2001-08-10.tif');
const september = join(folder, 'olinda-2001-09-11.tif');
const elsewhere = join(folder, 'elsewhere-2001-10-11.tif');

test.beforeAll(async () => {
  await writeDates(august, september);
  const sample = (x: number, y: number, band: number) => 40 + 10 * band + ((x * y) % 17);
  writeScene(elsewhere, { width: 128, height: 128, bands: 6, origin: [588_000, 9_120_000], sample });
});
test.afterAll(() => rmSync(folder, { recursive: true }));

async function open(page: Page, ...files: string[]): Promise<void> {
  await page.getByLabel('GeoTIFF files').first().setInputFiles(files);
}

async function save(page: Page, button: string): Promise<ArrayLike<number>[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return readBands(await download.path());
}

const rows = (page: Page) => page.getByRole('region', { name: 'Dates' }).getByRole('listitem');
const done = (page: Page) => expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);

test('two dates together: the clearest is offered, the other chosen, repaired with real pixels, compared and saved', async ({
  page,
}) => {
  await page.goto('/?backend=wasm');
  await open(page, september, august);
  await expect(rows(page)).toHaveCount(2, PATIENCE);
  await expect(rows(page).nth(0)).toContainText(/10 Aug 2001.*[45]\d\s% cloud/);
  await expect(rows(page).nth(1)).toContainText('11 Sept 2001To repair');
  await expect(page.locator('.date-picture canvas')).toHaveCount(2);
  for (const picture of await page.locator('.date-picture canvas').all()) {
    await expect
      .poll(() =>
        picture.evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value) => value > 0);
        }),
      )
      .toBe(true);
  }
  await expect(page.getByRole('heading', { name: 'Ready' })).toBeVisible();

  await page.getByRole('button', { name: 'Repair this one: 10 Aug 2001' }).click();
  await expect(rows(page).nth(0)).toContainText('To repair');
  await page.getByRole('button', { name: 'Remove clouds' }).click();
  await done(page);
  await expect(page.getByText(/% observed, .*% from 11 Sept 2001/).first()).toBeVisible();
  await expect(rows(page).nth(1)).toContainText(/gave \d+\s% of the scene/);

  await page.getByLabel('Overlay shown on the map').selectOption({ label: 'Origin of pixels' });
  await expect(page.getByRole('region', { name: 'Overlay' })).toContainText('Seen on another date');
  await page.getByLabel('Overlay shown on the map').selectOption({ label: 'Dates of pixels' });
  await expect(page.getByRole('region', { name: 'Overlay' })).toContainText('11 Sept 2001');

  await page.getByLabel('Left', { exact: true }).selectOption({ label: '11 Sept 2001' });
  await expect(page.locator('.swipe-label-before')).toHaveText('11 Sept 2001');
  await expect(page.locator('.swipe-label-after')).toHaveText('Result');

  const [[date], [provenance], before, after, other] = [
    await save(page, 'Dates'),
    await save(page, 'Provenance'),
    await readBands(august),
    await save(page, 'Save GeoTIFF'),
    await readBands(september),
  ];
  let [filled, changedClear, copied, contradictions] = [0, 0, 0, 0];
  for (let i = 0; i < date.length; i++) {
    if (date[i] === 1) {
      filled++;
      if (after[3][i] === other[3][i]) copied++;
    }
    if ((date[i] === 1) !== (provenance[i] === 5 || provenance[i] === 6)) contradictions++;
    if (provenance[i] === 0 && before.some((band, b) => band[i] !== after[b][i])) changedClear++;
  }
  expect(filled / date.length).toBeGreaterThan(0.04);
  // What was put in has the radiometry of the scene, not that of the other date.
  expect(copied / filled).toBeLessThan(0.5);
  expect({ changedClear, contradictions }).toEqual({ changedClear: 0, contradictions: 0 });
});

test('a date is added to an open scene; one that is elsewhere, or there already, is told of', async ({
  page,
}) => {
  await page.goto('/?backend=wasm');
  await open(page, august);
  await done(page);
  const add = page.getByLabel('Files of another date');
  await add.setInputFiles(elsewhere);
  await expect(rows(page).nth(1)).toContainText('It shows another area', PATIENCE);
  await expect(page.getByLabel('Take pixels from 11 Oct 2001')).toBeDisabled();
  await add.setInputFiles(august);
  await expect(page.getByRole('alert').first()).toContainText('is among the dates already', PATIENCE);
  await page.getByRole('button', { name: 'Dismiss this message' }).click();

  await add.setInputFiles(september);
  const again = page.getByRole('button', { name: 'Repair with these dates' });
  await expect(again).toBeVisible(PATIENCE);
  await page.getByLabel('Take pixels from 11 Sept 2001').uncheck();
  await expect(again).toBeHidden();
  await page.getByLabel('Take pixels from 11 Sept 2001').check();
  await page.getByRole('button', { name: 'Remove 11 Oct 2001' }).click();
  await again.click();
  await expect(page.getByText(/% from 11 Sept 2001/).first()).toBeVisible(PATIENCE);

  await page.getByLabel('Result', { exact: true }).selectOption({ label: 'Composite: least cloudy date' });
  await page.getByRole('button', { name: 'Combine these dates' }).click();
  // All but the clouds of the nearly clear date comes from it.
  await expect(page.getByText(/[89]\d\s% from 11 Sept 2001/).first()).toBeVisible(PATIENCE);
});

test('a run with dates that a reload interrupted asks for them, and goes on once they are there', async ({
  page,
}) => {
  const goOn = await holdNetworks(page, { detect: 1 });
  await page.goto('/?backend=wasm');
  await open(page, august);
  await expect(page.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await goOn({ generate: 2 });
  await page.getByLabel('Files of another date').setInputFiles(september);
  await page.getByRole('button', { name: 'Repair with these dates' }).click(PATIENCE);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible(PATIENCE);
  await expect(page.getByText('2 of 4 tiles')).toBeVisible(PATIENCE);

  await page.reload();
  await goOn();
  await earlierPageEnded(page);
  await open(page, august);
  await expect(page.getByText('Add them to continue it: olinda-2001-09-11.tif.')).toBeVisible();
  await page.getByLabel('Files of another date').setInputFiles(september);
  await page.getByRole('button', { name: /^Continue where it stopped/ }).click(PATIENCE);
  await done(page);
  await expect(page.getByText(/% from 11 Sept 2001/).first()).toBeVisible();
});
