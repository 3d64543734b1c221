import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PipelineError } from '../pipeline/errors.ts';
import {
  DETECTOR_CHANNELS,
  DETECTOR_CLASSES,
  GENERATOR_CHANNELS,
  GENERATOR_OUTPUTS,
} from '../pipeline/networks.ts';
import { english } from '../pipeline/phrase.ts';
import { createNetworks, type StartedNetworks } from './networks.ts';
import { expectedOutput, type SyntheticOptions, serve, syntheticModel } from './testing/synthetic-models.ts';
import { NODE_WASM } from './testing/wasm-in-node.ts';

function start(detector: SyntheticOptions = {}, signal?: AbortSignal): Promise<StartedNetworks> {
  const fetchBytes = serve({
    detector: syntheticModel('detector', DETECTOR_CHANNELS, DETECTOR_CLASSES, detector),
    generator: syntheticModel('generator', GENERATOR_CHANNELS, GENERATOR_OUTPUTS),
    'generator-six': syntheticModel('six', GENERATOR_CHANNELS, GENERATOR_OUTPUTS, { offset: 100 }),
  });
  return createNetworks({ modelsUrl: 'memory:/', wasmFiles: NODE_WASM, fetchBytes }, signal);
}

let started: StartedNetworks | null = null;
afterEach(() => {
  started?.dispose();
  started = null;
});

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => (thrown instanceof PipelineError ? thrown.code : thrown),
  );

describe('createNetworks', () => {
  test('passes over WebGPU where there is none, says why, and starts WASM', async () => {
    started = await start();
    expect(started.report.backend).toBe('wasm');
    expect(english(started.report.detail)).toBe('SIMD, 1 thread');
    expect(started.report.passedOver).toEqual([
      { backend: 'webgpu', reason: { text: expect.stringMatching(/no WebGPU|no graphics adapter/) } },
    ]);
    expect(started.networks.models.detector).toMatchObject({ name: 'detector', version: '1.2.3' });
    expect(started.networks.models.detector.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('passes over a graphics adapter that does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('navigator', { gpu: { requestAdapter: () => new Promise(() => {}) } });
    try {
      const starting = start();
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      vi.advanceTimersByTime(30_000);
      started = await starting;
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
    expect(started.report.backend).toBe('wasm');
    expect(started.report.passedOver).toEqual([
      { backend: 'webgpu', reason: { text: 'it does not answer' } },
    ]);
  });

  test('waits minutes for WASM, after which nothing comes', async () => {
    const { instantiate } = WebAssembly;
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const slow = vi.spyOn(WebAssembly, 'instantiate').mockImplementation((async (
      ...given: Parameters<typeof instantiate>
    ) => {
      await begun;
      return instantiate(...given);
    }) as typeof instantiate);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const starting = start();
      await vi.waitFor(() => expect(slow).toHaveBeenCalled());
      vi.advanceTimersByTime(5 * 60_000);
      begin();
      started = await starting;
    } finally {
      slow.mockRestore();
      vi.useRealTimers();
    }
    expect(started.report.backend).toBe('wasm');
  });

  test('computes what the graph says, on any tile shape', async () => {
    started = await start();
    const input = Float32Array.from({ length: 16 * 24 * DETECTOR_CHANNELS }, (_, i) => (i % 32) / 32);
    const output = await started.networks.detect(input, 16, 24);
    expect(Array.from(output)).toEqual(expectedOutput(input, DETECTOR_CHANNELS, DETECTOR_CLASSES));
  });

  test('a picture in which no band is missing goes to the generator for six bands', async () => {
    started = await start();
    expect(started.networks.models.generatorSix).toMatchObject({ name: 'six' });
    const tile = (presence: number[]) =>
      Float32Array.from(
        { length: 64 * GENERATOR_CHANNELS },
        (_, i) => presence[(i % GENERATOR_CHANNELS) - 6] ?? 0,
      );
    expect((await started.networks.generate(tile([1, 1, 1, 1, 0, 1]), 8, 8))[0]).toBe(5 / 8);
    expect((await started.networks.generate(tile([1, 1, 1, 1, 1, 1]), 8, 8))[0]).toBe(6 / 8 + 100);
  });

  test('leaves no tensor behind', async () => {
    started = await start();
    const tile = new Float32Array(8 * 8 * GENERATOR_CHANNELS).fill(0.5);
    await started.networks.generate(tile, 8, 8);
    const before = tf.engine().state.numTensors;
    for (let i = 0; i < 5; i++) await started.networks.generate(tile, 8, 8);
    expect(tf.engine().state.numTensors).toBe(before);
    started.dispose();
    started = null;
    expect(tf.engine().state.numTensors).toBe(0);
  });

  test('refuses a back end that computes wrongly', async () => {
    const thrown = await start({ goldenError: 0.002 }).catch((error) => error);
    expect(thrown).toBeInstanceOf(PipelineError);
    expect(thrown.code).toBe('backend/none');
    expect(thrown.message).toMatch(/wasm: it computes wrongly: detector is off by 0\.0020/);
    expect(tf.engine().state.numTensors).toBe(0);
  });

  test.each(['model.json', 'weights.bin', 'golden.bin'] as const)(
    'notices that %s is damaged',
    async (damage) => {
      expect(await failure(start({ damage }))).toBe('model/corrupt');
    },
  );

  test('says so when a model cannot be fetched', async () => {
    const work = createNetworks({ modelsUrl: 'http://127.0.0.1:9/', wasmFiles: NODE_WASM });
    expect(await failure(work)).toBe('model/unavailable');
  });

  test('says so when the server of a model falls silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = vi.fn(
      (_: URL, { signal }: RequestInit) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    );
    vi.stubGlobal('fetch', asked);
    try {
      const work = failure(createNetworks({ modelsUrl: 'https://example.org/', wasmFiles: NODE_WASM }));
      await vi.advanceTimersByTimeAsync(61_000);
      expect(await work).toBe('model/unavailable');
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });

  test('can be cancelled', async () => {
    expect(await failure(start({}, AbortSignal.abort()))).toBe('job/cancelled');
  });

  test('a result that is aborted means that the device is gone, not that someone cancelled', async () => {
    started = await start();
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    data.mockRejectedValueOnce(new DOMException('The buffer was destroyed', 'AbortError'));
    const tile = new Float32Array(8 * 8 * GENERATOR_CHANNELS);
    expect(await failure(started.networks.generate(tile, 8, 8))).toBe('backend/lost');
    data.mockRestore();
  });

  test('rejects input of the wrong size', async () => {
    started = await start();
    expect(await failure(started.networks.detect(new Float32Array(10), 8, 8))).toBe('internal/unexpected');
  });
});
