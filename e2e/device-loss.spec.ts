import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test, type Worker } from '@playwright/test';
import { isNetworks } from './hold.ts';
import { readBands } from './rasters.ts';
import { writeSample } from './scenes.ts';

/** Opens a scene in a page whose networks' worker lets the test at its WebGPU device: `device` in the worker's scope. */
async function openScene(browser: Browser, backend: 'webgpu' | 'wasm', scene: string): Promise<Page> {
  const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  page.on('worker', (worker) => {
    if (!isNetworks(worker) || backend === 'wasm') return;
    // The worker fetches its models before it asks for a device.
    void worker.evaluate(() => {
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await requestDevice.call(this, descriptor);
        return Object.assign(self, { device }).device;
      };
    });
  });
  await page.goto(`/?backend=${backend}`);
  await page.getByLabel('GeoTIFF file').first().setInputFiles(scene);
  return page;
}

/** The repaired bands and the mask, when the run has ended. */
async function result(page: Page): Promise<{ bands: ArrayLike<number>[]; mask: ArrayLike<number> }> {
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 600_000 });
  const save = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    return readBands(await download.path());
  };
  const bands = await save('Save GeoTIFF');
  const [mask] = await save('Mask');
  return { bands, mask };
}

test('the graphics device is lost: the run ends on WebAssembly with the same result @webgpu-only @webgpu', async ({
  browser,
}) => {
  // After a device is destroyed, Chromium on SwiftShader may take minutes until it draws again, so this one is run by hand.
  test.skip(!process.env.UNCLOUDED_DEVICE_LOSS, 'set UNCLOUDED_DEVICE_LOSS=1 to destroy a device');
  test.setTimeout(600_000);
  const scene = join(mkdtempSync(join(tmpdir(), 'unclouded-e2e-')), 'scene.tif');
  await writeSample(scene, 349, 256);
  const [original, whole] = await Promise.all([
    readBands(scene),
    openScene(browser, 'wasm', scene).then(async (page) => {
      const undisturbed = await result(page);
      await page.context().close();
      return undisturbed;
    }),
  ]);

  const page = await openScene(browser, 'webgpu', scene);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible({ timeout: 900_000 });
  await expect(page.getByText('1 of 2 tiles')).toBeVisible({ timeout: 300_000 });
  const worker = page.workers().find(isNetworks) as Worker;
  // The worker is replaced as soon as its device is gone, so the answer must be on its way before.
  await worker.evaluate(() => {
    setTimeout(() => (self as unknown as { device: GPUDevice }).device.destroy(), 200);
  });
  const broken = await result(page);
  await expect(page.getByText(/graphics device stopped working.*went on from there, on wasm/)).toBeVisible();

  let clearChanged = 0;
  let maskChanged = 0;
  let repairChanged = 0;
  for (let i = 0; i < whole.mask.length; i++) {
    if (whole.mask[i] !== broken.mask[i]) maskChanged++;
    broken.bands.forEach((band, b) => {
      if (broken.mask[i] === 0 && band[i] !== original[b][i]) clearChanged++;
      // One step of 1/255 is where 1e-3 of reflectance falls on either side of a rounding.
      if (Math.abs(band[i] - whole.bands[b][i]) > 1) repairChanged++;
    });
  }
  expect(clearChanged).toBe(0);
  // A probability within 1e-3 of its threshold may fall on either side of it.
  expect(maskChanged).toBeLessThan(1e-3 * whole.mask.length);
  expect(repairChanged).toBeLessThan(1e-3 * whole.mask.length * whole.bands.length);
});
