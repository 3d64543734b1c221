import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { phrase } from '../pipeline/phrase.ts';
import { BackendUnusable, type StartedBackend } from './backend.ts';
import { startKernels } from './kernels/module.ts';
import { replaceWasmKernels } from './kernels/replace.ts';
import { within } from './within.ts';

/** Addresses of the builds of the WASM back end that are used. */
export interface WasmFiles {
  readonly plain: string;
  readonly simd: string;
}

/**
 * A file that is missing or damaged is told at once; this is for a start that never settles. Nothing comes after this back end, and
 * a slow machine may take minutes.
 */
const START_LIMIT_MS = 15 * 60_000;

/**
 * Starts the WASM back end: with SIMD where the browser has it, on one thread.
 *
 * @throws BackendUnusable if the module cannot be loaded or compiled.
 */
export async function startWasm(files: WasmFiles): Promise<StartedBackend> {
  if (typeof WebAssembly === 'undefined')
    throw new BackendUnusable(phrase('this browser has no WebAssembly'));
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  replaceWasmKernels();
  // The threads' script is made from the source text of a bundled function, which does not survive minification.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  wasm.setWasmPaths({
    'tfjs-backend-wasm.wasm': files.plain,
    'tfjs-backend-wasm-simd.wasm': files.simd,
    // Asked for by name, never loaded.
    'tfjs-backend-wasm-threaded-simd.wasm': files.simd,
  });
  const failed = () => new BackendUnusable(phrase('the WASM module could not be loaded'));
  const late = () => new BackendUnusable(phrase('it does not answer'));
  if (!(await within(START_LIMIT_MS, tf.setBackend('wasm'), late))) throw failed();
  const simd = tf.env().getBool('WASM_HAS_SIMD_SUPPORT');
  if (simd) await startKernels(tf.backend() as BackendWasm);
  return {
    name: 'wasm',
    detail: simd ? phrase('SIMD, 1 thread') : phrase('no SIMD, 1 thread'),
    onLost: () => () => {},
    dispose() {
      // Removing frees the module's memory; the factory goes with it and is put back for the next start.
      const factory = tf.findBackendFactory('wasm');
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory);
    },
  };
}
