import { expect, test } from '@playwright/test';

test('the networks tell what they are, how fast they are here, and where their limits are written', async ({
  page,
}, { project }) => {
  await page.goto(`./?backend=${project.name}`);
  await page.getByRole('button', { name: 'Networks' }).click();
  const dialog = page.getByRole('dialog', { name: 'Networks' });
  await expect(dialog.getByRole('listitem')).toHaveCount(4);
  await dialog.getByRole('button', { name: 'Measure with the light generator' }).click();
  await expect(dialog.getByText(/a tile of 256 × 256 pixels takes .+ to repair/)).toBeVisible({
    timeout: 300_000,
  });
  const [card] = await Promise.all([
    page.waitForEvent('popup'),
    dialog
      .getByRole('link', { name: /Model card/ })
      .nth(1)
      .click(),
  ]);
  await expect(card.getByRole('heading', { name: /unclouded-generator/ })).toBeVisible();
  await expect(card.getByRole('heading', { name: 'Limits and misuse' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
