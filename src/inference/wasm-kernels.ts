import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { fastConvolution } from './winograd/convolution.ts';

/**
 * Kernels that are faster than those of the WASM back end: its convolutions are sums, where Winograd's method needs far
 * fewer multiplications; its DepthToSpace works out the place of every value anew, and its Slice and Concat go row by
 * row through typed-array views (bench/network.mjs).
 */
const KERNELS: Readonly<Record<string, (own: tf.KernelFunc) => tf.KernelFunc>> = {
  FusedConv2D: fastConvolution,
  DepthToSpace: depthToSpace,
  Slice: sliceOfChannels,
  Concat: concatOfChannels,
};

let replaced = false;

/** Puts our kernels in place of the back end's own; the back end's module must be loaded. */
export function replaceWasmKernels(): void {
  if (replaced) return;
  replaced = true;
  for (const [kernelName, make] of Object.entries(KERNELS)) {
    const own = tf.getKernel(kernelName, 'wasm');
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ ...own, kernelFunc: make(own.kernelFunc) });
  }
}

/** Values of a tensor on the module's heap; growing the heap invalidates them, so outputs are made first. */
const valuesOf = (backend: BackendWasm, tensor: tf.TensorInfo) =>
  backend.typedArrayFromHeap(tensor) as Float32Array;

/** NHWC: a row of blocks becomes `blockSize` rows, each of runs of `blockSize` pixels. */
function depthToSpace(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const x = call.inputs.x as tf.TensorInfo;
    const { blockSize, dataFormat } = call.attrs as unknown as tf.DepthToSpaceAttrs;
    if (dataFormat !== 'NHWC' || x.dtype !== 'float32') return own(call);
    const backend = call.backend as BackendWasm;
    const [count, height, width, depth] = x.shape;
    const channels = depth / blockSize ** 2;
    const out = backend.makeOutput([count, height * blockSize, width * blockSize, channels], x.dtype);
    const from = valuesOf(backend, x);
    const to = valuesOf(backend, out);
    const run = blockSize * channels;
    let target = 0;
    for (let row = 0; row < count * height; row++) {
      for (let line = 0; line < blockSize; line++) {
        let source = row * width * depth + line * run;
        for (let column = 0; column < width; column++, source += depth, target += run) {
          for (let i = 0; i < run; i++) to[target + i] = from[source + i];
        }
      }
    }
    return out;
  };
}

/** A range of the last axis, all of the others. */
function sliceOfChannels(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const x = call.inputs.x as tf.TensorInfo;
    const { begin, size } = call.attrs as unknown as tf.SliceAttrs;
    const [begins, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
    const last = x.shape.length - 1;
    if (
      x.dtype !== 'float32' ||
      last < 0 ||
      sizes.some((length, axis) => axis < last && length !== x.shape[axis])
    ) {
      return own(call);
    }
    const backend = call.backend as BackendWasm;
    const out = backend.makeOutput(sizes, x.dtype);
    copyRuns(
      valuesOf(backend, x),
      begins[last],
      x.shape[last],
      valuesOf(backend, out),
      0,
      sizes[last],
      sizes[last],
    );
    return out;
  };
}

/** Tensors joined along the last axis. */
function concatOfChannels(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const tensors = Object.values(call.inputs) as tf.TensorInfo[];
    const last = tensors[0].shape.length - 1;
    const axis = tf.util.parseAxisParam((call.attrs as unknown as tf.ConcatAttrs).axis, tensors[0].shape)[0];
    if (axis !== last || tensors.some(({ dtype }) => dtype !== 'float32')) return own(call);
    const backend = call.backend as BackendWasm;
    const channels = tensors.map(({ shape }) => shape[last]);
    const total = channels.reduce((sum, count) => sum + count, 0);
    const out = backend.makeOutput([...tensors[0].shape.slice(0, last), total], 'float32');
    const to = valuesOf(backend, out);
    let at = 0;
    tensors.forEach((tensor, i) => {
      copyRuns(valuesOf(backend, tensor), 0, channels[i], to, at, total, channels[i]);
      at += channels[i];
    });
    return out;
  };
}

/** Copies `run` values of every `fromStep` to the place of every `toStep`. */
function copyRuns(
  from: Float32Array,
  fromStart: number,
  fromStep: number,
  to: Float32Array,
  toStart: number,
  toStep: number,
  run: number,
): void {
  for (let source = fromStart, target = toStart; target < to.length; source += fromStep, target += toStep) {
    for (let i = 0; i < run; i++) to[target + i] = from[source + i];
  }
}
