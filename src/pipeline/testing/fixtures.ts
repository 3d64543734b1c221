import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SampleType } from '../scene.ts';

const FOLDER = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** A file of src/pipeline/testing/fixtures, as the browser would hand it over. */
export function fixture(name: string): File {
  return fileAt(join(FOLDER, name));
}

export function fixturePath(name: string): string {
  return join(FOLDER, name);
}

/** Root of the imagery used for measuring; tests that need it skip where it is absent. */
export const DATA =
  process.env.UNCLOUDED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

export function hasData(path: string): boolean {
  return existsSync(join(DATA, path));
}

export function dataFile(path: string): File {
  return fileAt(join(DATA, path));
}

function fileAt(path: string): File {
  return new File([readFileSync(path)], basename(path));
}

/** The content of the fixtures as scripts/make_fixtures.py writes it. */
export function expectedSample(type: SampleType, band: number, x: number, y: number): number {
  const v = (37 * x + 101 * y + 1009 * band + ((x * y) % 251)) % 4096;
  switch (type) {
    case 'uint8':
      return v % 256;
    case 'int8':
      return (v % 256) - 128;
    case 'uint16':
      return v * 16;
    case 'int16':
      return v * 16 - 32768;
    case 'uint32':
      return v * 1048576;
    case 'int32':
      return v * 1048576 - 2147483648;
    default:
      return x === 3 && y === 2 ? Number.NaN : v / 8;
  }
}
