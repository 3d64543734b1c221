import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, expect, type Page, test } from '@playwright/test';
import { type PreviewServer, preview } from 'vite';
import { listOfflineFiles } from '../scripts/offline-files.ts';
import { keepBack } from './hold.ts';

const PATIENCE = { timeout: 300_000 };

/** A copy of the built application, served as it would be, with a list of what was asked of the server. */
interface Site {
  readonly folder: string;
  readonly address: string;
  readonly asked: string[];
  /** Cuts the network. */
  close(): Promise<void>;
}

let scratch: string;
let site: Site;
let context: BrowserContext;

async function serve(folder: string): Promise<Site> {
  const server: PreviewServer = await preview({
    build: { outDir: folder },
    preview: { port: 0, host: 'localhost' },
    logLevel: 'error',
  });
  const asked: string[] = [];
  server.httpServer.prependListener('request', ({ url }: { url?: string }) => asked.push(url ?? ''));
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= server.close();
    return closing;
  };
  const { port } = server.httpServer.address() as AddressInfo;
  return { folder, address: `http://localhost:${port}/?backend=wasm`, asked, close };
}

test.beforeEach(async ({ launchOptions }) => {
  scratch = mkdtempSync(join(tmpdir(), 'unclouded-offline-'));
  cpSync('dist', join(scratch, 'site'), { recursive: true });
  site = await serve(join(scratch, 'site'));
  context = await openBrowser(launchOptions);
});

test.afterEach(async () => {
  await context.close();
  await site.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** A browser that finds at its next start what it kept. */
function openBrowser(options: object): Promise<BrowserContext> {
  return chromium.launchPersistentContext(join(scratch, 'profile'), {
    ...options,
    serviceWorkers: 'allow',
    viewport: { width: 1280, height: 800 },
  });
}

async function visit(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.address);
  return page;
}

const ready = (page: Page) =>
  expect(page.locator('.offline')).toHaveText(/^Ready to work offline, \d+ MB$/, PATIENCE);

/** Waits until nothing has been asked of the server for three seconds: what is asked later than that is not looked at. */
async function untilQuiet(): Promise<void> {
  for (let seen = -1; seen !== site.asked.length; ) {
    seen = site.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}

/** Makes the copy a new version, which differs by its title. */
function publish(title: string): void {
  const page = join(site.folder, 'index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace(/<title>.*<\/title>/, `<title>${title}</title>`));
  writeFileSync(
    join(site.folder, 'offline-worker.js'),
    readFileSync('dist/offline-worker.js', 'utf8')
      .replace(/\[\{"path":.*?\}\]/, '__OFFLINE_FILES__')
      .replace(/(["`'])[0-9a-f]{12}\1/, '__OFFLINE_VERSION__'),
  );
  listOfflineFiles(site.folder);
}

/** Has the copy hold every run when one tile was looked at: its workers' files do not come by way of the page. */
function holdRuns(): void {
  const assets = join(site.folder, 'assets');
  const networks = join(assets, readdirSync(assets).find((name) => name.startsWith('inference.worker'))!);
  const held = `(${keepBack})({ detect: 1, generate: 0 });\n`;
  writeFileSync(networks, held + readFileSync(networks, 'utf8'));
  publish('Unclouded');
}

const cacheNames = (page: Page) => page.evaluate(async () => (await caches.keys()).length);

test('after one visit, with the network cut and the browser restarted, a saved comparison opens and a scene is processed', async ({
  launchOptions,
}) => {
  const first = await visit();
  await ready(first);
  await expect(first.getByRole('status')).toHaveText(/^Ready to work offline/);
  await first.getByRole('button', { name: 'Try the sample scene' }).click();
  await first.getByRole('button', { name: 'Save in the library' }).click(PATIENCE);
  await expect(first.getByText('Saved in the library.')).toBeVisible();
  await context.close();
  await site.close();

  context = await openBrowser(launchOptions);
  const page = await visit();
  await ready(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.getByRole('button', { name: 'Open your saved comparison' }).click();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('slider', { name: 'Swipe between before and after' })).toBeVisible();
  await page.locator('.map').hover({ position: { x: 320, y: 320 } });
  await expect(page.getByRole('region', { name: 'Pixel under the pointer' })).toContainText('After');
  await expect(page.getByRole('alert')).toBeEmpty();

  await page.getByRole('button', { name: 'Share' }).click();
  const [folder] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the folder as ZIP' }).click(),
  ]);
  expect(await folder.failure()).toBeNull();
  await page.getByRole('button', { name: 'Close' }).click();

  await page.getByLabel('GeoTIFF file').setInputFiles('public/samples/landsat7-olinda-simulated-clouds.tif');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  await expect(page.getByRole('alert')).toBeEmpty();
});

test('a job over a local file asks the network for nothing', async () => {
  const foreign: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(site.address).origin) foreign.push(request.url());
  });
  const first = await visit();
  await ready(first);
  await first.close();
  const page = await visit();
  await ready(page);
  await untilQuiet();
  const loaded = site.asked.length;

  await page.getByLabel('GeoTIFF file').setInputFiles('public/samples/landsat7-olinda-simulated-clouds.tif');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible(PATIENCE);
  await untilQuiet();
  // The browser itself looks for a new service worker now and then.
  expect(site.asked.slice(loaded).filter((path) => path !== '/offline-worker.js')).toEqual([]);
  expect(foreign).toEqual([]);
});

test('a new version is offered, waits for a run in another tab, and takes the place of the old one', async () => {
  holdRuns();
  const page = await visit();
  await ready(page);
  publish('Unclouded, next');
  await page.reload();
  await expect(page).toHaveTitle('Unclouded');
  await expect(page.locator('.offline')).toContainText('A new version is ready', PATIENCE);
  await expect.poll(() => cacheNames(page)).toBe(2);

  const other = await visit();
  await other.getByRole('button', { name: 'Try the sample scene' }).click();
  await expect(other.getByText('1 of 4 tiles')).toBeVisible(PATIENCE);
  const reload = page.getByRole('button', { name: 'Reload' });
  await expect(other.getByRole('button', { name: 'Reload' })).toBeDisabled(PATIENCE);
  await reload.click();
  await expect(page.locator('.offline')).toContainText('another tab is still at work');
  await expect(page).toHaveTitle('Unclouded');
  await other.close();

  // A closed tab takes a moment to let go; until then the press is answered as before.
  await expect(async () => {
    if (await reload.isVisible()) await reload.press('Enter', { timeout: 2000 });
    await expect(page).toHaveTitle('Unclouded, next', { timeout: 5000 });
  }).toPass(PATIENCE);
  await ready(page);
  await expect.poll(() => cacheNames(page)).toBe(1);
});

test('files that do not belong together are not kept', async () => {
  writeFileSync(join(site.folder, 'models/detector/weights.bin'), 'not the weights');
  const page = await visit();
  await expect(page.locator('.offline')).toHaveText(/^Not ready for offline/, PATIENCE);
  await expect.poll(() => cacheNames(page)).toBe(0);
  await expect(page.getByRole('button', { name: 'Try the sample scene' })).toBeEnabled();
});
