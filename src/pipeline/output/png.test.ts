import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodePng } from './png.ts';

it('a PNG gives its picture back', async () => {
  const [width, height] = [7, 5];
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 97 + 31 * (i % 5)) & 255);
  const file = Buffer.from(await encodePng({ width, height, rgb }));
  expect(file.subarray(12, 16).toString()).toBe('IHDR');
  const at = file.indexOf('IDAT');
  const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)));
  const back = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++) {
    expect(rows[y * (3 * width + 1)]).toBe(1);
    for (let i = 0; i < 3 * width; i++) {
      const left = i < 3 ? 0 : back[y * 3 * width + i - 3];
      back[y * 3 * width + i] = rows[y * (3 * width + 1) + 1 + i] + left;
    }
  }
  expect(back).toEqual(rgb);
  // The checksum of an empty IEND is the same in every file.
  expect(file.subarray(-4).toString('hex')).toBe('ae426082');
});
