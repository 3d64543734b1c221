import { expect, it } from 'vitest';
import { fixture } from '../src/pipeline/testing/fixtures.ts';
import { openInput } from './open-comparison.ts';

it('images that are not those of their record are refused before they are shown', async () => {
  const image = fixture('s2-described.tif');
  const { signal } = new AbortController();
  const open = (described?: { width: number; height: number; bands: number }) =>
    openInput(
      { before: image, after: image, ...(described && { described: { name: '', crs: null, ...described } }) },
      signal,
    );
  const { grid, bands } = (await open()).opened.scene;
  const described = { width: grid.width, height: grid.height, bands: bands.length };
  await expect(open(described)).resolves.toBeDefined();
  await expect(open({ ...described, bands: 9 })).rejects.toMatchObject({ code: 'library/damaged' });
});
