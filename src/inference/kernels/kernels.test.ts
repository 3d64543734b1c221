/** Our kernels do what the CPU back end does. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StartedBackend } from '../backend.ts';
import { NODE_WASM } from '../testing/wasm-in-node.ts';
import { startWasm } from '../wasm.ts';

let started: StartedBackend;
beforeAll(async () => {
  started = await startWasm(NODE_WASM);
});
afterAll(() => started.dispose());

const numbers = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 43.7);

async function onBoth(compute: () => tf.Tensor): Promise<void> {
  await tf.setBackend('cpu');
  const expected = tf.tidy(() => compute().arraySync());
  await tf.setBackend('wasm');
  const live = tf.memory().numTensors;
  expect(tf.tidy(() => compute().arraySync())).toEqual(expected);
  expect(tf.memory().numTensors).toBe(live);
}

test.each([
  [1, 3, 5, 8, 2],
  [2, 4, 3, 36, 3],
  [1, 40, 40, 256, 2],
])('DepthToSpace of %d x %d x %d x %d, block %d', (n, h, w, c, block) =>
  onBoth(() => tf.depthToSpace(tf.tensor4d(numbers(n * h * w * c), [n, h, w, c]), block)),
);

test.each([
  [
    [0, 0, 0, 0],
    [-1, -1, -1, 6],
  ],
  [
    [0, 0, 0, 9],
    [-1, -1, -1, -1],
  ],
  [
    [0, 1, 2, 3],
    [1, 2, 3, 4],
  ],
])('Slice from %j of size %j', (begin, size) =>
  onBoth(() => tf.slice(tf.tensor4d(numbers(4 * 5 * 15), [1, 4, 5, 15]), begin, size)),
);

test.each([[3], [-1], [1]])('Concat on axis %d', (axis) =>
  onBoth(() => {
    const shape: [number, number, number, number] = [1, 4, 5, 6];
    const other: [number, number, number, number] = axis === 1 ? [1, 2, 5, 6] : [1, 4, 5, 1];
    return tf.concat(
      [tf.tensor4d(numbers(120), shape), tf.tensor4d(numbers(axis === 1 ? 60 : 20), other)],
      axis,
    );
  }),
);

test.each([
  [
    [2, 3, 5],
    [2, 3, 5],
  ],
  [[1, 7, 6], [6]],
  [[3, 9], []],
  [
    [4, 1],
    [1, 1],
  ],
  [[5], [4, 5]],
  [
    [4, 5, 3],
    [5, 1],
  ],
])('Add and Multiply of %j and %j', async (a, b) => {
  const tensor = (shape: number[]) => tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape);
  await onBoth(() => tf.add(tensor(a), tensor(b)));
  await onBoth(() => tf.mul(tensor(a), tensor(b)));
});

test.each<[string, (x: tf.Tensor) => tf.Tensor, number[]]>([
  ['Exp', tf.exp, [3, 4, 7]],
  ['Tanh', tf.tanh, [3, 4, 7]],
  ['Tanh near 0', (x) => tf.tanh(tf.mul(x, 1e-4)), [64]],
  ['Exp of an odd number', tf.exp, [5]],
  ['Softmax of four', (x) => tf.softmax(x), [9, 4]],
  ['Softmax of five', (x) => tf.softmax(x), [9, 5]],
])('%s', async (_, compute, shape) => {
  const values = numbers(tf.util.sizeFromShape(shape));
  const on = async (backend: string) => {
    await tf.setBackend(backend);
    return tf.tidy(() => compute(tf.tensor(values, shape)).dataSync());
  };
  const expected = await on('cpu');
  const found = await on('wasm');
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThan(3e-7 * Math.max(1, expected[i]));
  });
});

test('Exp and Tanh of what is no number, and of what is too large', async () => {
  await tf.setBackend('wasm');
  const [large, small, none] = tf.tidy(() => tf.exp(tf.tensor1d([1e4, -1e4, Number.NaN, 0])).dataSync());
  expect(large).toBeGreaterThan(1e38);
  expect(small).toBeLessThan(1e-37);
  expect(none).toBeNaN();
  const tanh = tf.tidy(() => tf.tanh(tf.tensor1d([1e4, -1e4, Number.NaN, 0])).dataSync());
  expect([...tanh]).toEqual([1, -1, Number.NaN, 0]);
});

test('whole numbers keep the kernels of the back end', () =>
  onBoth(() => tf.slice(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32'), [0, 1], [2, 2])));
