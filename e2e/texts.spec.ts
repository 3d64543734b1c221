import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { accented } from '../src/texts/pseudo.ts';
import { earlierPageEnded } from './earlier-page.ts';
import { holdNetworks } from './hold.ts';
import { writeDates, writeSample } from './scenes.ts';

/**
 * Walks through the application in the pseudo-language `en-XA`, which has an accent on every letter of a translated text:
 * a plain letter is a text that nobody could translate.
 */
const LANGUAGE = 'lang=en-XA&backend=wasm';
const PATIENCE = { timeout: 300_000 };
const folder = mkdtempSync(join(tmpdir(), 'unclouded-texts-'));
test.afterAll(() => rmSync(folder, { recursive: true }));
test.setTimeout(900_000);

/** What is the same in every language. */
const NAMES: readonly RegExp[] = [
  /\bUnclouded\b/,
  // Files, addresses, checksums.
  /https?:\/\/\S*/,
  /[\w-]+\.(tif|json)\b/,
  /\blandsat7-olinda[\w-]*/,
  /\b[0-9a-f]{12}\b|SHA-256 [0-9a-f]+/,
  // Coordinate systems, sample types, roles of bands, measures.
  /(WGS 84|SIRGAS 2000) \/ UTM zone \d+[NS]|EPSG:\d+/,
  /\bu?int(8|16)\b|\bfloat32\b/,
  /^(\d+\. )?(blue|green|red|nir|swir16|swir22)$|\b\d+ (blue|green|red|nir|swir16|swir22)\b/,
  /\b(PSNR|SSIM|MAE|RMSE|SAM|NDVI)\b/,
  // Units and dates, which the browser writes.
  /\d\s(kB|MB|GB|km|m)\b/,
  /\b\d+ [A-Z][a-z]{2,3} \d{4}\b/,
  // Back ends and networks by name, sensors as identifiers and as the file names them.
  /\b(WebGPU|WebAssembly|WASM)\b/,
  /\bunclouded-(detector|generator(-six|-light)?)\b/,
  /\blandsat-tm-etm\b|\bSENSOR\b|"Landsat 7 ETM\+"/,
  // Keys on a keyboard.
  /\bCtrl\+(Shift\+)?[ZY]\b|\([A-Z]\)/,
];

/** Texts on the page, and names for screen readers, that hold a plain letter. */
async function untranslated(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found = new Set<string>();
    const NAMED = ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label'];
    const isShown = (element: Element) => (element.closest('select') ?? element).checkVisibility();
    const walk = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        if (element.matches('script, style, noscript, textarea, kbd, head *') || !isShown(element)) continue;
        for (const name of NAMED) found.add(element.getAttribute(name) ?? '');
        for (const node of element.childNodes) {
          if (node.nodeType === Node.TEXT_NODE) found.add(node.textContent?.trim() ?? '');
        }
      }
    };
    walk(document);
    return [...found];
  });
  expect(texts.some((text) => text.includes('['))).toBe(true);
  const rest = (text: string) =>
    NAMES.reduce((left, name) => left.replaceAll(new RegExp(name, 'g'), ''), text);
  return texts.filter((text) => /[A-Za-z]/.test(rest(text)));
}

/** Looks at a state with everything unfolded. Findings are gathered, so that one run tells all. */
async function look(page: Page, state: string): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  expect.soft(await untranslated(page), state).toEqual([]);
}

const press = (page: Page, text: string) =>
  page
    .getByRole('button', { name: accented(text), exact: true })
    .first()
    .click(PATIENCE);
const heading = (page: Page, text: string) => page.getByRole('heading', { name: accented(text) });

test('the page says its language', async ({ page }) => {
  await page.goto(`/?${LANGUAGE}`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-XA');
  await expect(page.locator('html')).toHaveAttribute('dir', 'ltr');
  await page.goto('/?lang=xx');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('button', { name: 'Open a GeoTIFF' })).toBeVisible();
});

