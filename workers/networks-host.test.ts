import { expose } from 'comlink';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { networksHost } from './networks-host.ts';
import type { InferenceApi, PipelineConfig } from './protocol.ts';

type Compute = InferenceApi['compute'];

/** What the networks' workers were started with, and what they answer. */
let starts: PipelineConfig[] = [];
let compute: Compute;
/** How often the worker was told that the user acts. */
let acts = 0;

beforeEach(() => {
  acts = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  starts = [];
  vi.stubGlobal('Worker', function fakeWorker() {
    const { port1, port2 } = new MessageChannel();
    const api: InferenceApi = {
      async start(config) {
        starts.push(config);
        const backend = config.prefer?.[0] ?? 'webgpu';
        const model = { name: 'none', version: '1', sha256: '' };
        return {
          report: {
            backend,
            detail: { text: '' },
            passedOver: [],
            goldenDifference: 0,
          },
          models: { detector: model, generator: model },
        };
      },
      compute: (...words) => compute(...words),
      giveWay: () => void acts++,
    };
    expose(api, port2);
    port1.start();
    return Object.assign(port1, { terminate: () => port1.close() });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answer = { output: new Float32Array(1), input: new Float32Array(1), milliseconds: 1 };
const never = new Promise<typeof answer>(() => {});
/** Lets messages arrive, which wait for no timer. */
async function arrive(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}
const tile = () => new Float32Array(4);
const failure = (work: Promise<unknown>) => work.catch((thrown) => thrown);

test('a graphics device that stops answering is lost after a minute, and the next back end takes over', async () => {
  const host = networksHost({ modelsUrl: '' });
  const { networks } = await host.start('full');
  compute = async () => answer;
  await networks.detect(tile(), 1, 1);
  compute = () => never;
  const lost = failure(networks.detect(tile(), 1, 1));
  await arrive();
  vi.advanceTimersByTime(59_000);
  await arrive();
  expect(await Promise.race([lost, 'waits'])).toBe('waits');
  vi.advanceTimersByTime(2_000);
  expect(await lost).toMatchObject({
    code: 'backend/lost',
    message: expect.stringMatching(/no answer for 60 seconds/),
  });
  expect(host.replace()).toBe(true);
  await host.start('full');
  expect(starts.map(({ prefer }) => prefer)).toEqual([undefined, ['wasm']]);
});

test('a tile waits for the one before it without being counted, and a slow device is given more time', async () => {
  const { networks } = await networksHost({ modelsUrl: '' }).start('full');
  const finish: ((value: typeof answer) => void)[] = [];
  compute = () => new Promise((resolve) => finish.push(resolve));
  const first = networks.detect(tile(), 1, 1);
  await arrive();
  const second = failure(networks.detect(tile(), 1, 1));
  await arrive();
  vi.advanceTimersByTime(100_000);
  finish[0](answer);
  await first;
  await arrive();
  vi.advanceTimersByTime(999_000);
  await arrive();
  expect(await Promise.race([second, 'waits'])).toBe('waits');
  vi.advanceTimersByTime(2_000);
  expect(await second).toMatchObject({ message: expect.stringMatching(/no answer for 1000 seconds/) });
});

test('WebAssembly is waited for', async () => {
  const { networks } = await networksHost({ modelsUrl: '', prefer: ['wasm'] }).start('full');
  compute = () => never;
  const computed = failure(networks.detect(tile(), 1, 1));
  await arrive();
  vi.advanceTimersByTime(24 * 3600_000);
  await arrive();
  expect(await Promise.race([computed, 'waits'])).toBe('waits');
});

test('the memory of an input is lent again', async () => {
  const { networks } = await networksHost({ modelsUrl: '' }).start('full');
  compute = async (_network, input) => ({ ...answer, input });
  const input = networks.lend!(14).fill(3);
  await networks.detect(input, 1, 1);
  expect(input.length).toBe(0);
  expect(networks.lend!(22)).toEqual(new Float32Array(22));
  expect(networks.lend!(14)).toEqual(new Float32Array(14).fill(3));
  expect(networks.lend!(14)).toEqual(new Float32Array(14));
});

test('the networks hear that the user acts', async () => {
  const host = networksHost({ modelsUrl: '' });
  host.giveWay();
  await host.start('full');
  host.giveWay();
  await arrive();
  expect(acts).toBe(1);
});

test('who computes with a generator learns that another one has taken its place', async () => {
  const host = networksHost({ modelsUrl: '' });
  compute = () => never;
  const { networks } = await host.start('light');
  const computed = failure(networks.detect(tile(), 1, 1));
  const next = host.start('full');
  expect(await Promise.race([computed, arrive()])).toMatchObject({ code: 'job/cancelled' });
  expect(await failure(networks.detect(tile(), 1, 1))).toMatchObject({ code: 'job/cancelled' });
  const starting = failure(next);
  await host.start('light');
  expect(await Promise.race([starting, arrive()])).toMatchObject({ code: 'job/cancelled' });
  expect(starts.map(({ prefer }) => prefer)).toEqual([undefined, undefined, undefined]);
});
