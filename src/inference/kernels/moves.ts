import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { addressOf, kernelsOf } from './module.ts';

/** NHWC of floats. */
export function depthToSpace(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const x = call.inputs.x as tf.TensorInfo;
    const { blockSize, dataFormat } = call.attrs as unknown as tf.DepthToSpaceAttrs;
    if (!code || dataFormat !== 'NHWC' || x.dtype !== 'float32') return own(call);
    const [count, height, width, depth] = x.shape;
    const channels = depth / blockSize ** 2;
    const out = backend.makeOutput([count, height * blockSize, width * blockSize, channels], x.dtype);
    const [from, to] = [x, out].map((tensor) => addressOf(backend, tensor));
    code.depthToSpace(from, count * height, width, depth, blockSize, to);
    return out;
  };
}

/** A range of the last axis, all of the others. */
export function sliceOfChannels(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const x = call.inputs.x as tf.TensorInfo;
    const { begin, size } = call.attrs as unknown as tf.SliceAttrs;
    const [begins, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
    const last = x.shape.length - 1;
    const isCut = sizes.some((length, axis) => axis < last && length !== x.shape[axis]);
    if (!code || x.dtype !== 'float32' || last < 0 || isCut) return own(call);
    const out = backend.makeOutput(sizes, x.dtype);
    const [from, to] = [x, out].map((tensor) => addressOf(backend, tensor));
    const runs = tf.util.sizeFromShape(x.shape.slice(0, last));
    code.copyRuns(from + begins[last] * FLOAT, x.shape[last], to, sizes[last], sizes[last], runs);
    return out;
  };
}

/** Tensors joined along the last axis. */
export function concatOfChannels(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const code = kernelsOf(backend)?.code;
    const tensors = Object.values(call.inputs) as tf.TensorInfo[];
    const last = tensors[0].shape.length - 1;
    const axis = tf.util.parseAxisParam((call.attrs as unknown as tf.ConcatAttrs).axis, tensors[0].shape)[0];
    if (!code || axis !== last || tensors.some(({ dtype }) => dtype !== 'float32')) return own(call);
    const channels = tensors.map(({ shape }) => shape[last]);
    const total = channels.reduce((sum, count) => sum + count, 0);
    const around = tensors[0].shape.slice(0, last);
    const out = backend.makeOutput([...around, total], 'float32');
    let to = addressOf(backend, out);
    tensors.forEach((tensor, i) => {
      const from = addressOf(backend, tensor);
      code.copyRuns(from, channels[i], to, total, channels[i], tf.util.sizeFromShape(around));
      to += channels[i] * FLOAT;
    });
    return out;
  };
}

/** Bytes of a float. */
const FLOAT = 4;
