import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdsOutput, lockOutput } from './output-lock.ts';

let folder: string;
let stem: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-lock-'));
  stem = join(folder, 'out');
  output = `${stem}.tif`;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Another command took the output, so many seconds ago. */
function heldBy(process: number, host: string, seconds = 0): void {
  writeFileSync(`${stem}.lock`, `${process} ${host}`);
  const when = Date.now() / 1000 - seconds;
  utimesSync(`${stem}.lock`, when, when);
}

const dead = () => spawnSync(process.execPath, ['-e', '']).pid;

test('an output is held until it is given back', async () => {
  const giveBack = await lockOutput(output);
  expect(holdsOutput(output)).toBe(true);
  giveBack();
  expect(holdsOutput(output)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test('outputs whose other products have the same names are held together', async () => {
  const giveBack = await lockOutput(output);
  expect(holdsOutput(`${stem}.tiff`)).toBe(true);
  giveBack();
  expect(holdsOutput(`${stem}.tiff`)).toBe(false);
});

test.each([
  ['a process that lives', () => heldBy(process.ppid, hostname(), 9999)],
  ['another machine, lately', () => heldBy(1, 'elsewhere', 30)],
  ['nobody knows whom, just now', () => writeFileSync(`${stem}.lock`, '')],
])('held by %s, it is refused', async (_, hold) => {
  hold();
  await expect(lockOutput(output)).rejects.toMatchObject({
    code: 'output/in-use',
    message: expect.stringContaining(output),
    remedy: expect.stringContaining(`${stem}.lock`),
  });
  expect(holdsOutput(output)).toBe(false);
  expect(existsSync(`${stem}.lock`)).toBe(true);
});

test.each([
  ['a process that is dead', () => heldBy(dead(), hostname())],
  ['an earlier process of this number', () => heldBy(process.pid, hostname())],
  ['another machine, long ago', () => heldBy(1, 'elsewhere', 600)],
])('left behind by %s, it is taken over', async (_, hold) => {
  hold();
  (await lockOutput(output))();
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(!existsSync('/proc/self/stat'))('a dead process that nobody has buried yet is dead', async () => {
  // It ends when the shell, which would bury it, has become another process.
  const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60']);
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (text) => resolve(Number(text))),
  );
  const state = () => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  await expect.poll(state, { timeout: 10_000 }).toBe('Z');
  heldBy(pid, hostname());
  await lockOutput(output).finally(() => parent.kill());
});

test('a folder that cannot be written to is told', async () => {
  await expect(lockOutput(join(folder, 'none', 'out.tif'))).rejects.toMatchObject({ code: 'output/failed' });
});
