import { getEventListeners } from 'node:events';
import { expose, type Remote } from 'comlink';
import { describe, expect, test } from 'vitest';
import { jobs } from '../../workers/crossing.ts';
import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { preferredBackends } from './create-engine.ts';
import { workerClient } from './worker-client.ts';

function api() {
  const running = jobs();
  return {
    cancel: running.cancel,
    prepared: false,
    prepare() {
      this.prepared = true;
    },
    isPrepared() {
      return this.prepared;
    },
    fail: (): Promise<void> =>
      Promise.reject(new PipelineError('file/truncated', phrase('It ends early.'), phrase('Copy it again.'))),
    failOddly: (): Promise<void> => Promise.reject(new Error('odd')),
    hang: (job: number) =>
      running.run(
        job,
        (signal) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
          }),
      ),
  };
}
type Api = ReturnType<typeof api>;

/** A worker's message channel without the thread. */
class FakeWorker extends EventTarget {
  static all: FakeWorker[] = [];
  terminated = false;
  readonly channel = new MessageChannel();

  constructor() {
    super();
    FakeWorker.all.push(this);
    expose(api(), this.channel.port2);
    this.channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }));
  }

  postMessage(message: unknown, transfer: Transferable[] = []) {
    this.channel.port1.postMessage(message, transfer);
  }

  terminate() {
    this.terminated = true;
    this.channel.port1.close();
  }
}

function client() {
  const create = () => new FakeWorker() as unknown as Worker;
  return workerClient<Api>(create, async (worker: Remote<Api>) => {
    await worker.prepare();
  });
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => (thrown instanceof PipelineError ? thrown.toReport() : thrown),
  );

describe('workerClient', () => {
  test('starts no worker before the first call, and prepares it first', async () => {
    const started = FakeWorker.all.length;
    const worker = client();
    expect(FakeWorker.all.length).toBe(started);
    expect(await worker.call((a) => a.isPrepared())).toBe(true);
    worker.stop();
    expect(FakeWorker.all.at(-1)?.terminated).toBe(true);
  });

  test('errors keep code, message and remedy; others become unexpected', async () => {
    const worker = client();
    const report = {
      code: 'file/truncated',
      message: phrase('It ends early.'),
      remedy: phrase('Copy it again.'),
    };
    expect(await failure(worker.call((a) => a.fail()))).toEqual(report);
    expect(await failure(worker.call((a) => a.failOddly()))).toMatchObject({ code: 'internal/unexpected' });
    worker.stop();
  });

  test('a signal cancels the job in the worker', async () => {
    const worker = client();
    const controller = new AbortController();
    const work = worker.call((a, job) => a.hang(job), controller.signal);
    setTimeout(() => controller.abort(), 20);
    expect(await failure(work)).toMatchObject({ code: 'job/cancelled' });
    expect(await failure(worker.call((a) => a.isPrepared(), AbortSignal.abort()))).toMatchObject({
      code: 'job/cancelled',
    });
    worker.stop();
  });

  test('a crash rejects every pending call, and the next call starts a new worker', async () => {
    const worker = client();
    const pending = [1, 2].map(() => failure(worker.call((a, job) => a.hang(job))));
    await worker.call((a) => a.isPrepared());
    const crashed = FakeWorker.all.at(-1)!;
    crashed.dispatchEvent(new Event('error', { cancelable: true }));
    for (const report of await Promise.all(pending)) expect(report).toMatchObject({ code: 'worker/crashed' });
    expect(crashed.terminated).toBe(true);
    expect(worker.alive).toBe(false);
    expect(await worker.call((a) => a.isPrepared())).toBe(true);
    expect(FakeWorker.all.at(-1)).not.toBe(crashed);
    worker.stop();
  });
});

test('a signal has nothing left to cancel once the worker has crashed', async () => {
  const worker = client();
  const controller = new AbortController();
  const pending = failure(worker.call((a, job) => a.hang(job), controller.signal));
  await worker.call((a) => a.isPrepared());
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  FakeWorker.all.at(-1)?.dispatchEvent(new Event('error', { cancelable: true }));
  expect(await pending).toMatchObject({ code: 'worker/crashed' });
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('preferredBackends reads the address', () => {
  expect(preferredBackends('?backend=webgpu&x=1')).toEqual(['webgpu', 'wasm']);
  expect(preferredBackends('?backend=wasm')).toEqual(['wasm']);
  expect(preferredBackends('?backend=abacus')).toBeUndefined();
});
