import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { type StaticServer, serveFolder } from './embed/server.ts';
import { nextFrames, still } from './still.ts';

const BEFORE = 'samples/landsat7-olinda-simulated-clouds.tif';
const AFTER = 'samples/landsat7-olinda-clear.tif';
/** A page of another origin; the folder that it is served from is that of the built application. */
let host: StaticServer;
let scratch: string;

test.beforeAll(async () => {
  host = await serveFolder('dist');
  mkdirSync('.cache', { recursive: true });
  scratch = mkdtempSync(resolve('.cache', 'host-'));
});
test.afterAll(() => {
  host.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** A page with the element's module and some body. */
function hostPage(path: string, baseURL: string | undefined, body: string): string {
  host.page(
    path,
    `<!doctype html><title>Host</title><script type="module" src="${baseURL}/embed/unclouded-swipe.js"></script>${body}`,
  );
  return host.origin + path;
}

const images = (root: string | undefined) => `before="${root}/${BEFORE}" after="${root}/${AFTER}"`;

test('several on one page and in a shadow root: each keeps its own state, and says what the user does', async ({
  page,
  baseURL,
}) => {
  const address = hostPage(
    '/several.html',
    baseURL,
    `<unclouded-swipe id="first" ${images(baseURL)} swipe="0.2"></unclouded-swipe>
    <unclouded-swipe id="second" ${images(baseURL)} swipe="0.8" bands="4,3,2" aria-label="Infrared"></unclouded-swipe>
    <div id="holder"></div>`,
  );
  await page.goto(address);
  await page.evaluate((markup) => {
    const root = document.querySelector('#holder')?.attachShadow({ mode: 'open' });
    if (root) root.innerHTML = `<unclouded-swipe id="third" ${markup} swipe="0.5"></unclouded-swipe>`;
  }, images(baseURL));
  for (const id of ['first', 'second', 'third']) {
    const element = page.locator(`#${id}`);
    await element.scrollIntoViewIfNeeded();
    await expect(element).toHaveJSProperty('status', 'shown');
  }
  await expect(page.locator('#first').getByRole('group', { name: 'Map of both images' })).toBeVisible();
  await expect(page.locator('#second').getByRole('group', { name: 'Infrared' })).toBeVisible();
  const second = page.locator('#second');
  await second.evaluate((element) => {
    for (const name of ['swipe', 'change'])
      element.addEventListener(name, (event) => {
        element.dataset[name] = JSON.stringify((event as CustomEvent).detail);
      });
  });
  await second.getByRole('slider').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(second).toHaveAttribute('data-swipe', '{"position":0.7}');
  await second.getByRole('button', { name: 'Zoom in' }).click();
  await expect(second).toHaveAttribute('data-change', /"view":"\d+,\d+,\d+,\d+"/);
  await expect(page.locator('#first')).toHaveJSProperty('swipe', 0.2);
  await expect(page.locator('#third')).toHaveJSProperty('swipe', 0.5);

  // Attributes and properties may change at any time.
  await second.evaluate((element) => element.setAttribute('swipe', '0.1'));
  await expect(second.getByRole('slider')).toHaveAttribute('aria-valuenow', '10');
  await second.evaluate((element) => Object.assign(element, { swipe: 0.9 }));
  await expect(second.getByRole('slider')).toHaveAttribute('aria-valuenow', '90');
  const png = await second.evaluate(async (element) => {
    const { snapshot } = element as unknown as { snapshot(): Promise<Blob> };
    return (await snapshot.call(element)).type;
  });
  expect(png).toBe('image/png');
});

test('of many elements, those out of sight rest behind their posters', async ({ page, baseURL }) => {
  const one = `<unclouded-swipe ${images(baseURL)} poster="${baseURL}/samples/olinda-poster.jpg" style="height: 500px; margin-bottom: 900px"></unclouded-swipe>`;
  await page.goto(hostPage('/many.html', baseURL, one.repeat(7)));
  const elements = await page.locator('unclouded-swipe').all();
  for (const element of elements) {
    const poster = element.locator('img');
    await expect(poster).toHaveAttribute('src', /olinda-poster/);
    await element.scrollIntoViewIfNeeded();
    await expect(element).toHaveJSProperty('status', 'shown');
    await expect(poster).toBeHidden();
  }
  const statuses = () =>
    page
      .locator('unclouded-swipe')
      .evaluateAll(
        (all) => all.filter((one) => (one as unknown as { status: string }).status === 'shown').length,
      );
  await expect.poll(statuses).toBeLessThanOrEqual(5);
  await elements[0].scrollIntoViewIfNeeded();
  await expect(elements[0]).toHaveJSProperty('status', 'shown');
});

test('one finger scrolls the page until the map is tapped; two fingers zoom it', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  const address = hostPage(
    '/finger.html',
    baseURL,
    `<meta name="viewport" content="width=device-width"><unclouded-swipe ${images(baseURL)}></unclouded-swipe><div style="height: 3000px"></div>`,
  );
  await page.goto(address);
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'shown');
  const devtools = await context.newCDPSession(page);
  type Point = { x: number; y: number };
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: readonly Point[]) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: touchPoints.map((at, id) => ({ ...at, id })),
    });
  /** Moves fingers from where they are to where they shall be. */
  const move = async (...fingers: readonly (readonly [Point, Point])[]) => {
    await touch(
      'touchStart',
      fingers.map(([from]) => from),
    );
    for (let i = 1; i <= 12; i++) {
      const at = ([from, to]: readonly [Point, Point]) => ({
        x: from.x + ((to.x - from.x) * i) / 12,
        y: from.y + ((to.y - from.y) * i) / 12,
      });
      await touch('touchMove', fingers.map(at));
      await nextFrames(page, 1);
    }
    await touch('touchEnd', []);
    await still(page, async () => [await view(), await scrolled()]);
  };
  const view = () => element.evaluate((found) => (found as unknown as { view: string }).view);
  const scrolled = () => page.evaluate(() => scrollY);
  await move(
    [
      { x: 60, y: 100 },
      { x: 30, y: 100 },
    ],
    [
      { x: 120, y: 100 },
      { x: 220, y: 100 },
    ],
  );
  await expect.poll(view).toMatch(/^\d/);
  const zoomed = await still(page, view);
  await move([
    { x: 60, y: 200 },
    { x: 60, y: 60 },
  ]);
  await expect.poll(scrolled).toBeGreaterThan(50);
  expect(await view()).toBe(zoomed);
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(scrolled).toBe(0);
  await page.touchscreen.tap(60, 100);
  await expect(element).toBeFocused();
  // Longer than between the two of a double tap, which zooms in.
  await page.waitForTimeout(500);
  await move([
    { x: 60, y: 60 },
    { x: 60, y: 200 },
  ]);
  await expect.poll(view).not.toBe(zoomed);
  expect(await scrolled()).toBe(0);
  await context.close();
});

