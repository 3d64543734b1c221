import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { hasGdal } from './rasters.ts';

const folder = mkdtempSync(join(tmpdir(), 'unclouded-'));
test.afterAll(() => rmSync(folder, { recursive: true }));

/** A picker that answers with a file of the page's private file system, and counts how often it was asked. */
async function bringPicker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const picker = async ({ suggestedName }: { suggestedName: string }) => {
      const root = await navigator.storage.getDirectory();
      document.documentElement.dataset.picked = suggestedName;
      return root.getFileHandle(suggestedName, { create: true });
    };
    Object.assign(window, { showSaveFilePicker: picker });
  });
}

async function pickedFile(page: Page, name: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (wanted) => {
    const root = await navigator.storage.getDirectory();
    const bytes = new Uint8Array(await (await (await root.getFileHandle(wanted)).getFile()).arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32_768)
      text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  }, name);
  return Buffer.from(base64, 'base64');
}

async function runSample(page: Page): Promise<void> {
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 300_000 });
}

/** What is left of writing in the private file system. */
const exportsLeft = (page: Page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const exports = await root.getDirectoryHandle('exports');
    const names: string[] = [];
    for await (const name of exports.keys()) names.push(name);
    return names.length;
  });

test('a result goes to the file that the user picks, and nothing else is left behind', async ({ page }) => {
  await bringPicker(page);
  await runSample(page);
  const save = page.getByRole('button', { name: 'Save GeoTIFF' });
  await save.click();
  await expect(page.locator('html')).toHaveAttribute('data-picked', /-unclouded\.tif$/);
  const name = await page.locator('html').getAttribute('data-picked');
  await expect.poll(async () => (await pickedFile(page, name ?? '')).length).toBeGreaterThan(10_000);
  await expect(save).toBeEnabled();
  await expect(page.getByRole('alert')).toBeEmpty();
  await expect.poll(() => exportsLeft(page)).toBe(0);
  if (!hasGdal) return;
  const path = join(folder, 'picked.tif');
  writeFileSync(path, await pickedFile(page, name ?? ''));
  const { stdout, status } = spawnSync('gdalinfo', ['-checksum', path], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('LAYOUT=COG');
});

test('storage runs full while a result is written: told, and saved once there is room', async ({ page }) => {
  await runSample(page);
  const devtools = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  // Room for the beginning: with none at all, the file would be made in memory.
  const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 50_000 });
  const save = page.getByRole('button', { name: 'Save GeoTIFF' });
  await save.click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/no room left.*Free about \d+ MB/s);
  await expect.poll(() => exportsLeft(page)).toBe(0);

  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1e9 });
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
  expect(await download.failure()).toBeNull();
  await expect(alert).toBeEmpty();
});

test('the permission to write the picked file is withdrawn: told, and what was there stays', async ({
  page,
}) => {
  await bringPicker(page);
  await runSample(page);
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      FileSystemFileHandle.prototype.createWritable = async () =>
        ({
          write: () => Promise.reject(new DOMException('withdrawn', 'NotAllowedError')),
          abort: async () => {},
        }) as unknown as FileSystemWritableFileStream;
    });
  }
  await page.getByRole('button', { name: 'Save GeoTIFF' }).click();
  await expect(page.getByRole('alert')).toContainText(/permission/);
  const name = await page.locator('html').getAttribute('data-picked');
  expect(await pickedFile(page, name ?? '')).toHaveLength(0);
  await expect.poll(() => exportsLeft(page)).toBe(0);
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible();
});

test('a save that is stopped leaves nothing behind, and the result can be saved again', async ({ page }) => {
  await bringPicker(page);
  await runSample(page);
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      const write = FileSystemWritableFileStream.prototype.write;
      const held = new Promise<void>((resolve) => {
        const writeAgain = () => {
          FileSystemWritableFileStream.prototype.write = write;
          resolve();
        };
        Object.assign(globalThis, { writeAgain });
      });
      FileSystemWritableFileStream.prototype.write = async function (...given) {
        await held;
        return write.apply(this, given);
      };
    });
  }
  const save = page.getByRole('button', { name: /Save GeoTIFF|Writing the GeoTIFF/ });
  await save.click();
  await page.getByRole('button', { name: 'Stop writing' }).click();
  for (const worker of page.workers()) {
    await worker.evaluate(() => (globalThis as unknown as { writeAgain?: () => void }).writeAgain?.());
  }
  await expect(save).toBeEnabled();
  await expect(page.getByRole('alert')).toBeEmpty();
  const name = await page.locator('html').getAttribute('data-picked');
  expect(await pickedFile(page, name ?? '')).toHaveLength(0);
  await expect.poll(() => exportsLeft(page)).toBe(0);
  await save.click();
  await expect.poll(async () => (await pickedFile(page, name ?? '')).length).toBeGreaterThan(10_000);
});
