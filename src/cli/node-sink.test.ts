import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeNodeFiles } from './node-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const here = (...names: string[]) => names.map((name) => join(folder, name));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const PRODUCTS = ['out.tif', 'out-mask.tif', 'out-date.tif'];

const written = (...names: string[]) =>
  writeNodeFiles(here(...names), async ({ sink }, i) => {
    expect(readdirSync(folder)).not.toContain('new.tif');
    await sink.write(new TextEncoder().encode(names[i]), 0);
    return i;
  });

test('files get their names together, and replace what stood there', async () => {
  writeFileSync(join(folder, 'out-mask.tif'), 'mine');
  expect(await written('new.tif', 'out-mask.tif')).toEqual([0, 1]);
  expect(readdirSync(folder)).toEqual(['new.tif', 'out-mask.tif']);
  expect(read('out-mask.tif')).toBe('out-mask.tif');
});

test.each(PRODUCTS)('where %s cannot have its name, none gets one, and all is as it was', async (taken) => {
  mkdirSync(join(folder, taken));
  const other = taken === 'out-mask.tif' ? 'out-date.tif' : 'out-mask.tif';
  writeFileSync(join(folder, other), 'mine');
  await expect(written(...PRODUCTS)).rejects.toMatchObject({ code: 'output/failed' });
  expect(readdirSync(folder).sort()).toEqual([taken, other].sort());
  expect(read(other)).toBe('mine');
});
