import { expect, test } from '@playwright/test';

const fixtures = 'src/pipeline/testing/fixtures';

/** Stands in for the dialog: a folder of the browser's private file system. */
const pickPrivateFolder = () => {
  Object.assign(window, {
    showDirectoryPicker: async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle('cleared', { create: true }),
  });
};

test('several scenes are processed in a queue and saved into one folder', async ({ page }) => {
  await page.addInitScript(pickPrivateFolder);
  await page.goto('/?backend=wasm');
  await page
    .getByLabel('Scenes for the queue')
    .setInputFiles([
      `${fixtures}/overviews.tif`,
      `${fixtures}/bad-truncated.tif`,
      `${fixtures}/geographic.tif`,
    ]);
  await page.getByRole('button', { name: 'Remove clouds from 3 scenes' }).click();
  const batch = page.getByRole('region', { name: '2 of 3 scenes done' });
  await expect(batch).toBeVisible({ timeout: 300_000 });
  await expect(batch.getByRole('listitem').filter({ hasText: 'bad-truncated.tif' })).toContainText(
    'fetch it again',
  );
  await expect(batch.getByText('Saved in cleared')).toBeVisible();
  const names = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('cleared');
    const found: [string, number][] = [];
    for await (const [name, handle] of folder.entries())
      found.push([name, (await (handle as FileSystemFileHandle).getFile()).size]);
    return found.filter(([, size]) => size > 100).map(([name]) => name);
  });
  expect(names.sort()).toEqual(['geographic-unclouded.tif', 'overviews-unclouded.tif']);
  await batch.getByRole('button', { name: 'Close the queue' }).click();
  await expect(page.getByRole('heading', { name: /Done|No clouds found/ })).toBeVisible();
});
