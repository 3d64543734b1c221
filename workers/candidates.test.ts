import { expect, test } from 'vitest';
import { buildTiff } from '../src/pipeline/testing/tiff-builder.ts';
import { candidates } from './candidates.ts';

/** A pixel of three bands. */
function image(name: string): File {
  const tag = (type: number, ...values: number[]) => ({ type, values });
  const [short, long] = [3, 4];
  const bytes = buildTiff({
    data: new Uint8Array(3),
    directories: [
      {
        256: tag(short, 1),
        257: tag(short, 1),
        258: tag(short, 8, 8, 8),
        259: tag(short, 1),
        262: tag(short, 2),
        273: tag(long, 16),
        277: tag(short, 3),
        278: tag(short, 1),
        279: tag(long, 3),
      },
    ],
  });
  return new File([bytes], name);
}

test('every opening takes or drops what was read for it, whatever was read since', async () => {
  const read = candidates();
  const { signal } = new AbortController();
  for (const [opening, name] of ['a.tif', 'b.tif', 'c.tif'].entries())
    await read.read(opening, image(name), {}, signal);
  read.drop(1);
  expect([0, 1, 2].map((opening) => read.take(opening)?.source.scene.name)).toEqual([
    'a.tif',
    undefined,
    'c.tif',
  ]);
  expect(read.take(0)).toBeUndefined();
});
