import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { glob, isPattern } from './glob.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'unclouded-glob-'));
  mkdirSync(join(root, 'a/deep/er'), { recursive: true });
  mkdirSync(join(root, '.hidden'));
  for (const name of [
    'one.tif',
    'two.TIF',
    'b1.tif',
    'b2.tif',
    'bx.tif',
    'a/x.tif',
    'a/deep/y.tif',
    'a/deep/er/z.tif',
    '.hidden/h.tif',
    '.dot.tif',
    'plus+(1).tif',
  ]) {
    writeFileSync(join(root, name), '');
  }
  symlinkSync(root, join(root, 'a/loop'));
});
afterAll(() => rmSync(root, { recursive: true }));

const matches = (pattern: string) => glob(join(root, pattern)).map((path) => path.slice(root.length + 1));

test.each([
  ['*.tif', ['b1.tif', 'b2.tif', 'bx.tif', 'one.tif', 'plus+(1).tif']],
  ['*.{tif,TIF}', ['b1.tif', 'b2.tif', 'bx.tif', 'one.tif', 'plus+(1).tif', 'two.TIF']],
  ['b?.tif', ['b1.tif', 'b2.tif', 'bx.tif']],
  ['b[0-9].tif', ['b1.tif', 'b2.tif']],
  ['b[!1].tif', ['b2.tif', 'bx.tif']],
  ['plus+(?).tif', ['plus+(1).tif']],
  ['{one,b{1,2}}.tif', ['b1.tif', 'b2.tif', 'one.tif']],
  ['a/**/*.tif', ['a/deep/er/z.tif', 'a/deep/y.tif', 'a/x.tif']],
  ['*/x.tif', ['a/x.tif']],
  ['a/../b1.t*', ['b1.tif']],
  ['.*.tif', ['.dot.tif']],
  ['none*.tif', []],
  ['missing/*.tif', []],
])('%s', (pattern, expected) => {
  expect(matches(pattern)).toEqual(expected);
});

test('the current folder is where a relative pattern begins', () => {
  expect(glob('package*.json')).toEqual(['package-lock.json', 'package.json']);
  expect(glob('./package.jso?')).toEqual(['package.json']);
});

test('paths are no patterns', () => {
  expect(isPattern('/data/scene-1 (copy).tif')).toBe(false);
  expect(isPattern('*.tif')).toBe(true);
});
