import { expect, type Page, test } from '@playwright/test';
import { nextFrames } from './still.ts';

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

/** Counts what the page has asked of its workers and has not been answered yet. */
function countQuestions(): void {
  const asked = new Set<string>();
  const known = new WeakSet<Worker>();
  Object.assign(globalThis, { asked });
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, message: { id?: string }, ...rest: [never]) {
    if (message?.id) asked.add(message.id);
    if (!known.has(this)) this.addEventListener('message', ({ data }) => asked.delete(data?.id));
    known.add(this);
    postMessage.call(this, message, ...rest);
  };
}

const drawn = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys((globalThis as unknown as { drawn: object }).drawn).sort());

/** Waits until all rests: nothing is asked of the workers, and nothing has been drawn for a second and a half. */
async function rest(page: Page): Promise<void> {
  const state = () =>
    page.evaluate(() => {
      const { drawn, asked } = globalThis as unknown as { drawn: object; asked: Set<string> };
      return asked.size === 0 ? JSON.stringify(drawn) : null;
    });
  await expect(async () => {
    const before = await state();
    expect(before).not.toBeNull();
    await page.waitForTimeout(1500);
    await nextFrames(page, 10);
    expect(await state()).toBe(before);
  }).toPass();
}

/** Which canvases are drawn, and no others, after what `act` does. */
async function expectDrawn(page: Page, canvases: string[], act: () => Promise<unknown>): Promise<void> {
  await page.evaluate(() => {
    const { drawn } = globalThis as unknown as { drawn: Record<string, number> };
    for (const name of Object.keys(drawn)) delete drawn[name];
  });
  await act();
  await expect.poll(() => drawn(page)).toEqual(canvases);
  await rest(page);
  expect(await drawn(page)).toEqual(canvases);
}

test('the map draws what has changed, and nothing while all rests', async ({ page }) => {
  await page.addInitScript(countDrawing);
  await page.addInitScript(countQuestions);
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 300_000 });
  await rest(page);

  await expectDrawn(page, [], async () => {});
  const overlay = page.getByLabel('Overlay shown on the map');
  await expectDrawn(page, ['layer-overlay'], () => overlay.selectOption('confidence'));
  const pictures = ['layer-after', 'layer-before'];
  await expectDrawn(page, pictures, () => page.getByLabel('Brightness').press('ArrowRight'));
  const map = page.getByRole('region', { name: 'Map of the scene' });
  await expectDrawn(page, [...pictures, 'layer-overlay'], () => map.press('ArrowRight'));
  await page.evaluate(async () => {
    const { drawn } = globalThis as unknown as { drawn: Record<string, number> };
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.layer-before')!;
    const extension = canvas.getContext('webgl')!.getExtension('WEBGL_lose_context')!;
    const lost = new Promise((resolve) => canvas.addEventListener('webglcontextlost', resolve));
    extension.loseContext();
    await lost;
    for (const name of Object.keys(drawn)) delete drawn[name];
    // A context can be restored when the event of its loss has been handled.
    setTimeout(() => extension.restoreContext());
  });
  await expect.poll(() => drawn(page)).toContain('layer-before');
});

test('where drawing is slow, a control answers before the map is drawn', async ({ page }) => {
  await page.addInitScript(countDrawing);
  await page.addInitScript(countQuestions);
  await page.addInitScript(() => {
    const { clear } = WebGLRenderingContext.prototype;
    WebGLRenderingContext.prototype.clear = function (mask) {
      const until = performance.now() + 80;
      while (performance.now() < until);
      clear.call(this, mask);
    };
  });
  await page.goto('/?sample&backend=wasm');
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 300_000 });
  await rest(page);

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
  await expect.poll(() => drawn(page)).toEqual(['layer-after', 'layer-before']);
});
