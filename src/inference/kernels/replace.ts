import * as tf from '@tensorflow/tfjs-core';
import { add, multiply } from './arithmetic.ts';
import { convolution } from './convolution.ts';
import { exponential, softmax, tanh } from './exponential.ts';
import { concatOfChannels, depthToSpace, sliceOfChannels } from './moves.ts';

/**
 * Kernels that are faster than those of the WASM back end, each with the cases that our networks have; all others are
 * left to the back end's own (docs/decisions/0018-wasm-kernels.md).
 */
const KERNELS: Readonly<Record<string, (own: tf.KernelFunc) => tf.KernelFunc>> = {
  FusedConv2D: convolution,
  Add: add,
  Multiply: multiply,
  Exp: exponential,
  Tanh: tanh,
  Softmax: softmax,
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
