import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { violations } from './axe.ts';
import { holdNetworks } from './hold.ts';

const PATIENCE = { timeout: 300_000 };
const fixtures = 'src/pipeline/testing/fixtures';

/** Addresses outside the page's origin that the page asks for, collected from now on. */
function foreignRequests(page: Page): string[] {
  const foreign: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(page.url()).origin) foreign.push(request.url());
  });
  return foreign;
}

test('one click on the sample: found, repaired, measured, swiped by keyboard, saved', async ({ page }) => {
  const goOn = await holdNetworks(page, { detect: 1 });
  await page.goto('/?backend=wasm');
  const foreign = foreignRequests(page);
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: 'Try the sample scene' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  await expect(page.getByRole('progressbar')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await goOn();

  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  await expect(page.getByText(/% observed, .*(corrected|generated)/).first()).toBeVisible();
  const scores = page.getByRole('table').filter({ has: page.getByRole('columnheader', { name: 'PSNR' }) });
  await page.getByText('All figures').click();
  await expect(scores.getByRole('row', { name: /All masked/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  const swipe = page.getByRole('slider', { name: 'Swipe between before and after' });
  await swipe.focus();
  await page.keyboard.press('Home');
  await expect(swipe).toHaveAttribute('aria-valuenow', '0');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(swipe).toHaveAttribute('aria-valuetext', '11 % before, 89 % after');
  await page.keyboard.press('End');
  await expect(swipe).toHaveAttribute('aria-valuenow', '100');

  await expect(page.getByRole('button', { name: 'Save GeoTIFF' })).toBeEnabled();
  await page.getByRole('button', { name: 'Save GeoTIFF' }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toMatch(/unclouded\.tif$/);
  const bytes = readFileSync(await download.path());
  expect([...bytes.subarray(0, 4)]).toEqual([0x49, 0x49, 42, 0]);

  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Picture', exact: true }).click(),
  ]);
  expect(picture.suggestedFilename()).toMatch(/\.png$/);
  expect(readFileSync(await picture.path()).length).toBeGreaterThan(10_000);
  expect(foreign).toEqual([]);
});

test('a run can be cancelled and started again', async ({ page }) => {
  await holdNetworks(page, { detect: 1 });
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeVisible(PATIENCE);
  await expect(page.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'Cancelled' })).toBeVisible();
  await expect(page.getByRole('alert')).toBeEmpty();
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeVisible(PATIENCE);
  await expect(page.getByText('0 of 4 tiles')).toBeVisible();
});

test('a file that is no GeoTIFF is refused in words, and the page goes on', async ({ page }) => {
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF file').setInputFiles(`${fixtures}/not-a-tiff.png`);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/TIFF/);
  expect(await violations(page)).toEqual([]);
  await alert.getByRole('button', { name: 'Dismiss this message' }).click();
  await expect(alert).toBeEmpty();
  await expect(page.getByRole('button', { name: 'Open a GeoTIFF' })).toBeEnabled();
});

test('an address that is none is told at its field', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Or open from an address').fill('scene');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is not a web address.')).toBeVisible();
  await page.getByLabel('Or open from an address').fill('http://example.org/scene.tif');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This page may not read addresses that begin with http://')).toBeVisible();
});
