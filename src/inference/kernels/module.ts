import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';
import { KERNELS_CODE } from './code.ts';

/** What assembly/index.ts exports; addresses in bytes. */
interface KernelsCode {
  add(a: number, b: number, out: number, count: number): void;
  multiplyBy(a: number, b: number, period: number, out: number, count: number): void;
  exponential(x: number, out: number, count: number): void;
  tanh(x: number, out: number, count: number): void;
  softmaxOfFour(x: number, out: number, pixels: number): void;
  copyRuns(from: number, fromStep: number, to: number, toStep: number, run: number, count: number): void;
  depthToSpace(from: number, rows: number, width: number, depth: number, block: number, out: number): void;
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

/** Our kernels in a back end's memory, and what they keep there until the back end is disposed of. */
export interface KernelsModule {
  readonly code: KernelsCode;
  /** Addresses of packed filters. */
  readonly packed: WeakMap<object, number>;
  scratch: { address: number; bytes: number };
}

/** What Emscripten's module has beyond the types that the back end gives it. */
interface EmscriptenModule {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const emscriptenOf = (backend: BackendWasm) => backend.wasm as unknown as EmscriptenModule;

const started = new WeakMap<BackendWasm, KernelsModule>();

/** Puts our kernels into a back end's memory. The machine must have SIMD. */
export async function startKernels(backend: BackendWasm): Promise<void> {
  const { memory } = emscriptenOf(backend).asm;
  const bytes = Uint8Array.from(atob(KERNELS_CODE), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const code = instance.exports as unknown as KernelsCode;
  started.set(backend, { code, packed: new WeakMap(), scratch: { address: 0, bytes: 0 } });
}

/** The kernels of a back end; undefined where they were not started. */
export function kernelsOf(backend: BackendWasm): KernelsModule | undefined {
  return started.get(backend);
}

export function addressOf(backend: BackendWasm, tensor: tf.TensorInfo): number {
  return backend.getMemoryOffset(tensor.dataId) >>> 0;
}

/** Memory that is kept as long as the back end. */
export function allocate(backend: BackendWasm, bytes: number): number {
  const address = emscriptenOf(backend)._malloc(bytes) >>> 0;
  if (address === 0) throw new RangeError(`No room for ${bytes} bytes in the memory of the WASM back end.`);
  return address;
}

/** Memory that the next kernel uses again. */
export function scratchOf(backend: BackendWasm, kernels: KernelsModule, bytes: number): number {
  if (bytes > kernels.scratch.bytes) {
    if (kernels.scratch.address) emscriptenOf(backend)._free(kernels.scratch.address);
    kernels.scratch = { address: allocate(backend, bytes), bytes };
  }
  return kernels.scratch.address;
}
