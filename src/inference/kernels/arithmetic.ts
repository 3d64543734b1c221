import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { addressOf, kernelsOf } from './module.ts';

type Pair = Readonly<Record<'a' | 'b', tf.TensorInfo>>;

const pairOf = (call: Parameters<tf.KernelFunc>[0]) => call.inputs as unknown as Pair;
const areFloats = ({ a, b }: Pair) => a.dtype === 'float32' && b.dtype === 'float32';

/** Tensors of the same shape. */
export function add(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const { a, b } = pairOf(call);
    if (!code || !areFloats({ a, b }) || !tf.util.arraysEqual(a.shape, b.shape)) return own(call);
    const out = backend.makeOutput(a.shape, 'float32');
    const [from, and, to] = [a, b, out].map((tensor) => addressOf(backend, tensor));
    code.add(from, and, to, tf.util.sizeFromShape(a.shape));
    return out;
  };
}

/** A tensor times one of the same shape, of its last axes, or of a single value. */
export function multiply(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const { a, b } = pairOf(call);
    const count = tf.util.sizeFromShape(a.shape);
    const period = tf.util.sizeFromShape(b.shape);
    const isSuited =
      count > 0 &&
      b.shape.length <= a.shape.length &&
      (period === 1 || tf.util.arraysEqual(a.shape.slice(a.shape.length - b.shape.length), b.shape));
    if (!code || !areFloats({ a, b }) || !isSuited) return own(call);
    const out = backend.makeOutput(a.shape, 'float32');
    const [from, by, to] = [a, b, out].map((tensor) => addressOf(backend, tensor));
    code.multiplyBy(from, by, period, to, count);
    return out;
  };
}
