import * as tf from '@tensorflow/tfjs-core';
import { BackendUnusable, type StartedBackend } from './backend.ts';

/** Addresses of the three builds of the WASM back end. */
export interface WasmFiles {
  readonly plain: string;
  readonly simd: string;
  readonly threadedSimd: string;
}

/** The build with threads keeps a pool of this many workers. */
const MAX_THREADS = 8;
const START_TIMEOUT_MS = 30_000;

/**
 * Starts the WASM back end: with SIMD where the browser has it, with threads where the page is isolated.
 *
 * @throws BackendUnusable if the module cannot be loaded or compiled.
 */
export async function startWasm(files: WasmFiles): Promise<StartedBackend> {
  if (typeof WebAssembly === 'undefined') throw new BackendUnusable('this browser has no WebAssembly');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  const threaded = cores > 1 && (await threadsAllowed());
  if (!threaded) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  wasm.setThreadsCount(threaded ? Math.min(MAX_THREADS, cores) : 1);
  wasm.setWasmPaths({
    'tfjs-backend-wasm.wasm': files.plain,
    'tfjs-backend-wasm-simd.wasm': files.simd,
    'tfjs-backend-wasm-threaded-simd.wasm': files.threadedSimd,
  });
  if (!(await withTimeout(tf.setBackend('wasm')))) {
    throw new BackendUnusable('the WASM module could not be loaded');
  }
  const simd = tf.env().getBool('WASM_HAS_SIMD_SUPPORT');
  const threads = wasm.getThreadsCount();
  return {
    name: 'wasm',
    detail: `${simd ? 'SIMD' : 'no SIMD'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    onLost: () => () => {},
    dispose() {
      // Removing frees the module's memory; the factory goes with it and is put back for the next start.
      const factory = tf.findBackendFactory('wasm');
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory);
    },
  };
}

/**
 * Whether threads can start: they need shared memory, which takes a cross-origin isolated page, and they load
 * their script from a blob, which a content security policy may forbid. The module never settles if one fails.
 */
async function threadsAllowed(): Promise<boolean> {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== true) return false;
  const address = (script: string) => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const loaded = address('');
  const loader = address(`
    let allowed = true;
    try { importScripts(${JSON.stringify(loaded)}); } catch { allowed = false; }
    postMessage(allowed);`);
  let worker: Worker | undefined;
  try {
    worker = new Worker(loader);
    return await new Promise<boolean>((resolve) => {
      worker!.onmessage = ({ data }) => resolve(data === true);
      worker!.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    });
  } catch {
    return false;
  } finally {
    worker?.terminate();
    URL.revokeObjectURL(loaded);
    URL.revokeObjectURL(loader);
  }
}

/** The module never settles if one of its threads fails to start. */
async function withTimeout(started: Promise<boolean>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), START_TIMEOUT_MS);
  });
  try {
    return await Promise.race([started, expired]);
  } finally {
    clearTimeout(timer);
  }
}
