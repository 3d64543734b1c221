import { expect, test } from '@playwright/test';
import { infraredScene } from './scenes.ts';

const PATIENCE = { timeout: 300_000 };
const fixtures = 'src/pipeline/testing/fixtures';

/** Every file here must end in a message with its code, and leave the page usable for the next. */
const refused = [
  ['not-a-tiff.png', 'file/not-a-tiff'],
  ['not-a-tiff.jp2', 'file/jpeg2000'],
  ['bad-truncated.tif', 'file/truncated'],
  ['bad-single-band.tif', 'scene/too-few-bands'],
  ['bad-palette.tif', 'scene/palette'],
  ['bad-zero-size.tif', 'file/empty-image'],
  ['bad-cyclic.tif', 'file/corrupt'],
  ['bad-too-large.tif', 'file/too-large'],
] as const;

test('bad files are refused one after another, and the page stays usable', async ({ page }) => {
  await page.goto('/?backend=wasm');
  for (const [file, code] of refused) {
    await page.getByLabel('GeoTIFF file').first().setInputFiles(`${fixtures}/${file}`);
    const error = page.locator(`[role=alert] [data-code="${code}"]`);
    await expect(error, file).toBeVisible();
    await error.getByRole('button', { name: 'Dismiss this message' }).click();
    await expect(error).toBeHidden();
  }
  await page.getByLabel('GeoTIFF file').first().setInputFiles(`${fixtures}/no-georeference.tif`);
  await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible(PATIENCE);
  await expect(page.getByText(/does not say where it lies on the ground/).first()).toBeVisible();
});

test('a false-colour file without blue is not run before it is said what stands for it', async ({ page }) => {
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF file').first().setInputFiles(infraredScene());
  await expect(page.getByRole('heading', { name: 'Bands are missing' })).toBeVisible();
  const card = page.getByRole('region', { name: 'Bands are missing' });
  await expect(card.getByText(/3 as blue, 2 as green and 1 as red/)).toBeVisible();
  await expect(page.getByRole('alert')).toBeEmpty();
  await card.getByLabel('3. green').selectOption({ label: 'Red edge 1' });
  await card.getByRole('button', { name: 'Name these three so' }).click();
  for (const [band, role] of [
    ['1. near infrared', 'red'],
    ['2. red', 'green'],
    ['3. green', 'blue'],
  ])
    await expect(card.getByLabel(band)).toHaveValue(role);
  await card.getByRole('button', { name: 'Remove clouds' }).click();
  await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible(PATIENCE);
});