test.describe('a browser that speaks German', () => {
  test.use({ locale: 'de-AT' });

  test('gets the application in German, narrow or wide', async ({ page }) => {
    await page.goto('/?sample&backend=wasm');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('heading', { name: 'Fertig' })).toBeVisible(PATIENCE);
    await expect(page.getByText(/\d von \d+ Kacheln ausgebessert in/)).toBeVisible();
    await expect(page.getByText(/^\d+\s% beobachtet, /).first()).toBeVisible();
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 780 });
      const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(beyond, `at ${width} pixels`).toBeLessThanOrEqual(0);
    }
    await page.goto('/?lang=en');
    await expect(page.getByRole('button', { name: 'Open a GeoTIFF' })).toBeVisible();
  });
});

test('no text of a run is left in English', async ({ page }) => {
  await page.goto(`/?${LANGUAGE}`);
  await expect(page.getByRole('button', { name: accented('Try the sample scene') })).toBeEnabled();
  await look(page, 'start');
  const wrong = { name: 'notes.tif', mimeType: 'image/tiff', buffer: Buffer.from('These are notes.') };
  await page.getByLabel(accented('GeoTIFF files')).first().setInputFiles(wrong);
  await expect(page.getByRole('alert').first()).not.toBeEmpty();
  await page.getByLabel(accented('Or open from an address')).fill('nowhere');
  await press(page, 'Open');
  await look(page, 'start, with an error');
  await press(page, 'Dismiss this message');

  const large = join(folder, 'landsat7-olinda-large.tif');
  await writeSample(large, 2 * 349, 352);
  const goOn = await holdNetworks(page, { detect: 1, generate: 0 });
  const openLarge = () => page.getByLabel(accented('GeoTIFF files')).first().setInputFiles(large);
  await openLarge();
  await page.getByLabel(accented('Let me review the mask first')).check(PATIENCE);
  await look(page, 'a run');
  await goOn({ generate: 0 });
  await expect(heading(page, 'Review the mask')).toBeVisible(PATIENCE);
  for (const tool of ['Brush', 'Eraser', 'Polygon', 'Move the map']) {
    await press(page, tool);
    await look(page, `mask editor, ${tool}`);
  }
  await press(page, 'Repair with this mask');
  await press(page, 'Pause');
  await goOn();
  await expect(heading(page, 'Paused')).toBeVisible(PATIENCE);
  await look(page, 'a run that pauses');
  await goOn({ generate: 0 });
  await press(page, 'Continue');
  await expect(heading(page, 'Repairing tiles')).toBeVisible();
  await press(page, 'Cancel');
  await expect(page.getByRole('button', { name: accented('Start over') })).toBeVisible();
  await look(page, 'a run that was cancelled');
  await page.reload();
  await earlierPageEnded(page);
  await openLarge();
  await expect(heading(page, 'Not finished')).toBeVisible(PATIENCE);
  await look(page, 'an unfinished run');
});

test('no text of a result is left in English', async ({ page }) => {
  await page.goto(`/?sample&${LANGUAGE}`);
  await expect(heading(page, 'Done')).toBeVisible(PATIENCE);
  await look(page, 'a result');
  for (const mode of ['blink', 'blend', 'difference', 'swipe']) {
    await page.getByLabel(accented('Compare by')).selectOption(mode);
    await look(page, `compared by ${mode}`);
  }
  for (const overlay of ['provenance', 'confidence']) {
    await page.getByLabel(accented('Overlay shown on the map')).selectOption(overlay);
    await look(page, `overlay ${overlay}`);
  }
  for (const bands of ['ndvi', 'band-3']) {
    await page.getByLabel(accented('Bands')).first().selectOption(bands);
    await look(page, `bands ${bands}`);
  }
  await press(page, 'Inspect the middle of the map');
  await expect(page.getByRole('region', { name: accented('Pixel in the middle') })).toBeVisible();
  await look(page, 'inspected');
  await press(page, 'Networks');
  await expect(page.getByText(accented('Model card: figures, examples, limits')).first()).toBeVisible();
  await look(page, 'networks');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await press(page, 'Keys and colours');
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'keys');
});

