import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { findBrowser } from '../../scripts/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds and serves the app, lets `measure` use it in Chromium, and keeps what it gives in bench/results/NAME-DAY.json.
 *
 * @param {string} name
 * @param {(browser: import('@playwright/test').Browser, address: string) => Promise<object>} measure
 */
export async function measureBuiltApp(name, measure) {
  const outDir = `${root}.cache/bench-app`;
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({ root, build: { outDir }, preview: { port: 4292 }, logLevel: 'error' });
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? undefined,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  });
  try {
    const load = loadavg()[0];
    const measured = await measure(browser, server.resolvedUrls.local[0]);
    const result = {
      date: new Date().toISOString(),
      machine: `${cpus().length} x ${cpus()[0].model}`,
      load,
      browser: `Chromium ${browser.version()}, map drawn by SwiftShader on the processor`,
      ...measured,
    };
    mkdirSync(`${root}bench/results`, { recursive: true });
    const file = `bench/results/${name}-${result.date.slice(0, 10)}.json`;
    writeFileSync(root + file, `${JSON.stringify(result, null, 2)}\n`);
    console.log(JSON.stringify(result, null, 2));
    console.log(`written to ${file}`);
  } finally {
    await browser.close();
    await server.close();
  }
}
