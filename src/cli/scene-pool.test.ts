import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NetworksConfig, Task } from './protocol.ts';
import { processScenes } from './scene-pool.ts';

vi.mock('node:worker_threads', async () => {
  const { EventEmitter } = await import('node:events');
  /** A thread that dies of its first scene. */
  class Worker extends EventEmitter {
    postMessage() {
      setTimeout(() => this.emit('exit', 1));
    }
    terminate() {}
  }
  return { Worker };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function processed(path: string, resume: boolean) {
  const task = { outputs: [{ product: 'result', path }], resume } as Partial<Task> as Task;
  const listener = { onEvent: () => undefined, onEnd: () => undefined };
  const { signal } = new AbortController();
  return processScenes([task], 1, {} as NetworksConfig, listener, signal);
}

test('a scene whose output another command is making fails, and the files of that command stay', async () => {
  const path = join(folder, 'out.tif');
  for (const ending of ['part', 'pages']) writeFileSync(`${path}.${ending}`, 'theirs');
  writeFileSync(path.replace(/tif$/, 'lock'), `${process.ppid} ${hostname()}`);
  const results = await processed(path, true);
  expect(results).toMatchObject([{ status: 'failed', error: { code: 'output/in-use' } }]);
  expect(readdirSync(folder)).toEqual(['out.lock', 'out.tif.pages', 'out.tif.part']);
});

test.each([
  [true, ['out.tif.pages']],
  [false, []],
])('when the thread of a scene dies with resume %s, its folder holds %j', async (resume, kept) => {
  const path = join(folder, 'out.tif');
  for (const ending of ['part', 'scratch', 'pages']) writeFileSync(`${path}.${ending}`, '');
  const results = await processed(path, resume);
  expect(results).toMatchObject([{ status: 'failed', error: { code: 'worker/crashed' } }]);
  expect(readdirSync(folder)).toEqual(kept);
});
