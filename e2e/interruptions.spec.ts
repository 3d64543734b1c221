import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, expect, type Page, test, type Worker } from '@playwright/test';
import { earlierPageEnded } from './earlier-page.ts';
import { holdNetworks } from './hold.ts';
import { readBands } from './rasters.ts';
import { writeLongScene, writeSample } from './scenes.ts';

/**
 * A run is interrupted half-way in every manner that we know of. Each test ends with the result that an undisturbed run
 * gives, sample by sample, or with a message and a page that is still of use.
 */
const PATIENCE = { timeout: 300_000 };
const folder = mkdtempSync(join(tmpdir(), 'unclouded-e2e-'));
const scene = join(folder, 'scene.tif');
let undisturbed: ArrayLike<number>[];

test.beforeAll(async ({ browser }) => {
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

/**
 * Opens the scene, and holds its run when three tiles of the second pass are repaired, and three are not.
 * @returns Lets it go on.
 */
async function halfWay(page: Page): Promise<() => Promise<void>> {
  const goOn = await holdNetworks(page, { generate: 3 });
  await start(page, scene);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible(PATIENCE);
  await expect(page.getByText('3 of 6 tiles')).toBeVisible(PATIENCE);
  return goOn;
}

/**
 * Opens a scene of 118 tiles, and holds its run when six were looked at: others have not been read.
 * @returns Lets so many more tiles pass, or all.
 */
async function atTheBeginning(page: Page, path: string): ReturnType<typeof holdNetworks> {
  const goOn = await holdNetworks(page, { detect: 6 });
  await start(page, path);
  await expect(page.getByText('6 of 118 tiles')).toBeVisible(PATIENCE);
  return goOn;
}

async function finish(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
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

/** Holds the files of all runs, as a page that is being left does, until {@link askForRuns} asks for them. */
async function holdRuns(worker: Worker): Promise<void> {
  const held = await worker.evaluate(async () => {
    type Handle = { createSyncAccessHandle(): Promise<{ close(): void }> };
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const files: { close(): void }[] = [];
    for await (const handle of runs.values())
      files.push(await (handle as unknown as Handle).createSyncAccessHandle());
    new BroadcastChannel('runs').onmessage = () => {
      for (const file of files) file.close();
    };
    return files.length;
  });
  expect(held).toBe(1);
}

/**
 * Asks for the files at the first refusal: however slow the machine, they are free soon after.
 * @returns how often a file was refused
 */
async function askForRuns(worker: Worker): Promise<() => Promise<number>> {
  await worker.evaluate(() => {
    type Prototype = { createSyncAccessHandle: () => Promise<unknown> };
    const prototype = FileSystemFileHandle.prototype as unknown as Prototype;
    const { createSyncAccessHandle } = prototype;
    const channel = new BroadcastChannel('runs');
    const counts = Object.assign(self, { refusals: 0 });
    prototype.createSyncAccessHandle = function () {
      return createSyncAccessHandle.call(this).catch((fault) => {
        counts.refusals++;
        channel.postMessage('');
        throw fault;
      });
    };
  });
  return () => worker.evaluate(() => (self as unknown as { refusals: number }).refusals);
}

const continueButton = (page: Page) =>
  page.getByRole('button', { name: /^Continue where it stopped \(\d+.% done\)$/ });

test('a file that cannot be read is opened meanwhile: the run goes on', async ({ browser }) => {
  const page = await newPage(browser);
  const goOn = await halfWay(page);
  await start(page, 'src/pipeline/testing/fixtures/not-a-tiff.png');
  await expect(page.getByRole('alert')).toContainText('TIFF');
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible();
  await goOn();
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

test('the tab is closed: the next visit offers to continue, once the file of the run is free, and ends with the same result', async ({
  browser,
}) => {
  const page = await newPage(browser);
  await halfWay(page);
  const context = page.context();
  await page.close();
  const leaving = await context.newPage();
  await leaving.goto('/?backend=wasm');
  await earlierPageEnded(leaving);
  await expect(() => workerOf(leaving, 'library.worker')).toPass();
  await holdRuns(workerOf(leaving, 'library.worker'));
  const again = await context.newPage();
  await again.goto('/?backend=wasm');
  // So that the worker is there.
  await start(again, 'src/pipeline/testing/fixtures/not-a-tiff.png');
  await expect(again.getByRole('alert')).toContainText('TIFF');
  const refusals = await askForRuns(workerOf(again, 'pipeline.worker'));
  await start(again, scene);
  await expect(continueButton(again)).toBeVisible();
  expect(await refusals()).toBeGreaterThan(0);
  await continueButton(again).click();
  await finish(again);
  expect(differences(await result(again), undisturbed)).toBe(0);
});

test('the browser can find the scene again: the next visit continues at a click', async ({ browser }) => {
  const page = await newPage(browser);
  await holdNetworks(page, { generate: 2 });
  await page.getByRole('button', { name: 'Try the sample scene' }).click();
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible(PATIENCE);
  await expect(page.getByText('2 of 4 tiles')).toBeVisible(PATIENCE);
  const context = page.context();
  await page.close();
  const again = await context.newPage();
  const goOn = await holdNetworks(again, { detect: 0, generate: 0 });
  await again.goto('/?backend=wasm');
  await earlierPageEnded(again);
  await again.getByRole('button', { name: 'Continue with Landsat 7, simulated clouds' }).click();
  await expect(again.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible(PATIENCE);
  await expect(again.getByText('2 of 4 tiles')).toBeVisible();
  await goOn();
  await finish(again);
  // A result that is finished outlives the page, too.
  await goOn({ detect: 0, generate: 0 });
  await again.reload();
  await earlierPageEnded(again);
  await again.getByRole('button', { name: 'Continue with Landsat 7, simulated clouds' }).click();
  await finish(again);
});

test('the pipeline worker dies without a word: the page says so and offers to continue', async ({
  browser,
}) => {
  const page = await newPage(browser);
  const goOn = await halfWay(page);
  await workerOf(page, 'pipeline.worker').evaluate(() => self.close());
  await expect(page.locator('[role=alert] [data-code="worker/crashed"]')).toBeVisible();
  await goOn();
  await continueButton(page).click();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
});

test('the networks’ worker dies: the run goes on by itself', async ({ browser }) => {
  const page = await newPage(browser);
  const goOn = await halfWay(page);
  await workerOf(page, 'inference.worker').evaluate(() => self.close());
  await goOn();
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
  const goOn = await halfWay(page);
  await workerOf(page, 'display.worker').evaluate(() => self.close());
  await goOn();
  await finish(page);
  expect(differences(await result(page), undisturbed)).toBe(0);
  await page.getByRole('region', { name: 'Map of the scene' }).hover({ position: { x: 300, y: 300 } });
  await expect(page.locator('.readout .origin')).toHaveText(/\w/);
});

test('the storage is full half-way: the run says so and ends with the same result', async ({ browser }) => {
  const page = await newPage(browser);
  const goOn = await halfWay(page);
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
  await goOn();
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
  const goOn = await atTheBeginning(page, path);
  rmSync(path);
  await goOn();
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible(PATIENCE);
  await expect(page.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  await start(page, 'src/pipeline/testing/fixtures/s2-described.tif');
  await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible(PATIENCE);
});

test('the file is changed: what was found in the old one is not continued', async ({ browser }) => {
  const path = join(folder, 'changed.tif');
  writeLongScene(path);
  const page = await newPage(browser);
  const goOn = await atTheBeginning(page, path);
  const { mtimeMs } = statSync(path);
  writeLongScene(path);
  // Browsers look at the seconds only.
  utimesSync(path, mtimeMs / 1000 + 10, mtimeMs / 1000 + 10);
  await goOn();
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible(PATIENCE);
  await goOn({ detect: 0 });
  await start(page, path);
  await expect(page.getByRole('heading', { name: 'Finding clouds and shadows' })).toBeVisible(PATIENCE);
  await expect(page.getByText('0 of 118 tiles')).toBeVisible();
});

test('the permission to read is withdrawn: once it is back, the run continues', async ({ browser }) => {
  const path = join(folder, 'forbidden.tif');
  writeLongScene(path);
  const page = await newPage(browser);
  const goOn = await atTheBeginning(page, path);
  await workerOf(page, 'pipeline.worker').evaluate(() => {
    const { arrayBuffer } = Blob.prototype;
    Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('withdrawn', 'NotAllowedError'));
    Object.assign(self, { allow: () => Object.assign(Blob.prototype, { arrayBuffer }) });
  });
  await goOn();
  await expect(page.locator('[role=alert] [data-code="file/unreadable"]')).toBeVisible(PATIENCE);
  await workerOf(page, 'pipeline.worker').evaluate(() => (self as unknown as { allow(): void }).allow());
  await goOn({ detect: 10 });
  await continueButton(page).click();
  await expect(page.getByText(/^1[6-9] of 118 tiles/)).toBeVisible(PATIENCE);
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a run is paused, told to begin with this view, and continued', async ({ browser }) => {
  const page = await newPage(browser);
  const goOn = await holdNetworks(page, { detect: 1 });
  await start(page, scene);
  await expect(page.getByText('1 of 6 tiles')).toBeVisible(PATIENCE);
  await page.getByRole('button', { name: 'Pause' }).click();
  await goOn();
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
    await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible(PATIENCE);
  }
  const kept = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of (await root.getDirectoryHandle('runs')).keys()) names.push(name);
    return names;
  });
  expect(kept).toHaveLength(3);
});
