import { basename } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { realScene } from './imagery.ts';
import { gdalView, hasGdal, readBands } from './rasters.ts';

/** Opens a file as the file picker does and waits for the end of the run that starts by itself. */
async function process(page: Page, path: string): Promise<void> {
  await page.getByLabel('GeoTIFF file').first().setInputFiles(path);
  await expect(page.getByRole('heading', { name: /^(Done|No clouds found)$/ })).toBeVisible({
    timeout: 600_000,
  });
}

async function save(page: Page, button: string, to: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  const path = `${to}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

/** Only masked pixels changed, at least `share` of the scene is masked, and GDAL sees the same scene. */
async function checkExports(page: Page, original: string, folder: string, share: number): Promise<void> {
  const result = await save(page, 'Save GeoTIFF', folder);
  const mask = await save(page, 'Mask', folder);
  expect(basename(result)).toContain(basename(original, '.tif'));

  const [before, after, [classes]] = await Promise.all([original, result, mask].map(readBands));
  let masked = 0;
  let changedOutside = 0;
  let changedInside = 0;
  for (let i = 0; i < classes.length; i++) {
    const inMask = classes[i] >= 1 && classes[i] <= 3;
    if (inMask) masked++;
    if (before.some((band, b) => band[i] !== after[b][i])) {
      if (inMask) changedInside++;
      else changedOutside++;
    }
  }
  expect(changedOutside, 'pixels outside the mask that changed').toBe(0);
  expect(masked, 'pixels in the mask').toBeGreaterThanOrEqual(classes.length * share);
  expect(changedInside, 'pixels in the mask that changed').toBeGreaterThanOrEqual(masked / 2);
  if (hasGdal) expect(gdalView(result)).toEqual(gdalView(original));
}

const landsat = realScene('real/l8-gulf-cloudy.tif');
const sentinel = realScene('real/s2-rois2017_winter_112_p797-cloudy.tif');

test('a Landsat 8 scene with a field of cumulus', async ({ page }, info) => {
  test.skip(landsat === null, 'needs ../shared/data (or UNCLOUDED_DATA)');
  test.setTimeout(720_000);
  await page.goto('/?backend=wasm');
  await process(page, landsat as string);
  await page.screenshot({ path: info.outputPath('landsat-8.png') });
  await checkExports(page, landsat as string, info.outputDir, 0.2);
});

for (const [backend, name] of [
  ['wasm', 'WebAssembly'],
  ['webgpu', 'WebGPU'],
]) {
  test(`a Sentinel-2 scene of 13 bands on ${backend} ${backend === 'webgpu' ? '@webgpu-only @webgpu' : ''}`, async ({
    page,
  }, info) => {
    test.skip(sentinel === null, 'needs ../shared/data (or UNCLOUDED_DATA)');
    test.setTimeout(720_000);
    await page.goto(`/?backend=${backend}`);
    await process(page, sentinel as string);
    expect(await page.getByText(/passed over/).allTextContents()).toEqual([]);
    await expect(page.getByText(new RegExp(` on ${name}$`)).first()).toBeVisible();
    await page.screenshot({ path: info.outputPath(`sentinel-2-${backend}.png`) });
    await checkExports(page, sentinel as string, info.outputDir, 0);
  });
}