test('what is wrong with a source is said, with the header that is missing', async ({ page, baseURL }) => {
  const faults = {
    'no permission': [`${host.origin}/${BEFORE}`, 'Access-Control-Allow-Origin'],
    'no ranges': [`${host.origin}/whole/${BEFORE}`, 'Accept-Ranges'],
    'no TIFF': [`${baseURL}/icons/icon-512.png`, 'not a TIFF'],
    'nothing there': [`${host.origin}/cors/samples/missing.tif`, 'Access-Control-Allow-Origin'],
  };
  // The page itself stands on a third origin, so that none of the images are its own.
  const third = await serveFolder('dist');
  try {
    for (const [name, [source, told]] of Object.entries(faults)) {
      third.page(
        '/fault.html',
        `<!doctype html><title>Host</title><script type="module" src="${baseURL}/embed/unclouded-swipe.js"></script>
        <unclouded-swipe before="${source}" after="${baseURL}/${AFTER}"></unclouded-swipe>`,
      );
      await page.goto(`${third.origin}/fault.html`);
      const element = page.locator('unclouded-swipe');
      await expect(element, name).toHaveJSProperty('status', 'failed');
      await expect(element.getByRole('status'), name).toContainText(told);
      await expect(element.getByRole('button', { name: 'Try again' }), name).toBeVisible();
    }
  } finally {
    third.close();
  }
});

test('a page with a strict policy shows a comparison; one that keeps the worker away is told', async ({
  page,
  baseURL,
}) => {
  const policy = `default-src 'none'; script-src ${baseURL} 'wasm-unsafe-eval'; connect-src ${baseURL}; img-src data:`;
  const html = `<!doctype html><title>Host</title><script type="module" src="${baseURL}/embed/unclouded-swipe.js"></script>
    <unclouded-swipe ${images(baseURL)}></unclouded-swipe>`;
  const element = page.locator('unclouded-swipe');
  host.page('/strict.html', html, { 'Content-Security-Policy': `${policy}; worker-src blob:` });
  await page.goto(`${host.origin}/strict.html`);
  await expect(element).toHaveJSProperty('status', 'shown');
  host.page('/stricter.html', html, { 'Content-Security-Policy': policy });
  await page.goto(`${host.origin}/stricter.html`);
  await expect(element.getByRole('status')).toContainText('worker-src blob:');
  const elsewhere = policy.replace(`connect-src ${baseURL}`, `connect-src ${host.origin}`);
  host.page('/elsewhere.html', html, { 'Content-Security-Policy': `${elsewhere}; worker-src blob:` });
  await page.goto(`${host.origin}/elsewhere.html`);
  await expect(element.getByRole('status')).toContainText('"connect-src" has to name');
});

