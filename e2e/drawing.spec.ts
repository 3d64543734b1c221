import { expect, type Page, test } from '@playwright/test';

/** Counts how often each canvas of the map is drawn. */
function countDrawing(): void {
  const drawn: Record<string, number> = {};
  Object.assign(globalThis, { drawn });
  const { clear } = WebGLRenderingContext.prototype;
  WebGLRenderingContext.prototype.clear = function (mask) {
    const { className } = this.canvas as HTMLCanvasElement;
    drawn[className] = (drawn[className] ?? 0) + 1;
    clear.call(this, mask);
  };
}

/** Which canvases are drawn within a moment of what `act` does. */
async function drawnBy(page: Page, act: () => Promise<unknown>): Promise<string[]> {
  await page.evaluate(() => {
    const { drawn } = globalThis as unknown as { drawn: Record<string, number> };
    for (const name of Object.keys(drawn)) delete drawn[name];
  });
  await act();
  await page.waitForTimeout(1500);
  return page.evaluate(() => Object.keys((globalThis as unknown as { drawn: object }).drawn).sort());
}

test('the map draws what has changed, and nothing while all rests', async ({ page }) => {
  await page.addInitScript(countDrawing);
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 100_000 });
  await page.waitForTimeout(1500);

  expect(await drawnBy(page, async () => {})).toEqual([]);
  const overlay = page.getByLabel('Overlay shown on the map');
  expect(await drawnBy(page, () => overlay.selectOption('confidence'))).toEqual(['layer-overlay']);
  expect(await drawnBy(page, () => page.getByLabel('Brightness').press('ArrowRight'))).toEqual([
    'layer-after',
    'layer-before',
  ]);
  const map = page.getByRole('region', { name: 'Map of the scene' });
  expect(await drawnBy(page, () => map.press('ArrowRight'))).toEqual([
    'layer-after',
    'layer-before',
    'layer-overlay',
  ]);
  const loseContext = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.layer-before');
      const extension = canvas?.getContext('webgl')?.getExtension('WEBGL_lose_context');
      extension?.loseContext();
      setTimeout(() => extension?.restoreContext(), 100);
    });
  expect(await drawnBy(page, loseContext)).toContain('layer-before');
});

test('where drawing is slow, a control answers before the map is drawn', async ({ page }) => {
  await page.addInitScript(countDrawing);
  await page.addInitScript(() => {
    const { clear } = WebGLRenderingContext.prototype;
    WebGLRenderingContext.prototype.clear = function (mask) {
      const until = performance.now() + 80;
      while (performance.now() < until);
      clear.call(this, mask);
    };
  });
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 100_000 });
  await page.waitForTimeout(1500);

  const brightness = page.getByLabel('Brightness');
  const before = await brightness.evaluate(
    (control) =>
      new Promise<string[]>((resolve) => {
        const { drawn } = globalThis as unknown as { drawn: Record<string, number> };
        for (const name of Object.keys(drawn)) delete drawn[name];
        const painted = () => requestAnimationFrame(() => setTimeout(() => resolve(Object.keys(drawn))));
        control.addEventListener('input', painted, { once: true });
        window.dispatchEvent(new KeyboardEvent('keydown'));
        (control as HTMLInputElement).stepUp();
        control.dispatchEvent(new Event('input', { bubbles: true }));
      }),
  );
  expect(before).toEqual([]);
  expect(await drawnBy(page, async () => {})).toEqual(['layer-after', 'layer-before']);
});
