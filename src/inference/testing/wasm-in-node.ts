import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { WasmFiles } from '../wasm.ts';

const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** The WASM builds in node_modules. */
export const NODE_WASM: WasmFiles = {
  plain: join(folder, 'tfjs-backend-wasm.wasm'),
  simd: join(folder, 'tfjs-backend-wasm-simd.wasm'),
};