test('no text of a measured and saved result is left in English', async ({ page }) => {
  const goOn = await holdNetworks(page, {});
  await page.goto(`/?sample&${LANGUAGE}`);
  await expect(heading(page, 'Done')).toBeVisible(PATIENCE);
  await goOn({ detect: 0 });
  await press(page, 'Self-check');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await look(page, 'self-check, under way');
  await goOn();
  await expect(heading(page, 'Self-check')).toBeVisible(PATIENCE);
  await look(page, 'self-check');
  await page
    .getByLabel(accented('Clear picture of the same area'))
    .setInputFiles('public/samples/landsat7-olinda-clear.tif');
  const against = accented('Against').slice(0, -1);
  await expect(page.getByText(`${against} landsat7-olinda-clear.tif`)).toBeVisible(PATIENCE);
  await look(page, 'compared with a clear picture');
  await press(page, 'Save in the library');
  await expect(page.getByText(accented('Saved in the library.'))).toBeVisible();
  await look(page, 'kept');
  await press(page, 'Share');
  await page.getByRole('radio').last().check();
  await look(page, 'share');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await press(page, 'Open the library');
  await expect(page.getByText(accented('Rename'), { exact: true })).toBeVisible();
  await look(page, 'library');
  await page.getByText(accented('Rename'), { exact: true }).click();
  await expect(page.getByRole('textbox').first()).toBeVisible();
  await look(page, 'library, renaming');
  await press(page, 'Cancel');
  await page.getByText(accented('Delete'), { exact: true }).click();
  await expect(page.getByRole('button', { name: accented('Keep'), exact: true })).toBeVisible();
  await look(page, 'library, deleting');
  await press(page, 'Keep');
  await press(page, 'Open');
  await expect(page.getByRole('button', { name: accented('Back to the library') })).toBeVisible();
  await look(page, 'a saved comparison');
});

test('no text of dates and queues is left in English', async ({ page }) => {
  const dates = ['2001-08-10', '2001-09-11'].map((day) => join(folder, `landsat7-olinda-${day}.tif`)) as [
    string,
    string,
  ];
  await writeDates(...dates);
  await page.goto(`/?${LANGUAGE}`);
  await page.getByLabel(accented('GeoTIFF files')).first().setInputFiles(dates);
  await expect(heading(page, 'Ready')).toBeVisible(PATIENCE);
  await look(page, 'dates');
  await page.goto(`/?${LANGUAGE}`);
  await page.getByLabel(accented('Scenes for the queue')).setInputFiles(dates);
  await expect(page.getByRole('button', { name: accented('Close the queue') })).toBeVisible(PATIENCE);
  await look(page, 'queue');
});

test('no text of the embedded viewer is left in English', async ({ page }) => {
  const after = 'after=samples/landsat7-olinda-clear.tif';
  const element = page.locator('unclouded-swipe');
  await page.goto(`/embed.html?lang=en-XA&before=samples/landsat7-olinda-simulated-clouds.tif&${after}`);
  await expect(element).toHaveJSProperty('status', 'shown');
  await look(page, 'embedded');
  await page.goto(`/embed.html?lang=en-XA&before=samples/missing.tif&${after}`);
  await expect(element).toHaveJSProperty('status', 'failed');
  await look(page, 'embedded, failed');
  await page.goto('/embed.html?lang=en-XA');
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await look(page, 'embedded, empty');
});

test('the embedded viewer speaks the language of its address or of the page around it', async ({ page }) => {
  const images =
    'before=samples/landsat7-olinda-simulated-clouds.tif&after=samples/landsat7-olinda-clear.tif';
  // Sandboxed, a frame has an origin of its own, and its catalogue needs the host's permission.
  const body = `<iframe sandbox="allow-scripts" width="600" height="400" src="embed.html?lang=de&${images}"></iframe>`;
  await page.route('**/host.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('/host.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('button', { name: 'Das ganze Bild zeigen' })).toBeVisible();
  await expect(frame.locator('html')).toHaveAttribute('lang', 'de');

  await page.goto('/embedding.html');
  const element = page.locator('unclouded-swipe').first();
  await expect(element.getByRole('button', { name: 'Show the whole image' })).toBeVisible();
  await page.route('**/embedding.html', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace('lang="en"', 'lang="de"') });
  });
  await page.reload();
  await expect(element.getByRole('button', { name: 'Das ganze Bild zeigen' })).toBeVisible();
});
