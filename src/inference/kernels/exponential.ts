import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { addressOf, kernelsOf } from './module.ts';

/** Floats, as many as a multiple of 4; exact to 2e-7 of the value, or of 1 where the value is smaller. */
const ofEach =
  (name: 'exponential' | 'tanh') =>
  (own: tf.KernelFunc): tf.KernelFunc =>
  (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const { x } = call.inputs as unknown as { x: tf.TensorInfo };
    const count = tf.util.sizeFromShape(x.shape);
    if (!code || x.dtype !== 'float32' || count % 4 !== 0) return own(call);
    const out = backend.makeOutput(x.shape, 'float32');
    code[name](addressOf(backend, x), addressOf(backend, out), count);
    return out;
  };

export const exponential = ofEach('exponential');
export const tanh = ofEach('tanh');

/** Floats, over a last axis of four. */
export function softmax(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const { logits } = call.inputs as unknown as { logits: tf.TensorInfo };
    const { dim } = call.attrs as unknown as tf.SoftmaxAttrs;
    const { shape, dtype } = logits;
    const isLast = dim === -1 || dim === shape.length - 1;
    if (!code || dtype !== 'float32' || !isLast || shape.at(-1) !== 4) return own(call);
    const out = backend.makeOutput(shape, 'float32');
    code.softmaxOfFour(addressOf(backend, logits), addressOf(backend, out), tf.util.sizeFromShape(shape) / 4);
    return out;
  };
}
