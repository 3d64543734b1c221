import { expect, it } from 'vitest';
import { fileNameOf, isTiffName, productName, sceneStem, stemOf, TIFF_ENDINGS } from './file-names.ts';

it.each([
  ['https://example.org/tiles/S2%20A.tif?token=1', 'S2 A.tif'],
  ['https://example.org/100%.tif', '100%.tif'],
  ['https://example.org/100%/a%20b.tif', 'a b.tif'],
  ['https://example.org/', ''],
])('the file at %s is called "%s"', (address, name) => {
  expect(fileNameOf(new URL(address))).toBe(name);
});

it.each([...TIFF_ENDINGS, '.TIF'])('%s is the ending of a GeoTIFF', (ending) => {
  expect([isTiffName(`a.b${ending}`), stemOf(`a.b${ending}`)]).toEqual([true, 'a.b']);
});

it.each(['a.tif.gz', 'tif', 'a.jp2'])('%s is no name of a GeoTIFF', (name) => {
  expect([isTiffName(name), stemOf(name)]).toEqual([false, name]);
});

it('products keep the stem of the scene', () => {
  expect(productName(sceneStem('a.b.TIFF'), 'result')).toBe('a.b-unclouded.tif');
  expect(productName(sceneStem('scene.tif'), 'mask')).toBe('scene-mask.tif');
  expect(productName(sceneStem(''), 'confidence')).toBe('scene-confidence.tif');
});
