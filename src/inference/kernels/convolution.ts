import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { addressOf, allocate, type KernelsModule, kernelsOf, scratchOf } from './module.ts';

/** FusedConv2D by Winograd's method where that is possible, else as the back end does it. */
export function convolution(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const kernels = kernelsOf(backend);
    if (!kernels || !isSuited(call)) return own(call);
    const { x, filter, bias } = call.inputs as unknown as Inputs;
    const { activation } = call.attrs as unknown as tf.FusedConv2DAttrs;
    const [, height, width, ins] = x.shape;
    const outs = filter.shape[3];
    const packed = packedFilter(backend, kernels, filter);
    const scratch = scratchOf(backend, kernels, kernels.code.scratchBytes(height, width, ins, outs));
    const out = backend.makeOutput([1, height, width, outs], 'float32');
    kernels.code.convolve(
      addressOf(backend, x),
      height,
      width,
      ins,
      packed,
      outs,
      bias ? addressOf(backend, bias) : 0,
      activation === 'relu' ? 1 : 0,
      addressOf(backend, out),
      scratch,
    );
    return out;
  };
}

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
}

/** 3 x 3, stride 1, zeros around, one image. */
function isSuited(call: Parameters<tf.KernelFunc>[0]): boolean {
  const { x, filter, bias } = call.inputs as unknown as Inputs;
  const { strides, pad, dilations, dataFormat, activation } = call.attrs as unknown as tf.FusedConv2DAttrs;
  const are = (given: number | readonly number[], wanted: number) =>
    [given].flat().every((value) => value === wanted);
  return (
    dataFormat === 'NHWC' &&
    pad === 'same' &&
    are(strides, 1) &&
    are(dilations, 1) &&
    (activation === 'relu' || activation === 'linear') &&
    x.shape[0] === 1 &&
    filter.shape[0] === 3 &&
    filter.shape[1] === 3 &&
    [x, filter, ...(bias ? [bias] : [])].every(({ dtype }) => dtype === 'float32')
  );
}

function packedFilter(backend: BackendWasm, { code, packed }: KernelsModule, filter: tf.TensorInfo): number {
  const known = packed.get(filter.dataId);
  if (known) return known;
  const [, , ins, outs] = filter.shape;
  const to = allocate(backend, code.filterBytes(ins, outs));
  code.packFilter(addressOf(backend, filter), ins, outs, to);
  packed.set(filter.dataId, to);
  return to;
}
