import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { dropOn } from './drop.ts';
import { holdNetworks } from './hold.ts';

const PATIENCE = { timeout: 300_000 };
const clear = 'public/samples/landsat7-olinda-clear.tif';

test('a result is checked, compared with a clear picture, and reported', async ({ page }) => {
  const goOn = await holdNetworks(page, {});
  await page.goto('/?backend=wasm');
  await page.getByLabel('GeoTIFF files').setInputFiles('public/samples/landsat7-olinda-simulated-clouds.tif');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const card = page.getByRole('region', { name: 'How good is it?' });

  // A check that is stopped leaves the result; begun again, it ends.
  await goOn({ detect: 0 });
  await card.getByRole('button', { name: 'Self-check' }).click();
  await expect(card.getByRole('progressbar')).toBeVisible();
  await card.getByRole('button', { name: 'Cancel' }).click();
  await expect(card.getByRole('progressbar')).toBeHidden();
  await goOn();
  await card.getByRole('button', { name: 'Self-check' }).click();
  await expect(card.getByRole('heading', { name: 'Self-check' })).toBeVisible(PATIENCE);
  await expect(card.getByRole('img', { name: /^Simulated/ })).toBeVisible();
  await card.getByText('All figures').click();
  await expect(card.getByRole('row', { name: 'Thick cloud' })).toBeVisible();

  // Dropped on the right third of the window, the clear picture is compared with.
  await dropOn(page, [resolve(clear)], 1200, async () => {
    await expect(page.getByText('Compare as the clear picture')).toHaveAttribute('data-over', 'true');
  });
  await expect(card.getByText('Against landsat7-olinda-clear.tif')).toBeVisible(PATIENCE);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    card.getByRole('button', { name: 'Report', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('landsat7-olinda-simulated-clouds-report.html');
  const html = readFileSync(await download.path(), 'utf8');
  const [report] = JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)![1]);
  expect(report.selfCheck.after.thick.mae).toBeLessThan(report.selfCheck.before.thick.mae / 2);
  expect(report.run.evaluation.reference).toBe('landsat7-olinda-clear.tif');
  expect(report.files[0]).toEqual({
    name: 'landsat7-olinda-simulated-clouds.tif',
    bytes: 501470,
    sha256: 'a77edc93d4b4dacd412ee1d5499598a2879642f6683a3e70bfa300ff05139dcc',
  });
});
