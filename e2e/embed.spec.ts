import { expect, test } from '@playwright/test';
import { type StaticServer, serveFolder } from './embed/server.ts';

const BEFORE = 'samples/landsat7-olinda-simulated-clouds.tif';
const AFTER = 'samples/landsat7-olinda-clear.tif';
let host: StaticServer;

test.beforeAll(async () => {
  host = await serveFolder('dist');
});
test.afterAll(() => host.close());

test('a page of another origin shows a comparison with three lines of HTML', async ({ page, baseURL }) => {
  host.page(
    '/three-lines.html',
    `<!doctype html><title>Host</title><style>div { height: 3000px }</style><div>Far above</div>
    <script type="module" src="${baseURL}/embed/unclouded-swipe.js"></script>
    <unclouded-swipe before="${baseURL}/${BEFORE}" after="${baseURL}/${AFTER}"></unclouded-swipe>`,
  );
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => console.log(message.text()));
  await page.goto(`${host.origin}/three-lines.html`);
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'waiting');
  expect(requests.filter((url) => /stage|\.tif$/.test(url))).toEqual([]);

  await element.scrollIntoViewIfNeeded();
  await expect(element).toHaveJSProperty('status', 'shown');
  const slider = element.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuenow', '60');
  await expect(element).toHaveJSProperty('swipe', 0.6);
  await page.screenshot({ path: 'test-results/embed-element.png' });
});

test('an image that is no mask is told, not shown as one', async ({ page }) => {
  const poster = 'samples/olinda-poster.jpg';
  await page.goto(`/embed.html?before=${BEFORE}&after=${AFTER}&mask=${AFTER}&poster=${poster}`);
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('poster', poster);
  await expect(element).toHaveJSProperty('mask', AFTER);
  await expect(element).toHaveJSProperty('status', 'failed');
  await expect(element.getByText('“landsat7-olinda-clear.tif” cannot be used for “mask”.')).toBeVisible();
});

test('a map whose drawing the browser takes away says so, and is loaded again', async ({ page }) => {
  await page.goto(`/embed.html?before=${BEFORE}&after=${AFTER}`);
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'shown');
  // As other maps of the page would: the browser allows a page 16 contexts.
  await page.evaluate(() => {
    const others = Array.from({ length: 20 }, () => document.createElement('canvas').getContext('webgl'));
    Object.assign(globalThis, { others });
  });
  await expect(element).toHaveJSProperty('status', 'failed');
  await expect(element.getByText('The browser took away')).toBeVisible();
  await element.getByRole('button', { name: 'Try again' }).click();
  await expect(element).toHaveJSProperty('status', 'shown');
});

test('a sandboxed frame of another origin shows a comparison', async ({ page, baseURL }) => {
  const query = new URLSearchParams({
    before: `${baseURL}/${BEFORE}`,
    after: `${baseURL}/${AFTER}`,
    swipe: '0.25',
    host: host.origin,
  });
  host.page(
    '/sandboxed.html',
    `<!doctype html><title>Host</title>
    <iframe sandbox="allow-scripts" width="600" height="400" src="${baseURL}/embed.html?${query.toString().replaceAll('&', '&amp;')}"></iframe>`,
  );
  page.on('console', (message) => console.log(message.text()));
  await page.goto(`${host.origin}/sandboxed.html`);
  const element = page.frameLocator('iframe').locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'shown');
  await expect(element.getByRole('slider')).toHaveAttribute('aria-valuenow', '25');
  await page.screenshot({ path: 'test-results/embed-frame.png' });
});
