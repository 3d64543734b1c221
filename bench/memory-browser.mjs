/**
 * Peak memory in Chromium: the process of a page (its main thread and all workers) while the engine runs a scene with 30 %
 * cloud on WASM, with the real networks. The mask is that of a classification band.
 *
 *   npm run bench:memory-browser     on Linux; results go to bench/results/
 *   BENCH_SIDES=1372,2745 BENCH_LAYOUT=strips npm run bench:memory-browser
 *   BENCH_NETWORKS=arithmetic npm run bench:memory-browser     without the networks and their memory, in half the time
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { findBrowser } from '../scripts/browser.mjs';

const SIDES = (process.env.BENCH_SIDES ?? '5490,10980').split(',').map(Number);
const BANDS = ['B02', 'B03', 'B04', 'B08', 'SCL'];
/** The scene repeats after so many pixels. */
const PERIOD = 2048;
const CLOUD_SHARE = 0.3;
/** Rows of a strip, side of a tile. */
const STRIP_ROWS = 16;
const TILE = 512;
const LAYOUT = process.env.BENCH_LAYOUT ?? 'tiles';
const ARITHMETIC = process.env.BENCH_NETWORKS === 'arithmetic';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}.cache/bench`;
/** Lets networks of arithmetic take the place of those in the inference worker. */
const arithmetic = () => ({
  name: 'arithmetic-networks',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('src/inference/networks.ts') ? `${root}bench/lib/arithmetic.ts` : null),
});
await build({
  root,
  logLevel: 'error',
  ...(ARITHMETIC && { worker: { format: 'es', plugins: () => [arithmetic()] } }),
  build: { outDir, emptyOutDir: true, rollupOptions: { input: `${root}bench/index.html` } },
});
const server = await preview({ root, build: { outDir }, preview: { port: 4293 }, logLevel: 'error' });
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'));

try {
  const runs = [];
  for (const side of SIDES) {
    runs.push(await measure(side));
    console.log(JSON.stringify(runs.at(-1)));
  }
  const result = {
    date: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0].model}`,
    scene: { bands: BANDS.length, sampleType: 'uint16', cloudShare: CLOUD_SHARE, layout: LAYOUT },
    networks: ARITHMETIC ? 'replaced by arithmetic' : 'real',
    peakRatioLastToFirst: runs.at(-1).peakMegabytes / runs[0].peakMegabytes,
    runs,
  };
  mkdirSync(`${root}bench/results`, { recursive: true });
  const name = ['memory-browser', LAYOUT, ...(ARITHMETIC ? ['arithmetic'] : [])].join('-');
  const file = `bench/results/${name}-${result.date.slice(0, 10)}.json`;
  writeFileSync(root + file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`written to ${file}`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

/** One run in a browser of its own, whose profile lies on disk as a user's does. */
async function measure(side) {
  const path = join(folder, 'scene.tif');
  writeScene(path, side);
  const profile = join(folder, 'profile');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser() ?? undefined,
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--use-angle=swiftshader'],
  });
  try {
    const page = await context.newPage();
    await page.goto(`${server.resolvedUrls.local[0]}bench/index.html?backend=wasm`);
    await page.waitForFunction(() => 'measureFile' in globalThis);
    await page.locator('input').setInputFiles(path);
    const session = await context.browser()?.newBrowserCDPSession();
    const run = await page.evaluate(() => globalThis.measureFile());
    const { processInfo } = await (session ?? (await context.newCDPSession(page))).send(
      'SystemInfo.getProcessInfo',
    );
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => highWater(id));
    const { seconds, tiles, shares } = run;
    return {
      side,
      megapixels: side ** 2 / 1e6,
      seconds,
      tiles,
      shares,
      peakMegabytes: Math.max(...renderers),
    };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
    rmSync(path);
  }
}

/** Peak resident memory of a process in MB. */
function highWater(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s*(\d+) kB/)[1]) / 1024;
}

