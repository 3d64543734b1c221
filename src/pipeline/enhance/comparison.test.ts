import { describe, expect, it } from 'vitest';
import { fixture } from '../testing/fixtures.ts';
import { buildTiff } from '../testing/tiff-builder.ts';
import { comparisonTile, openComparison } from './comparison.ts';

const SHORT = 3;
const LONG = 4;

/** 2 x 2 pixels of classes as a palette image, as our mask and provenance files are. */
function classFile(...values: [number, number, number, number]): File {
  const tag = (type: number, ...numbers: number[]) => ({ type, values: numbers });
  const bytes = buildTiff({
    data: Uint8Array.from(values),
    directories: [
      {
        256: tag(SHORT, 2),
        257: tag(SHORT, 2),
        258: tag(SHORT, 8),
        259: tag(SHORT, 1),
        262: tag(SHORT, 3),
        273: tag(LONG, 16),
        277: tag(SHORT, 1),
        278: tag(SHORT, 2),
        279: tag(LONG, 4),
        320: tag(SHORT, ...new Array(768).fill(0)),
        42113: { type: 2, values: '255' },
      },
    ],
  });
  return new File([bytes], 'mask.tif');
}

/** 2 x 2 pixels of three bands of the value given. */
function image(value: number, width = 2): File {
  const tag = (type: number, ...numbers: number[]) => ({ type, values: numbers });
  const bytes = buildTiff({
    data: new Uint8Array(width * 6).fill(value),
    directories: [
      {
        256: tag(SHORT, width),
        257: tag(SHORT, 2),
        258: tag(SHORT, 8, 8, 8),
        259: tag(SHORT, 1),
        262: tag(SHORT, 2),
        273: tag(LONG, 16),
        277: tag(SHORT, 3),
        278: tag(SHORT, 2),
        279: tag(LONG, width * 6),
      },
    ],
  });
  return new File([bytes], `image-${value}.tif`);
}

const whole = { window: { x: 0, y: 0, width: 2, height: 2 }, width: 2, height: 2, bands: [0, 1, 2] };

describe('a comparison of finished files', () => {
  it('shows either image, and classes as they are stored', async () => {
    const files = { before: image(51), after: image(204), mask: classFile(0, 1, 255, 3) };
    const comparison = await openComparison(files);
    const before = await comparisonTile(comparison, { ...whole, layer: 'before' });
    const after = await comparisonTile(comparison, { ...whole, layer: 'after' });
    expect([...before.data.subarray(0, 4)]).toEqual([0.2, 0.2, 0.2, 1].map(Math.fround));
    expect([...after.data.subarray(0, 4)]).toEqual([0.8, 0.8, 0.8, 1].map(Math.fround));
    const mask = await comparisonTile(comparison, { ...whole, layer: 'mask' });
    expect(mask.data).toBeInstanceOf(Uint8Array);
    expect([...mask.data]).toEqual([0, 255, 1, 255, 0, 0, 3, 255]);
  });

  it('has nothing to show of a layer that was not given', async () => {
    const comparison = await openComparison({ before: image(1), after: image(2) });
    const { data } = await comparisonTile(comparison, { ...whole, layer: 'provenance' });
    expect([...data]).toEqual(new Array(8).fill(0));
  });

  it('refuses what holds no classes for a mask or provenance, and names it', async () => {
    const files = { before: image(51), after: image(204) };
    const refused = (layer: string) => ({
      code: 'embed/bad-setting',
      message: expect.stringContaining(`cannot be used for “${layer}”`),
    });
    await expect(openComparison({ ...files, mask: image(2) })).rejects.toMatchObject(refused('mask'));
    const counts = classFile(0, 1, 2, 77);
    await expect(openComparison({ ...files, mask: counts })).rejects.toMatchObject(refused('mask'));
    const provenance = classFile(6, 4, 5, 0);
    await expect(openComparison({ ...files, mask: provenance })).rejects.toMatchObject(refused('mask'));
    await expect(openComparison({ ...files, provenance: counts })).rejects.toMatchObject(
      refused('provenance'),
    );
    expect((await openComparison({ ...files, provenance })).classes.provenance).toBeDefined();
  });

  it('refuses images of different grids, and says in what they differ', async () => {
    await expect(openComparison({ before: image(1), after: image(2, 3) })).rejects.toMatchObject({
      code: 'scene/different-grids',
      message: 'image-1.tif and image-2.tif differ in their size (2 x 2 pixels; 3 x 2).',
    });
    await expect(
      openComparison({ before: image(1), after: image(2), mask: fixture('scaled.tif') }),
    ).rejects.toMatchObject({ code: 'scene/different-grids' });
  });
});
