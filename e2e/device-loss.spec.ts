import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test, type Worker } from '@playwright/test';
import { readBands } from './rasters.ts';
import { writeDoubleSample } from './scenes.ts';

const scene = join(mkdtempSync(join(tmpdir(), 'unclouded-e2e-')), 'scene.tif');

/** A page whose networks' worker lets the test at its WebGPU device: `device` in the worker's scope. */
async function openPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  page.on('worker', (worker) => {
    if (!isNetworks(worker)) return;
    // The worker fetches its models before it asks for a device.
    void worker.evaluate(() => {
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await requestDevice.call(this, descriptor);
        return Object.assign(self, { device }).device;
      };
    });
  });
  await page.goto('/?backend=webgpu');
  await page.getByLabel('GeoTIFF file').first().setInputFiles(scene);
  return page;
}

const isNetworks = (worker: Worker) => worker.url().includes('inference.worker');

async function result(page: Page): Promise<{ bands: ArrayLike<number>[]; mask: ArrayLike<number> }> {
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 600_000 });
  const save = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    return readBands(await download.path());
  };
  return { bands: await save('Save GeoTIFF'), mask: (await save('Mask'))[0] };
}

test('the graphics device is lost: the run ends on WebAssembly with the same result @webgpu-only @webgpu', async ({
  browser,
}) => {
  test.setTimeout(1_200_000);
  await writeDoubleSample(scene);
  const page = await openPage(browser);
  await expect(page.getByRole('heading', { name: 'Repairing tiles' })).toBeVisible({ timeout: 600_000 });
  await expect(page.getByText(/^[2-4] of 6 tiles/)).toBeVisible({ timeout: 600_000 });
  await page
    .workers()
    .find(isNetworks)
    ?.evaluate(() => (self as unknown as { device: GPUDevice }).device.destroy());
  const broken = await result(page);
  await expect(page.getByText(/graphics device stopped working.*went on from there, on wasm/)).toBeVisible();
  await page.context().close();

  const whole = await result(await openPage(browser));
  let clearChanged = 0;
  let worst = 0;
  whole.bands.forEach((band, b) => {
    for (let i = 0; i < band.length; i++) {
      const difference = Math.abs(band[i] - broken.bands[b][i]);
      if (whole.mask[i] === 0 && difference > 0) clearChanged++;
      worst = Math.max(worst, difference);
    }
  });
  expect(Array.from(broken.mask)).toEqual(Array.from(whole.mask));
  expect(clearChanged).toBe(0);
  // One step of 1/255 where 1e-3 of reflectance falls on either side of a rounding.
  expect(worst).toBeLessThanOrEqual(1);
});
