import { expect, it } from 'vitest';
import { applyOverrides, openScene } from '../ingest/open.ts';
import { interpretationOf } from '../library/record.ts';
import { fixture } from '../testing/fixtures.ts';
import { blobSink } from './blob-sink.ts';
import { writeOriginal } from './products.ts';

/** Internal masks, alpha, no data, floats, scale and offset, several scales, band names, a point grid. */
const SCENES = [
  's2-described.tif',
  'scaled.tif',
  'rgba.tif',
  'float-nan.tif',
  'sparse.tif',
  'overviews.tif',
  'geographic.tif',
  'no-georeference.tif',
  'layout-int16-II-strip-lzw-1-band.tif',
];

it.each(SCENES)('%s: a copy for the library has the same samples, grid, and meaning', async (name) => {
  const source = await openScene(fixture(name));
  const sink = blobSink();
  const length = await writeOriginal(source, sink);
  const file = new File([sink.toBlob()], 'before.tif');
  expect(file.size).toBe(length);

  const bare = await openScene(file);
  const interpretation = JSON.parse(JSON.stringify(interpretationOf(source.scene)));
  const copy = applyOverrides(bare, interpretation);
  expect(copy.scene.grid).toEqual(source.scene.grid);
  expect(
    copy.scene.bands.map(({ role, scale, offset, description }) => [role, scale, offset, description]),
  ).toEqual(
    source.scene.bands.map(({ role, scale, offset, description }) => [role, scale, offset, description]),
  );
  expect(copy.scene.nodata).toEqual(source.scene.nodata);
  const { width, height } = source.scene.grid;
  const whole = { x: 0, y: 0, width, height };
  expect((await copy.read(whole)).bands).toEqual((await source.read(whole)).bands);
});
