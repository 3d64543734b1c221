/** The convolutions are those of the CPU back end, whatever the shape, up to the last digits of float32. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileKernels } from '../../../scripts/build-kernels.mjs';
import type { StartedBackend } from '../backend.ts';
import { NODE_WASM } from '../testing/wasm-in-node.ts';
import { startWasm } from '../wasm.ts';
import { KERNELS_CODE } from './code.ts';
import { convolution } from './convolution.ts';

test('the code is that of its source', async () => {
  expect(await compileKernels()).toBe(KERNELS_CODE);
});

let started: StartedBackend;
beforeAll(async () => {
  started = await startWasm(NODE_WASM);
});
afterAll(() => started.dispose());

/** The kernel with nothing to fall back on. */
const kernel = convolution(() => {
  throw new Error('left to the back end');
});

const numbers = (shape: number[], seed: number, scale = 1) =>
  tf.tensor(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => scale * Math.sin((i + seed) * 12.9898),
    ),
    shape,
  );

interface Options {
  readonly bias?: boolean;
  readonly activation?: 'relu' | 'linear' | 'elu';
  readonly strides?: number;
  readonly pad?: 'same' | 'valid';
  readonly side?: number;
  readonly batch?: number;
}

/** Largest difference between our kernel and the CPU back end. */
async function difference(shape: readonly number[], options: Options = {}): Promise<number> {
  const [height, width, ins, outs] = shape;
  const { bias = true, activation = 'relu', strides = 1, pad = 'same', side = 3, batch = 1 } = options;
  const inputs = () => ({
    x: numbers([batch, height, width, ins], 1) as tf.Tensor4D,
    filter: numbers([side, side, ins, outs], 2, 1 / Math.sqrt(9 * ins)) as tf.Tensor4D,
    ...(bias && { bias: numbers([outs], 3) }),
  });
  const attrs = { strides, pad, dilations: 1, dataFormat: 'NHWC' as const, activation };
  await tf.setBackend('cpu');
  const expected = tf.tidy(() => tf.fused.conv2d({ ...inputs(), ...attrs }).dataSync());
  await tf.setBackend('wasm');
  return tf.tidy(() => {
    const out = kernel({ inputs: inputs(), backend: tf.backend(), attrs }) as tf.TensorInfo;
    const got = Array.from(tf.engine().makeTensorFromTensorInfo(out).dataSync());
    expect(got.length).toBe(expected.length);
    return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  });
}

test.each([
  [1, 1, 1, 1],
  [2, 3, 4, 4],
  [5, 7, 3, 2],
  [9, 13, 14, 12],
  [3, 40, 16, 6],
  [40, 40, 96, 20],
  [17, 150, 22, 3],
  [8, 320, 8, 1],
])('%d x %d pixels, %d channels to %d', async (...shape) => {
  expect(await difference(shape)).toBeLessThan(1e-5);
  expect(await difference(shape, { bias: false, activation: 'linear' })).toBeLessThan(1e-5);
});

test('the same filter on another shape, and another filter', async () => {
  expect(await difference([8, 8, 5, 5])).toBeLessThan(1e-5);
  expect(await difference([64, 64, 5, 5])).toBeLessThan(1e-5);
  expect(await difference([12, 8, 6, 5])).toBeLessThan(1e-5);
});

test.each<Options>([
  { strides: 2 },
  { pad: 'valid' },
  { side: 2 },
  { side: 5 },
  { activation: 'elu' },
  { batch: 2 },
])('what is no convolution of its kind is left to the back end: %j', async (options) => {
  await expect(difference([8, 8, 4, 4], options)).rejects.toThrow('left to the back end');
});