/** A GeoTIFF of uint16, not compressed, written block by block: textured ground, and cloud over CLOUD_SHARE of each period. */
function writeScene(path, side) {
  const wave = (2 * Math.PI) / PERIOD;
  const cover = Float32Array.from({ length: PERIOD * PERIOD }, (_, i) => {
    const [x, y] = [i % PERIOD, Math.floor(i / PERIOD)];
    return Math.sin(wave * x) + Math.cos(wave * y) + 0.2 * Math.sin(wave * (7 * x + 4 * y));
  });
  const threshold = cover.slice().sort()[Math.floor(cover.length * (1 - CLOUD_SHARE))];
  const count = BANDS.length;
  const [width, height] = LAYOUT === 'tiles' ? [TILE, TILE] : [side, STRIP_ROWS];
  const [across, down] = [Math.ceil(side / width), Math.ceil(side / height)];
  const rowsOf = (row) => (LAYOUT === 'tiles' ? height : Math.min(height, side - row * height));
  const blocks = Array.from({ length: across * down }, (_, i) => {
    const row = Math.floor(i / across);
    return { x: (i % across) * width, y: row * height, rows: rowsOf(row) };
  });
  const lengths = blocks.map(({ rows }) => rows * width * count * 2);
  const offsets = (dataAt) => {
    let next = dataAt;
    return lengths.map((length) => {
      next += length;
      return next - length;
    });
  };
  const items = BANDS.map(
    (name, b) => `<Item name="DESCRIPTION" sample="${b}" role="description">${name}</Item>`,
  );
  const header = tiffHeader((dataAt) =>
    [
      [256, 4, [side]],
      [257, 4, [side]],
      [258, 3, BANDS.map(() => 16)],
      [259, 3, [1]],
      [262, 3, [1]],
      [277, 3, [count]],
      [284, 3, [1]],
      [338, 3, BANDS.slice(1).map(() => 0)],
      [42_112, 2, [...Buffer.from(`<GDALMetadata>${items.join('')}</GDALMetadata>\0`)]],
      ...(LAYOUT === 'tiles'
        ? [
            [322, 4, [TILE]],
            [323, 4, [TILE]],
            [324, 4, offsets(dataAt)],
            [325, 4, lengths],
          ]
        : [
            [273, 4, offsets(dataAt)],
            [278, 4, [STRIP_ROWS]],
            [279, 4, lengths],
          ]),
    ].sort(([a], [b]) => a - b),
  );
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (const { x, y, rows } of blocks) {
    const samples = new Uint16Array(rows * width * count);
    let i = 0;
    for (let row = y; row < y + rows; row++) {
      for (let column = x; column < x + width; column++) {
        const at = (row % PERIOD) * PERIOD + (column % PERIOD);
        const cloudy = cover[at] > threshold;
        for (let b = 0; b < count - 1; b++)
          samples[i++] = cloudy ? 7000 + 200 * b : 1200 + 300 * b + ((at * 37) % 97);
        samples[i++] = cloudy ? 9 : 4;
      }
    }
    writeSync(file, samples);
  }
  closeSync(file);
}

/** Header and directory of a little-endian TIFF whose data follows at once. */
function tiffHeader(entriesAt) {
  const sizes = { 2: 1, 3: 2, 4: 4 };
  const layout = (entries) => {
    let next = 8 + 2 + entries.length * 12 + 4;
    const places = entries.map(([, type, values]) => {
      const length = values.length * sizes[type];
      if (length <= 4) return null;
      const at = next;
      next += length + (length % 2);
      return at;
    });
    return { places, end: next };
  };
  const { places, end } = layout(entriesAt(0));
  const entries = entriesAt(end);
  const out = Buffer.alloc(end);
  out.write('II*\0', 'latin1');
  out.writeUInt32LE(8, 4);
  out.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, values], i) => {
    const entry = 10 + 12 * i;
    out.writeUInt16LE(tag, entry);
    out.writeUInt16LE(type, entry + 2);
    out.writeUInt32LE(values.length, entry + 4);
    if (places[i] !== null) out.writeUInt32LE(places[i], entry + 8);
    values.forEach((value, k) => {
      out.writeUIntLE(value, (places[i] ?? entry + 8) + k * sizes[type], sizes[type]);
    });
  });
  return out;
}
