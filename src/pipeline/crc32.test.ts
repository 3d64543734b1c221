import { crc32 as referenceCrc } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

it('is that of everyone else', () => {
  const data = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251);
  expect(crc32(data)).toBe(referenceCrc(data));
  expect(crc32(data.subarray(400), crc32(data.subarray(0, 400)))).toBe(referenceCrc(data));
});
