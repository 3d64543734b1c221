import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type { WasmFiles } from './wasm.ts';

/** The WASM builds as files of this site: the bundler copies them and writes their addresses here. */
export const BUNDLED_WASM: WasmFiles = { plain, simd };