test('a setting that cannot be used is told, and forgotten once it is put right', async ({
  page,
  baseURL,
}) => {
  const address = hostPage(
    '/settings.html',
    baseURL,
    `<unclouded-swipe swipe="2" ${images(baseURL)}></unclouded-swipe>`,
  );
  await page.goto(address);
  const element = page.locator('unclouded-swipe');
  const set = (name: string, value: string) =>
    element.evaluate((found, [key, text]) => found.setAttribute(key, text), [name, value]);
  await expect(element).toHaveJSProperty('status', 'failed');
  await set('swipe', '0.4');
  await expect(element).toHaveJSProperty('status', 'shown');
  await set('bands', 'nonsense');
  await expect(element).toHaveJSProperty('status', 'failed');
  await expect(element.getByText('“nonsense” cannot be used')).toBeVisible();
  await set('bands', '4,3,2');
  await expect(element).toHaveJSProperty('status', 'shown');
  await expect(element.getByText('“nonsense” cannot be used')).toHaveCount(0);
  await expect(element.getByRole('slider')).toHaveAttribute('aria-valuenow', '40');
});

test('settings that change together all count, and are taken back; what the images do not have is told', async ({
  page,
  baseURL,
}) => {
  await page.goto(
    hostPage('/together.html', baseURL, `<unclouded-swipe ${images(baseURL)}></unclouded-swipe>`),
  );
  const element = page.locator('unclouded-swipe');
  await expect(element).toHaveJSProperty('status', 'shown');
  const set = (state: Record<string, string | null>) =>
    element.evaluate((found, given) => {
      for (const [name, value] of Object.entries(given))
        if (value === null) found.removeAttribute(name);
        else found.setAttribute(name, value);
    }, state);
  /** How much redder than blue the map is, in steps of 255. */
  const redness = () =>
    element.evaluate(async (found) => {
      const { snapshot } = found as unknown as { snapshot(): Promise<Blob> };
      const bitmap = await createImageBitmap(await snapshot.call(found));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      canvas.drawImage(bitmap, 0, 0);
      const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += data[i] - data[i + 2];
      return (4 * sum) / data.length;
    });
  const plain = await redness();
  await set({ bands: '4,3,2', swipe: '0.1' });
  await expect.poll(redness).toBeGreaterThan(plain + 5);
  await expect(element.getByRole('slider')).toHaveAttribute('aria-valuenow', '10');

  const view = () => element.evaluate((found) => (found as unknown as { view: string }).view);
  for (const whole of [null, '']) {
    await set({ view: '100,100,50,40' });
    await expect.poll(view).toMatch(/^\d+,\d+,\d\d,\d\d$/);
    await set({ view: whole });
    await expect.poll(view).toBeFalsy();
    await still(page, view);
    await element.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(async () => Number((await view())?.split(',')[2])).toBeGreaterThan(150);
  }
  await set({ view: '-900,-900,10,10' });
  await expect(element.getByRole('status')).toContainText('-900,-900,10,10 lies outside of the images');
  await set({ view: null });
  await expect(element).toHaveJSProperty('status', 'shown');
  // A layer whose image is not given has no legend.
  await set({ overlay: 'mask' });
  await nextFrames(page, 2);
  await expect(element.getByText('Thick cloud')).toHaveCount(0);
  await expect(element).toHaveJSProperty('status', 'shown');
});

test('images of different grids are refused, and both sizes named', async ({ page, baseURL }) => {
  const other = 'src/pipeline/testing/fixtures/rgba.tif';
  cpSync(other, join(scratch, 'other.tif'));
  const files = await serveFolder(scratch);
  try {
    const address = hostPage(
      '/grids.html',
      baseURL,
      `<unclouded-swipe before="${baseURL}/${BEFORE}" after="${files.origin}/cors/other.tif"></unclouded-swipe>`,
    );
    await page.goto(address);
    const element = page.locator('unclouded-swipe');
    await expect(element).toHaveJSProperty('status', 'failed');
    await expect(element.getByRole('status')).toContainText(/349.*352/);
  } finally {
    files.close();
  }
});

