import { expect, test } from 'vitest';
import { displayStore } from '../enhance/display-store.ts';
import { displayTile } from '../enhance/display-tile.ts';
import { NO_ENHANCEMENT } from '../enhance/enhance.ts';
import { openScene } from '../ingest/open.ts';
import type { Window } from '../scene.ts';
import { memorySource } from '../testing/memory-source.ts';
import { blobSink } from './blob-sink.ts';
import { type Look, writePicture } from './picture.ts';

const look: Look = {
  bands: [2, 1, 0],
  stretch: [0, 1, 2].map(() => ({ low: 0.1, high: 0.3 })),
  gamma: 2,
  enhancement: NO_ENHANCEMENT,
};

test('a picture is what the map draws: stretched, brightened, in 8 bits, with no data left out', async () => {
  const source = memorySource({
    width: 600,
    height: 40,
    roles: ['blue', 'green', 'red'],
    nodata: 0,
    sample: (x, _, band) => (x < 10 ? 0 : [500, 1500, 5000][band]),
  });
  const tile = (window: Window) =>
    displayTile(source, displayStore(), {
      layer: 'before',
      window,
      width: window.width,
      height: window.height,
      bands: look.bands,
    });
  const sink = blobSink();
  await writePicture(source.scene, look, tile, sink);
  const { scene, read } = await openScene(new File([sink.toBlob()], 'picture.tif'));
  expect(scene.sampleType).toBe('uint8');
  expect(scene.grid).toMatchObject({ width: 600, height: 40 });
  expect(scene.metadata.gdalMetadata).toContain('For viewing only');
  const { bands } = await read({ x: 0, y: 0, width: 600, height: 40 });
  // Red 0.5 lies above white, green 0.15 at a quarter of the range, blue 0.05 below black.
  expect(bands.slice(0, 3).map((band) => band[300])).toEqual([255, 128, 0]);
  expect([bands[3][5], bands[3][300]]).toEqual([0, 255]);
});
