import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNetworks, type StartedNetworks } from '../inference/networks.ts';
import { PipelineError } from '../pipeline/errors.ts';
import type { NetworksConfig } from './protocol.ts';

/**
 * The networks on this thread, on WASM.
 * @throws PipelineError as createNetworks
 */
export function networksHere({
  modelsUrl,
  generator,
}: Omit<NetworksConfig, 'threads'>): Promise<StartedNetworks> {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  return createNetworks({
    modelsUrl,
    generator,
    wasmFiles: {
      plain: join(folder, 'tfjs-backend-wasm.wasm'),
      simd: join(folder, 'tfjs-backend-wasm-simd.wasm'),
    },
    prefer: ['wasm'],
    fetchBytes: readAddress,
  });
}

async function readAddress(url: string): Promise<ArrayBuffer> {
  try {
    return Uint8Array.from(await readFile(new URL(url))).buffer;
  } catch (cause) {
    throw new PipelineError(
      'model/unavailable',
      { text: `The network's weights could not be read (${fileURLToPath(url)}).` },
      { text: 'Install the package again.' },
      { cause },
    );
  }
}
