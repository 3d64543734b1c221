import { gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { SHELL_BUDGET } from '../scripts/size-budget.ts';

/** What the policy refused, in the page and in its workers, collected from now on. */
function refusals(page: Page): string[] {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text());
  });
  return refused;
}

test('until a scene is opened, little script is fetched, and none of it from elsewhere', async ({
  page,
  baseURL,
}) => {
  const scripts: Promise<Buffer>[] = [];
  const origins = new Set<string>();
  page.on('response', (response) => {
    const { origin, protocol } = new URL(response.url());
    if (protocol.startsWith('http')) origins.add(origin);
    if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.push(response.body());
  });
  await page.goto('/', { waitUntil: 'networkidle' });
  await expect(page.getByRole('button', { name: 'Try the sample scene' })).toBeEnabled();
  const sizes = (await Promise.all(scripts)).map((body) => gzipSync(body).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(10_000);
  expect(total).toBeLessThanOrEqual(SHELL_BUDGET);
  expect([...origins]).toEqual([baseURL]);
});

test('the page says what it is before its program has come, and without one', async ({
  browser,
  baseURL,
}) => {
  const told: string[][] = [];
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({ baseURL, javaScriptEnabled, serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.goto('/');
    if (javaScriptEnabled) await expect(page.getByRole('button', { name: 'Open a GeoTIFF' })).toBeEnabled();
    else await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const texts = await page.locator('h1, .lead').allTextContents();
    told.push(texts.map((text) => text.replace(/\s+/g, ' ').trim()));
    await context.close();
  }
  expect(told[0]).toHaveLength(2);
  expect(told[0]).toEqual(told[1]);
});

test('the policy refuses inline script and code from elsewhere, and nothing that a job needs', async ({
  page,
}) => {
  const refused = refusals(page);
  const answer = await page.goto('/?sample&backend=wasm');
  const policy = answer?.headers()['content-security-policy'];
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).not.toContain('unsafe-inline');
  // Hosts that send no headers serve the same policy in the page.
  const inPage = page.locator('meta[http-equiv="Content-Security-Policy"]');
  await expect(inPage).toHaveAttribute('content', policy ?? '');
  await expect(page.locator('script:not([src])')).toHaveCount(0);

  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 300_000 });
  await expect(page.locator('.map canvas').first()).toBeVisible();
  expect(refused).toEqual([]);

  const ran = await page.evaluate(async () => {
    const inline = document.createElement('script');
    inline.textContent = 'document.documentElement.dataset.inline = "ran"';
    document.head.append(inline);
    const foreign = document.createElement('script');
    foreign.src = 'https://example.org/script.js';
    const failed = new Promise((resolve) => foreign.addEventListener('error', resolve));
    document.head.append(foreign);
    await failed;
    return document.documentElement.dataset.inline ?? 'refused';
  });
  expect(ran).toBe('refused');
  // Once for the header and once for the page.
  await expect.poll(() => refused.length).toBe(4);
});
