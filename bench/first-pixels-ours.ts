/**
 * Our part of first-pixels.mjs: what the display worker does from a dropped file to a view of the whole scene.
 * `node ours.js FILE` prints milliseconds as JSON.
 */
import { fileSource } from '../src/cli/node-source.ts';
import { displayStore } from '../src/pipeline/enhance/display-store.ts';
import { displayTile, firstDisplayBands } from '../src/pipeline/enhance/display-tile.ts';
import { needsPreview, withPreview } from '../src/pipeline/enhance/preview.ts';
import { sceneStretch } from '../src/pipeline/enhance/stretch.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';
import { memoryPages } from '../src/pipeline/pages.ts';

/** A map of this many pixels shows the whole scene at first. */
const MAP = 1200;
const TILE = 256;
const PREVIEW_BYTES = 256 * 2 ** 20;

const start = performance.now();
const since = () => Math.round(performance.now() - start);
const opened = await openScene(await fileSource(process.argv[2]));
const milliseconds: Record<string, number> = { opened: since() };
const source = needsPreview(opened) ? withPreview(opened, memoryPages(), PREVIEW_BYTES) : opened;
const { width, height } = source.scene.grid;
const bands = firstDisplayBands(source.scene);
await sceneStretch(source, bands);
milliseconds.stretched = since();

const step = 2 ** Math.ceil(Math.log2(Math.max(width, height) / MAP));
async function view(side: number, zoom: number, note?: string): Promise<void> {
  const span = TILE * zoom;
  const tiles: Promise<unknown>[] = [];
  for (let y = 0; y < Math.min(height, side); y += span) {
    for (let x = 0; x < Math.min(width, side); x += span) {
      const window = { x, y, width: span, height: span };
      const request = { layer: 'before' as const, window, width: TILE, height: TILE, bands };
      const tile = displayTile(source, displayStore(), request);
      tiles.push(tile);
      if (note) tile.then(() => (milliseconds[note] ??= since()));
    }
  }
  await Promise.all(tiles);
}
await view(Math.max(width, height), step, 'firstTile');
milliseconds.wholeView = since();
const zooming = performance.now();
await view(MAP * 4, 4);
milliseconds.zoomedIn = Math.round(performance.now() - zooming);
console.log(
  JSON.stringify({ ...milliseconds, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }),
);
process.exit();
