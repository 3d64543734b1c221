import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSource } from './node-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-source-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a pipe is told, and not waited for', async () => {
  const path = join(folder, 'pipe.tif');
  execFileSync('mkfifo', [path]);
  await expect(fileSource(path)).rejects.toMatchObject({
    code: 'file/unreadable',
    message: expect.stringContaining('is a pipe'),
    remedy: expect.stringContaining('as a file'),
  });
});

test.each([
  ['missing', 'missing.tif', 'ENOENT'],
  ['below a file', 'a.tif/b.tif', 'ENOTDIR'],
])('a file that is %s is told', async (_, name, why) => {
  writeFileSync(join(folder, 'a.tif'), 'x');
  await expect(fileSource(join(folder, name))).rejects.toMatchObject({
    code: 'file/unreadable',
    message: expect.stringContaining(why),
  });
});

test.each([
  ['is cut', (path: string) => truncateSync(path, 10)],
  ['grows', (path: string) => writeFileSync(path, new Uint8Array(2000))],
  ['is written anew', (path: string) => utimesSync(path, 1, 1)],
])('a file that %s while it is open is not read any further', async (_, change) => {
  const path = join(folder, 'a.tif');
  writeFileSync(path, new Uint8Array(1000));
  const file = await fileSource(path);
  expect(await file.read(900, 200)).toHaveLength(100);
  change(path);
  await expect(file.read(0, 100)).rejects.toMatchObject({ code: 'file/changed' });
  await file.close();
});
