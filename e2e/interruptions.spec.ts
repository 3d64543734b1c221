import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, expect, type Page, test, type Worker } from '@playwright/test';
import { readBands } from './rasters.ts';
import { writeLongScene, writeSample } from './scenes.ts';
import { slowNetworks } from './slow.ts';

/**
 * A run is interrupted half-way in every manner that we know of. Each test ends with the result that an undisturbed run
 * gives, sample by sample, or with a message and a page that is still of use.
 */
const folder = mkdtempSync(join(tmpdir(), 'unclouded-e2e-'));
const scene = join(folder, 'scene.tif');
let undisturbed: ArrayLike<number>[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  // Six tiles: enough to be interrupted half-way.
  await writeSample(scene, 2 * 349, 352);
  const page = await newPage(browser);
  await start(page, scene);
  await finish(page);
  undisturbed = await result(page);
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

/** Contexts of the test's own: a page can be closed without the storage of its visit. */
const contexts: BrowserContext[] = [];

test.afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ acceptDownloads: true });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto('/?backend=wasm');
  return page;
}

async function start(page: Page, path: string): Promise<void> {
  await page.getByLabel('GeoTIFF file').first().setInputFiles(path);
}

/** Waits until some tiles of the second pass are repaired, and others are not. */
async function halfWay(page: Page): Promise<void> {
  await slowNetworks(page);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(/^[2-4] of 6 tiles/)).toBeVisible({ timeout: 60_000 });
}

async function finish(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 180_000 });
}

async function result(page: Page): Promise<ArrayLike<number>[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save GeoTIFF' }).click(),
  ]);
  return readBands(await download.path());
}

/** Samples that differ between two results. */
function differences(a: ArrayLike<number>[], b: ArrayLike<number>[], by = 0): number {
  let count = 0;
  a.forEach((band, i) => {
    for (let k = 0; k < band.length; k++) if (Math.abs(band[k] - b[i][k]) > by) count++;
  });
  return a.length === b.length ? count : Number.POSITIVE_INFINITY;
}

function workerOf(page: Page, name: string): Worker {
  const worker = page.workers().find((entry) => entry.url().includes(name));
  if (!worker) throw new Error(`no ${name} among ${page.workers().map((entry) => entry.url())}`);
  return worker;
}

const continueButton = (page: Page) =>
  page.getByRole('button', { name: /^Continue where it stopped \(\d+.% done\)$/ });

test('a file that cannot be read is opened meanwhile: the run goes on', async ({ browser }) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  await start(page, 'src/pipeline/testing/fixtures/not-a-tiff.png');
  await expect(page.getByRole('alert')).toContainText('TIFF');
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the map cannot read the next scene: the one before stays, with its result', async ({ browser }) => {
  const page = await newPage(browser);
  await start(page, scene);
  await finish(page);
  await workerOf(page, 'display.worker').evaluate(() => {
    Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('withdrawn', 'NotAllowedError'));
  });
  await start(page, 'src/pipeline/testing/fixtures/s2-described.tif');
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the tab is closed: the next visit offers to continue, and ends with the same result', async ({
  browser,
}) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  const context = page.context();
  await page.close();
  const again = await context.newPage();
  await again.goto('/?backend=wasm');
  await start(again, scene);
  await expect(continueButton(again)).toBeVisible();
  await continueButton(again).click();
  await finish(again);
  expect(differences(await result(again), undisturbed)).toBe(0);
});

test('the browser can find the scene again: the next visit continues at a click', async ({ browser }) => {
  const page = await newPage(browser);
  await page.getByRole('button', { name: 'Try the sample scene' }).click();
  await slowNetworks(page);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/^[1-2] of 4 tiles/)).toBeVisible({ timeout: 60_000 });
  const context = page.context();
  await page.close();
  const again = await context.newPage();
  await again.goto('/?backend=wasm');
  await again.getByRole('button', { name: 'Continue with Landsat 7, simulated clouds' }).click();
  await expect(again.getByText(/^[1-4] of 4 tiles/)).toBeVisible({ timeout: 60_000 });
  await finish(again);
  // A result that is finished outlives the page, too.
  await again.reload();
  await again.getByRole('button', { name: 'Continue with Landsat 7, simulated clouds' }).click();
  await finish(again);
});

