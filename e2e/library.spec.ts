import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { downloadZip } from 'client-zip';
import { unzip } from 'unzipit';
import { violations } from './axe.ts';
import { serveFolder } from './embed/server.ts';

const PATIENCE = { timeout: 300_000 };

/** Runs the sample, and saves it in the library with the divider at a tenth. */
async function saveSample(page: Page): Promise<void> {
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  await page.getByRole('slider', { name: 'Swipe between before and after' }).first().focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Save in the library' }).click();
  await expect(page.getByText('Saved in the library.')).toBeVisible();
}

/** Names of what lies in the library's folder, sorted. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    const library = await root.getDirectoryHandle('library', { create: true });
    for await (const [id, folder] of library.entries())
      for await (const name of (folder as FileSystemDirectoryHandle).keys()) names.push(`${id}/${name}`);
    return names.map((name) => name.replace(/^[^/]*\//, '')).sort();
  });

const FILES = ['after.tif', 'before.tif', 'mask.tif', 'provenance.tif', 'record.json', 'thumbnail.jpg'];

test('a result is saved, opened after a reload as it was left, renamed, exported, deleted and imported', async ({
  page,
}) => {
  await saveSample(page);
  await expect.poll(() => stored(page)).toEqual(FILES);
  await page.goto('/');
  await page.getByRole('button', { name: 'Open your saved comparison' }).click();

  await page.getByRole('button', { name: /^Rename/ }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Olinda, July');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Olinda, July' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/library.png' });

  const workers = page.workers().map((worker) => worker.url());
  await page.getByRole('button', { name: 'Open Olinda, July' }).click();
  await expect(page.locator('.panel').getByRole('heading', { name: 'Olinda, July' })).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Swipe between before and after' }).first()).toHaveAttribute(
    'aria-valuenow',
    '0',
  );
  await expect(page.locator('.map canvas').first()).toBeVisible();
  await page.locator('.map').hover();
  await expect(page.getByRole('region', { name: 'Pixel under the pointer' })).toContainText('After');
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/library-open.png' });
  expect(workers.filter((url) => /inference/.test(url))).toEqual([]);
  expect(page.workers().filter((worker) => /inference/.test(worker.url()))).toEqual([]);

  await page.getByRole('button', { name: 'Back to the library' }).click();
  await expect(page).toHaveURL(/#library$/);
  await page.goBack();
  await expect(page.locator('.map canvas').first()).toBeVisible();
  await page.goForward();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export Olinda, July' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('Olinda,-July.zip');
  const zip = readFileSync(await download.path());

  await page.getByRole('button', { name: 'Delete Olinda, July' }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByRole('button', { name: 'Delete Olinda, July' }).click();
  await page
    .getByRole('group', { name: 'Delete Olinda, July' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(page.getByText('Nothing is saved yet.')).toBeVisible();
  await expect.poll(() => stored(page)).toEqual([]);

  const carry = { name: 'carried.zip', mimeType: 'application/zip', buffer: zip };
  await page.getByLabel('Exported comparisons').setInputFiles(carry);
  await expect(page.getByText('1 comparison was added.')).toBeVisible();
  await expect.poll(() => stored(page)).toEqual(FILES);
  await page.getByLabel('Exported comparisons').setInputFiles(carry);
  await expect(page.getByText('1 was here already.')).toBeVisible();
  const { entries } = await unzip(zip);
  const files = Object.values(entries).map(async (entry) => ({
    name: entry.name,
    input: await entry.arrayBuffer(),
  }));
  const damaged = { name: 'damaged/record.json', input: '{"version":1' };
  const mixed = await downloadZip([damaged, ...(await Promise.all(files))]).arrayBuffer();
  await page.getByLabel('Exported comparisons').setInputFiles({ ...carry, buffer: Buffer.from(mixed) });
  await expect(page.getByText('1 was here already. 1 could not be taken in')).toBeVisible();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.locator('.map canvas').first()).toBeVisible();

  await page.getByRole('button', { name: 'Back to the library' }).click();
  const wrong = { ...carry, buffer: Buffer.from('not a zip') };
  await page.getByLabel('Exported comparisons').setInputFiles(wrong);
  await expect(page.getByRole('alert')).toContainText('holds no comparisons that can be taken in');
});

test('among many comparisons one is found by its name', async ({ page }) => {
  await saveSample(page);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const library = await root.getDirectoryHandle('library');
    const folders: FileSystemDirectoryHandle[] = [];
    for await (const folder of library.values()) folders.push(folder as FileSystemDirectoryHandle);
    const [saved] = folders;
    for (let number = 1; number <= 8; number++) {
      const id = crypto.randomUUID();
      const copy = await library.getDirectoryHandle(id, { create: true });
      for await (const [name, handle] of saved.entries()) {
        const file = await (handle as FileSystemFileHandle).getFile();
        const record = name === 'record.json' && {
          ...JSON.parse(await file.text()),
          id,
          title: `Copy ${number}`,
        };
        const writable = await (await copy.getFileHandle(name, { create: true })).createWritable();
        await writable.write(record ? JSON.stringify(record) : file);
        await writable.close();
      }
    }
  });
  await page.goto('/');
  await page.getByRole('button', { name: /saved comparisons/ }).click();
  const cards = page.getByRole('main').getByRole('listitem');
  await expect(cards).toHaveCount(9);
  await page.getByRole('searchbox', { name: 'Find by name' }).focus();
  await page.keyboard.type('copy 7');
  await expect(cards).toHaveCount(1);
  await expect(page.getByRole('status').filter({ hasText: '1 of 9 comparisons' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/library-search.png' });
  await page.keyboard.press('Escape');
  await expect(cards).toHaveCount(9);
});

test('the storage runs full: told, nothing is left behind, and saved once there is room', async ({
  page,
}) => {
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  const devtools = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 50_000 });
  const save = page.getByRole('button', { name: 'Save in the library' });
  await save.click();
  await expect(page.getByRole('alert')).toContainText('no room left');
  await expect.poll(() => stored(page)).toEqual([]);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1e9 });
  await save.click();
  await expect(page.getByText('Saved in the library.')).toBeVisible();
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('two tabs: one sees what the other saves, and cannot delete what the other shows', async ({
  page,
  context,
}) => {
  const other = await context.newPage();
  await other.goto('/');
  await other.getByRole('button', { name: 'Library' }).click();
  await expect(other.getByText('Nothing is saved yet.')).toBeVisible();
  await saveSample(page);
  const title = 'landsat7-olinda-simulated-clouds';
  await other.getByRole('button', { name: `Open ${title}` }).click();
  await expect(other.locator('.panel').getByRole('heading', { name: title })).toBeVisible();

  await page.getByRole('button', { name: 'Open the library' }).click();
  const remove = async (timeout?: number) => {
    await page.getByRole('button', { name: `Delete ${title}` }).click({ timeout });
    await page
      .getByRole('group', { name: /^Delete/ })
      .getByRole('button', { name: 'Delete' })
      .click({ timeout });
  };
  await remove();
  await expect(page.getByRole('alert')).toContainText('in use in another tab');
  await other.close();
  // A closed tab takes a moment to let go.
  const nothing = page.getByText('Nothing is saved yet.');
  await expect(async () => {
    if (!(await nothing.isVisible())) await remove(3000);
    await expect(nothing).toBeVisible({ timeout: 3000 });
  }).toPass();
});

test('what was never finished is gone at the next start, and a newer version’s record stays', async ({
  page,
}) => {
  await page.goto('/');
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const library = await root.getDirectoryHandle('library', { create: true });
    await (await library.getDirectoryHandle('left-over', { create: true })).getFileHandle('before.tif', {
      create: true,
    });
    const folder = await library.getDirectoryHandle('from-the-future', { create: true });
    const record = await folder.getFileHandle('record.json', { create: true });
    const stream = await record.createWritable();
    await stream.write('{"version": 99}');
    await stream.close();
  });
  await page.reload();
  await page.getByRole('button', { name: 'Library' }).click();
  await expect(page.getByText('saved by a newer version')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export all' })).toBeHidden();
  await expect.poll(() => stored(page)).toEqual(['record.json']);
});

test('what a card asks is answered by keyboard, and the focus is not lost', async ({ page }) => {
  const id = '5b1c7a54-7c1a-4b77-a0a0-2b1b6b5f3c11';
  const sizes = { 'before.tif': 1, 'after.tif': 1, 'mask.tif': 1, 'provenance.tif': 1 };
  const pair = { low: 0, high: 1 };
  const record = {
    version: 1,
    id,
    title: 'Olinda',
    savedAt: '2026-11-23T06:40:00.000Z',
    scene: { name: 'olinda.tif', width: 349, height: 352, bands: 6, crs: 'EPSG:31985' },
    interpretation: {},
    files: sizes,
    summary: { shares: { observed: 1 }, meanConfidence: null, backend: 'wasm' },
    view: {
      bands: [2, 1, 0],
      stretch: [pair, pair, pair],
      gamma: 1.2,
      overlay: 'none',
      overlayOpacity: 0.5,
      swipe: 0.5,
      window: null,
    },
  };
  await page.goto('/');
  await page.evaluate(
    async ([name, text]) => {
      const root = await navigator.storage.getDirectory();
      const library = await root.getDirectoryHandle('library', { create: true });
      const folder = await library.getDirectoryHandle(name, { create: true });
      const stream = await (await folder.getFileHandle('record.json', { create: true })).createWritable();
      await stream.write(text);
      await stream.close();
    },
    [id, JSON.stringify(record)],
  );
  await page.reload();
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  const rename = page.getByRole('button', { name: 'Rename Olinda' });
  await rename.click();
  await page.keyboard.press('Escape');
  await expect(rename).toBeFocused();
  await rename.press('Enter');
  await page.getByRole('textbox', { name: 'Title' }).fill('Recife');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Rename Recife' })).toBeFocused();
  const remove = page.getByRole('button', { name: 'Delete Recife' });
  // Escape answers the question, and cancels no job besides.
  await page.evaluate(() =>
    addEventListener('keydown', ({ key, defaultPrevented }) => {
      if (key === 'Escape') document.body.dataset.escape = defaultPrevented ? 'taken' : 'free';
    }),
  );
  for (const key of ['Escape', 'Enter']) {
    await remove.press('Enter');
    await expect(page.getByRole('button', { name: 'Keep', exact: true })).toBeFocused();
    await page.keyboard.press(key);
    await expect(remove).toBeFocused();
    await expect(page.locator('body')).toHaveAttribute('data-escape', 'taken');
  }
  await remove.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing is saved yet.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Library' })).toBeFocused();
});

test('a window that keeps nothing says so', async ({ page }) => {
  await page.addInitScript(() => {
    StorageManager.prototype.getDirectory = () =>
      Promise.reject(new DOMException('private', 'SecurityError'));
  });
  // Workers have a storage of their own: they are told the same.
  await page.route(/library\.worker.*\.js/, async (route) => {
    const answer = await route.fetch();
    const body = `StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('private', 'SecurityError'));${await answer.text()}`;
    await route.fulfill({ response: answer, body });
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Library' }).click();
  await expect(page.getByText('This browser keeps no files for this page')).toBeVisible();
  await page.screenshot({ path: 'test-results/library-none.png' });
});

test('a comparison is shared: as HTML, and as a folder that plain servers serve', async ({
  page,
  baseURL,
}) => {
  await saveSample(page);
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: /^Share landsat7/ });
  await dialog.getByLabel('Address of the unpacked folder').fill('https://data.example/olinda');
  const html = dialog.getByLabel('HTML to paste');
  await expect(html).toHaveValue(
    new RegExp(
      `^<script type="module" src="${baseURL}/embed/unclouded-swipe.js"></script>\n<unclouded-swipe`,
    ),
  );
  await expect(html).toHaveValue(/before="https:\/\/data.example\/olinda\/images\/before.tif"/);
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/share.png' });
  await dialog.getByRole('radio', { name: 'Frame' }).check();
  await expect(html).toHaveValue(
    /^<iframe[\s\S]*src="https:\/\/data.example\/olinda\/embed.html\?before=images/,
  );
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save the folder as ZIP' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('landsat7-olinda-simulated-clouds-folder.zip');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();

  const folder = mkdtempSync(join(tmpdir(), 'unclouded-folder-'));
  const { entries } = await unzip(new Uint8Array(readFileSync(await download.path())));
  for (const [name, entry] of Object.entries(entries)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), new Uint8Array(await entry.arrayBuffer()));
  }
  const host = await serveFolder(folder);
  try {
    // The second one answers no range requests, as the simplest servers do not.
    for (const path of ['/', '/whole/']) {
      await page.goto(`${host.origin}${path}index.html`);
      const element = page.frameLocator('iframe').locator('unclouded-swipe');
      await expect(element).toHaveJSProperty('status', 'shown');
      const slider = element.getByRole('slider');
      await expect(slider).toHaveAttribute('aria-valuenow', '0');
      await slider.focus();
      await page.keyboard.press('Shift+ArrowRight');
      await expect(slider).toHaveAttribute('aria-valuenow', '10');
      await expect(element.getByRole('button', { name: 'Show layer: Provenance' })).toBeVisible();
      await page.screenshot({ path: `test-results/shared-folder${path.replaceAll('/', '-')}.png` });
    }
  } finally {
    host.close();
    rmSync(folder, { recursive: true });
  }
});
