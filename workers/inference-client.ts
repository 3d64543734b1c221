import { transfer, wrap } from 'comlink';
import type { StartReport } from '../src/inference/networks.ts';
import type { Networks } from '../src/pipeline/networks.ts';
import './crossing.ts';
import type { InferenceApi, PipelineConfig } from './protocol.ts';

export interface RemoteNetworks {
  readonly networks: Networks;
  readonly report: StartReport;
}

/**
 * Starts the networks in a worker of their own, so that a tile is prepared while another is computed. Inputs are
 * handed over: the caller must not use them again. A crash of that worker is one of this worker.
 * @throws PipelineError those of createNetworks
 */
export async function startNetworks(config: PipelineConfig): Promise<RemoteNetworks> {
  const worker = new Worker(new URL('./inference.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    reportError(new Error(event.message || 'the networks stopped'));
  });
  const remote = wrap<InferenceApi>(worker);
  try {
    const { report, models } = await remote.start(config);
    const compute = async (
      network: 'detect' | 'generate',
      input: Float32Array,
      height: number,
      width: number,
    ) => {
      const { output, milliseconds } = await remote.compute(
        network,
        transfer(input, [input.buffer]),
        height,
        width,
      );
      // Shows in the browser's profiler, and is what bench/ reads.
      const end = performance.now();
      performance.measure(network, { start: Math.max(0, end - milliseconds), end });
      return output;
    };
    return {
      report,
      networks: {
        backend: report.backend,
        models,
        detect: (input, height, width) => compute('detect', input, height, width),
        generate: (input, height, width) => compute('generate', input, height, width),
      },
    };
  } catch (thrown) {
    worker.terminate();
    throw thrown;
  }
}