test('the pipeline worker dies without a word: the page says so and offers to continue', async ({
  browser,
}) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  await workerOf(page, 'pipeline.worker').evaluate(() => self.close());
  await expect(page.locator('[role=alert] [data-code="worker/crashed"]')).toBeVisible();
  await continueButton(page).click();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the networks’ worker dies: the run goes on by itself', async ({ browser }) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  await workerOf(page, 'inference.worker').evaluate(() => self.close());
  await finish(page);
  await expect(
    page.getByText(/The networks stopped unexpectedly.*went on from there, on wasm/),
  ).toBeVisible();
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the display’s worker dies: another takes its place, and the run is not disturbed', async ({
  browser,
}) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  await workerOf(page, 'display.worker').evaluate(() => self.close());
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
  await page.getByRole('region', { name: 'Map of the scene' }).hover({ position: { x: 300, y: 300 } });
  await expect(page.locator('.readout .origin')).toHaveText(/\w/);
});

test('the storage is full half-way: the run says so and ends with the same result', async ({ browser }) => {
  const page = await newPage(browser);
  await start(page, scene);
  await halfWay(page);
  await workerOf(page, 'pipeline.worker').evaluate(() => {
    type Handle = { readonly prototype: { write: () => number } };
    const { prototype } = (self as unknown as { FileSystemSyncAccessHandle: Handle })
      .FileSystemSyncAccessHandle;
    const { write } = prototype;
    prototype.write = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
    Object.assign(self, { makeRoom: () => Object.assign(prototype, { write }) });
  });
  await expect(page.getByText(/The storage of this browser is full/)).toBeVisible();
  await finish(page);
  // Saving goes through the same storage.
  await workerOf(page, 'pipeline.worker').evaluate(() =>
    (self as unknown as { makeRoom(): void }).makeRoom(),
  );
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the file is removed: the page says so and takes the next one', async ({ browser }) => {
  const path = join(folder, 'removed.tif');
  writeLongScene(path);
  const page = await newPage(browser);
  await start(page, path);
  await expect(page.getByText(/^[1-9]\d* of 118 tiles/)).toBeVisible({ timeout: 60_000 });
  rmSync(path);
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  await start(page, 'src/pipeline/testing/fixtures/s2-described.tif');
  await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible({
    timeout: 60_000,
  });
});

test('the file is changed: what was found in the old one is not continued', async ({ browser }) => {
  const path = join(folder, 'changed.tif');
  writeLongScene(path);
  const page = await newPage(browser);
  await start(page, path);
  await expect(page.getByText(/^[1-9]\d* of 118 tiles/)).toBeVisible({ timeout: 60_000 });
  writeLongScene(path);
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible({ timeout: 60_000 });
  await start(page, path);
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeVisible({
    timeout: 60_000,
  });
});

test('the permission to read is withdrawn: once it is back, the run continues', async ({ browser }) => {
  const path = join(folder, 'forbidden.tif');
  writeLongScene(path);
  const page = await newPage(browser);
  await start(page, path);
  await expect(page.getByText(/^[1-9]\d* of 118 tiles/)).toBeVisible({ timeout: 60_000 });
  await workerOf(page, 'pipeline.worker').evaluate(() => {
    const { arrayBuffer } = Blob.prototype;
    Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('withdrawn', 'NotAllowedError'));
    Object.assign(self, { allow: () => Object.assign(Blob.prototype, { arrayBuffer }) });
  });
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible({ timeout: 60_000 });
  await workerOf(page, 'pipeline.worker').evaluate(() => (self as unknown as { allow(): void }).allow());
  await continueButton(page).click();
  await expect(page.getByText(/^\d+ of 118 tiles/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a run is paused, told to begin with this view, and continued', async ({ browser }) => {
  const page = await newPage(browser);
  await start(page, scene);
  await slowNetworks(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
  const first = page.getByRole('button', { name: 'This view first' });
  await first.click();
  await expect(first).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Continue' }).click();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the pages of few scenes are kept', async ({ page }) => {
  await page.goto('/?backend=wasm');
  for (const name of ['s2-described', 'no-georeference', 'geographic', 'feet', 'float-nan']) {
    await start(page, `src/pipeline/testing/fixtures/${name}.tif`);
    await expect(page.locator('.scene-name')).toHaveText(`${name}.tif`);
    await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible({
      timeout: 60_000,
    });
  }
  const kept = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of (await root.getDirectoryHandle('runs')).keys()) names.push(name);
    return names;
  });
  expect(kept).toHaveLength(3);
});
