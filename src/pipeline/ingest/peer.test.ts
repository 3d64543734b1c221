import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import { describe, expect, it } from 'vitest';
import { fixture, fixturePath } from '../testing/fixtures.ts';
import { openScene } from './open.ts';

/** What geotiff.js 3.0.5 reads wrongly, each seen against GDAL. */
const NOT_BY_PEER = [
  // The byte order is lost on the way to the predictor and to deferred block tables, and with LERC.
  /-MM-/,
  // The mask of a LERC block is dropped: missing samples become 0.
  /float.*-lerc/,
  // Where LERC stores bytes as they are, header and samples of the block come out together.
  /uint8.*strip-lerc/,
];

const files = readdirSync(dirname(fixturePath('x'))).filter(
  (name) => /^(layout-|jpeg-(rgb|rgba|bands)\.)/.test(name) && !NOT_BY_PEER.some((fault) => fault.test(name)),
);

describe('geotiff.js, where it reads right, reads the same', () => {
  it.each(files)('%s', async (name) => {
    const source = await openScene(fixture(name));
    const { width, height } = source.scene.grid;
    const ours = await source.read({ x: 0, y: 0, width, height });
    const image = await (await fromArrayBuffer(await fixture(name).arrayBuffer())).getImage();
    const theirs = await image.readRasters({ interleave: false });
    ours.bands.forEach((samples, band) => {
      expect(Array.from(samples)).toEqual(Array.from(theirs[band] as ArrayLike<number>));
    });
  });

  it('on a good number of files', () => {
    expect(files.length).toBeGreaterThan(15);
  });
});
