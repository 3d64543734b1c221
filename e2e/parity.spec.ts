import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';

/**
 * A back end is used only if it repeats PyTorch's output for the golden tile of every model within 1e-3 when it
 * starts (src/inference); here: they do, in a real browser, with the shipped models and the built app.
 */
const scene = fileURLToPath(new URL('../src/pipeline/testing/fixtures/s2-described.tif', import.meta.url));

const names = { wasm: 'WebAssembly', webgpu: 'WebGPU' };

for (const backend of ['wasm', 'webgpu'] as const) {
  const tags = backend === 'webgpu' ? ' @webgpu-only @webgpu' : '';
  test(`the golden tiles agree with PyTorch on ${backend}${tags}`, async ({ page }) => {
    test.setTimeout(720_000);
    await page.goto(`/?backend=${backend}`);
    await page.getByLabel('GeoTIFF file').first().setInputFiles(scene);
    await expect(page.getByText(new RegExp(`${names[backend]}, `)).first()).toBeVisible({ timeout: 700_000 });
    await expect(page.getByText('computes wrongly')).toHaveCount(0);
  });
}
