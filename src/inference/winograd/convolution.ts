import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { WINOGRAD_CODE } from './code.ts';

/** What the module of assembly/winograd.ts exports; addresses in bytes. */
interface WinogradExports {
  filterBytes(ins: number, outs: number): number;
  scratchBytes(height: number, width: number, ins: number, outs: number): number;
  packFilter(filter: number, ins: number, outs: number, packed: number): void;
  convolve(
    x: number,
    height: number,
    width: number,
    ins: number,
    packed: number,
    outs: number,
    bias: number,
    relu: number,
    out: number,
    scratch: number,
  ): void;
}

/** The module in a back end's memory, and what it keeps there until the back end is disposed of. */
interface Winograd {
  readonly code: WinogradExports;
  /** Addresses of packed filters. */
  readonly packed: WeakMap<object, number>;
  scratch: { address: number; bytes: number };
}

const started = new WeakMap<BackendWasm, Winograd>();

/** What Emscripten's module has beyond the types that the back end gives it. */
interface Module {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const moduleOf = (backend: BackendWasm) => backend.wasm as unknown as Module;

/** Lets {@link fastConvolution} take the 3 x 3 convolutions of a back end; without SIMD there is nothing to gain. */
export async function startWinograd(backend: BackendWasm): Promise<void> {
  const { memory } = moduleOf(backend).asm;
  const bytes = Uint8Array.from(atob(WINOGRAD_CODE), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  started.set(backend, {
    code: instance.exports as unknown as WinogradExports,
    packed: new WeakMap(),
    scratch: { address: 0, bytes: 0 },
  });
}

/** FusedConv2D by Winograd's method where that is possible, else as the back end does it. */
export function fastConvolution(own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const backend = call.backend as BackendWasm;
    const winograd = started.get(backend);
    if (!winograd || !isSuited(call)) return own(call);
    const { x, filter, bias } = call.inputs as unknown as Inputs;
    const [, height, width, ins] = x.shape;
    const outs = filter.shape[3];
    const address = (tensor: tf.TensorInfo) => backend.getMemoryOffset(tensor.dataId) >>> 0;
    const packed = packedFilter(winograd, backend, filter, address(filter));
    const scratch = scratchOf(winograd, backend, winograd.code.scratchBytes(height, width, ins, outs));
    const out = backend.makeOutput([1, height, width, outs], 'float32');
    const relu = isRelu(call) ? 1 : 0;
    winograd.code.convolve(
      address(x),
      height,
      width,
      ins,
      packed,
      outs,
      bias ? address(bias) : 0,
      relu,
      address(out),
      scratch,
    );
    return out;
  };
}

type Call = Parameters<tf.KernelFunc>[0];
interface Inputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
}

const isRelu = ({ attrs }: Call) => (attrs as unknown as tf.FusedConv2DAttrs).activation === 'relu';

function isSuited(call: Call): boolean {
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

function packedFilter(
  { code, packed }: Winograd,
  backend: BackendWasm,
  filter: tf.TensorInfo,
  from: number,
): number {
  const known = packed.get(filter.dataId);
  if (known) return known;
  const [, , ins, outs] = filter.shape;
  const to = allocate(backend, code.filterBytes(ins, outs));
  code.packFilter(from, ins, outs, to);
  packed.set(filter.dataId, to);
  return to;
}

function scratchOf(winograd: Winograd, backend: BackendWasm, bytes: number): number {
  if (bytes > winograd.scratch.bytes) {
    if (winograd.scratch.address) moduleOf(backend)._free(winograd.scratch.address);
    winograd.scratch = { address: allocate(backend, bytes), bytes };
  }
  return winograd.scratch.address;
}

function allocate(backend: BackendWasm, bytes: number): number {
  const address = moduleOf(backend)._malloc(bytes) >>> 0;
  if (address === 0) throw new RangeError(`No room for ${bytes} bytes in the memory of the WASM back end.`);
  return address;
}
