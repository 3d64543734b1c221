import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  }
  return { Worker };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [true, ['out.tif.pages']],
  [false, []],
])('when the thread of a scene dies with resume %s, its folder holds %j', async (resume, kept) => {
  const path = join(folder, 'out.tif');
  for (const ending of ['part', 'scratch', 'pages']) writeFileSync(`${path}.${ending}`, '');
  const task = { outputs: [{ product: 'result', path }], resume } as Partial<Task> as Task;
  const listener = { onEvent: () => undefined, onEnd: () => undefined };
  const results = await processScenes(
    [task],
    1,
    {} as NetworksConfig,
    listener,
    new AbortController().signal,
  );
  expect(results).toMatchObject([{ status: 'failed', error: { code: 'worker/crashed' } }]);
  expect(readdirSync(folder)).toEqual(kept);
});