test('page and frame talk, and the frame hears nobody else', async ({ page, baseURL }) => {
  const frame = (name: string, hostOrigin: string) => {
    const query = new URLSearchParams({
      before: `${baseURL}/${BEFORE}`,
      after: `${baseURL}/${AFTER}`,
      host: hostOrigin,
    });
    return `<iframe id="${name}" width="500" height="340" src="${baseURL}/embed.html?${query.toString().replaceAll('&', '&amp;')}"></iframe>`;
  };
  const address = hostPage(
    '/talk.html',
    baseURL,
    frame('ours', host.origin) + frame('theirs', 'https://elsewhere.example'),
  );
  await page.goto(address);
  await page.evaluate(async (module) => {
    const { connectFrame } = await import(module);
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    for (const id of ['ours', 'theirs']) {
      const iframe = document.getElementById(id) as HTMLIFrameElement;
      const connection = connectFrame(iframe, (message: { type: string }) =>
        heard.push(`${id} ${message.type}`),
      );
      Object.assign(globalThis, { [id]: connection });
    }
  }, `${baseURL}/embed/unclouded-swipe.js`);
  const inside = (id: string) => page.frameLocator(`#${id}`).locator('unclouded-swipe');
  for (const id of ['ours', 'theirs']) await expect(inside(id)).toHaveJSProperty('status', 'shown');
  await page.evaluate(() => {
    const frames = globalThis as unknown as Record<string, { set(state: object): void; get(): void }>;
    for (const id of ['ours', 'theirs']) {
      // To any origin, so that the frame itself has to decide whom it hears.
      const { contentWindow } = document.getElementById(id) as HTMLIFrameElement;
      contentWindow?.postMessage({ unclouded: 1, type: 'set', state: { swipe: '0.125' } }, '*');
      frames[id].get();
    }
  });
  await expect(inside('ours')).toHaveJSProperty('swipe', 0.125);
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
  await expect.poll(heard).toContain('ours state');
  await expect(inside('theirs')).toHaveJSProperty('swipe', 0.5);
  expect((await heard()).filter((one) => one.startsWith('theirs'))).toEqual([]);
});

test('the package serves a host in React: built by a bundler, typed, two-way', async ({ page, baseURL }) => {
  mkdirSync(join(scratch, 'node_modules'));
  symlinkSync(resolve('dist/embed'), join(scratch, 'node_modules/unclouded-swipe'));
  cpSync('e2e/embed/react-host.tsx', join(scratch, 'host.tsx'));
  const options = {
    strict: true,
    jsx: 'react-jsx',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    noEmit: true,
  };
  const lib = ['ES2023', 'DOM', 'DOM.Iterable'];
  const config = { compilerOptions: { ...options, target: 'ES2023', lib, types: [] }, files: ['host.tsx'] };
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config));
  const typed = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', scratch], {
    encoding: 'utf8',
  });
  expect(typed.stdout).toBe('');
  expect(typed.status).toBe(0);

  await build({
    configFile: false,
    root: scratch,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: 'out',
      target: 'es2022',
      lib: { entry: join(scratch, 'host.tsx'), formats: ['es'], fileName: () => 'host.js' },
    },
  });
  const server = await serveFolder(join(scratch, 'out'));
  try {
    server.page(
      '/react.html',
      `<!doctype html><title>React</title><body data-before="${baseURL}/${BEFORE}" data-after="${baseURL}/${AFTER}">
      <div id="root"></div><script type="module" src="/host.js"></script></body>`,
    );
    await page.goto(`${server.origin}/react.html`);
    const element = page.locator('unclouded-swipe');
    await expect(element).toHaveJSProperty('status', 'shown');
    const slider = element.getByRole('slider');
    await expect(slider).toHaveAttribute('aria-valuenow', '25');
    await page.getByRole('button', { name: 'To the right' }).click();
    await expect(slider).toHaveAttribute('aria-valuenow', '75');
    await slider.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(page.getByText('Divider at 0.85')).toBeVisible();
  } finally {
    server.close();
  }
});

test('the page of the documentation shows its examples', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text());
  });
  await page.goto('/embedding.html');
  await expect(page.getByRole('heading', { name: 'Embedding a comparison' })).toBeVisible();
  const elements = await page.locator('unclouded-swipe').all();
  expect(elements).toHaveLength(4);
  for (const element of elements) {
    await element.scrollIntoViewIfNeeded();
    await expect(element).toHaveJSProperty('status', 'shown');
  }
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await expect(page.frameLocator('iframe').locator('unclouded-swipe')).toHaveJSProperty('status', 'shown');
  expect(refused).toEqual([]);
});
