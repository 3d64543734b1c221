import { expect, it } from 'vitest';
import { memoryPages } from '../src/pipeline/pages.ts';
import { MASK_CLASS } from '../src/pipeline/scene.ts';
import { maskFile } from '../src/pipeline/testing/mask-file.ts';
import { memorySource } from '../src/pipeline/testing/memory-source.ts';
import { openPlane, planTiles, setTile } from '../src/pipeline/tiles.ts';
import type { DisplayLink } from './display-link.ts';
import type { JobPages } from './job-pages.ts';
import { maskEditing } from './mask-editing.ts';

const { scene } = memorySource({ width: 512, height: 256, roles: ['red'], sample: () => 1 });

/** A scene of two tiles, of which the second holds no data in its right half. */
function foundPages() {
  const pages = memoryPages();
  const classes = Uint8Array.from({ length: 256 * 256 }, (_, i) => (i % 256 < 128 ? 0 : MASK_CLASS.nodata));
  setTile(openPlane(planTiles(scene.grid), pages, 'classes'), 1, classes);
  return pages;
}

it("says of a mask of the user's own what file it was, and how much of the scene's data it covers", async () => {
  const pages = { look: async () => ({ pages: foundPages(), record: {} }) } as unknown as JobPages;
  const file = maskFile({ width: 192, height: 256, pixel: 10, value: (x) => (x < 30 ? 2 : 0) });
  const taken = await maskEditing(pages, {} as DisplayLink).take('scene.tif', scene, file);
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  expect(taken).toMatchObject({
    name: 'mine.tif',
    bytes: file.size,
    sha256: Buffer.from(digest).toString('hex'),
    covers: 0.5,
  });
});
