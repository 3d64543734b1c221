import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { dropOn } from './drop.ts';
import { readBands } from './rasters.ts';
import { writeScene } from './scenes.ts';

const SIDE = 256;
const SAMPLE_WIDTH = 349;
const folder = mkdtempSync(join(tmpdir(), 'unclouded-bands-'));
let sample: ArrayLike<number>[];
test.beforeAll(async () => {
  sample = await readBands('public/samples/landsat7-olinda-simulated-clouds.tif');
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** Writes one band of the sample's upper left corner; `step` 2 takes every other pixel, twice as large. */
function writeBand(path: string, band: number, step = 1): void {
  writeScene(path, {
    width: SIDE / step,
    height: SIDE / step,
    bands: 1,
    origin: [288_000, 9_120_000],
    pixel: 30 * step,
    sample: (x, y) => sample[band][y * step * SAMPLE_WIDTH + x * step],
  });
}

/** Opens the page, and waits until its program has come: before, the browser itself would take what is dropped. */
async function openPage(page: Page): Promise<void> {
  await page.goto('/?backend=wasm');
  await expect(page.getByRole('button', { name: 'Open a GeoTIFF' })).toBeEnabled();
}

/** The repaired bands and the mask, when the run has ended. */
async function result(page: Page): Promise<{ bands: ArrayLike<number>[]; mask: ArrayLike<number> }> {
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 300_000 });
  const save = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    return readBands(await download.path());
  };
  const bands = await save('Save GeoTIFF');
  return { bands, mask: (await save('Mask'))[0] };
}

/** What was seen is unchanged where the mask is clear, and clouds are repaired where it is not. */
function expectRepaired({ bands, mask }: Awaited<ReturnType<typeof result>>, whole: number): void {
  let [clear, kept, changed] = [0, 0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const from = Math.floor(i / SIDE) * SAMPLE_WIDTH + (i % SIDE);
    const same = bands.slice(0, whole).every((band, b) => band[i] === sample[b][from]);
    if (mask[i] === 0) {
      clear++;
      if (same) kept++;
    } else if (!same) changed++;
  }
  expect(clear).toBeGreaterThan(1000);
  expect(kept).toBe(clear);
  expect(changed).toBeGreaterThan(1000);
}

test('bands of different resolution, dropped together, are one scene', async ({ page }) => {
  const files = ['B02', 'B03', 'B04', 'B08', 'B11'].map((name) => join(folder, `${name}.tif`));
  files.forEach((path, band) => {
    writeBand(path, band, band === 4 ? 2 : 1);
  });
  await openPage(page);
  await dropOn(page, files.toReversed());
  const repaired = await result(page);
  expect(repaired.bands.map((band) => band.length)).toEqual(Array(5).fill(SIDE * SIDE));
  expectRepaired(repaired, 4);
});

test('the folder of a Landsat scene is one scene', async ({ page }) => {
  const scene = 'LC09_L2SP_214065_20230101_20230110_02_T1';
  const place = join(folder, scene);
  mkdirSync(place);
  for (let band = 0; band < 6; band++) writeBand(join(place, `${scene}_SR_B${band + 2}.TIF`), band);
  writeFileSync(join(place, `${scene}_MTL.txt`), 'GROUP = LANDSAT_METADATA_FILE');
  await openPage(page);
  await dropOn(page, [place]);
  const repaired = await result(page);
  expect(repaired.bands).toHaveLength(6);
  expectRepaired(repaired, 6);
});
