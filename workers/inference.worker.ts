import { expose, transfer } from 'comlink';
import { createNetworks, type StartedNetworks } from '../src/inference/networks.ts';
import { BUNDLED_WASM } from '../src/inference/wasm-files.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import './crossing.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { holdLock } from './liveness.ts';
import type { InferenceApi } from './protocol.ts';

let started: StartedNetworks | null = null;
/** One tile at a time: the device's memory is meant for one. */
let turn: Promise<unknown> = Promise.resolve();

const api: InferenceApi = {
  async start(config) {
    await holdLock(self.name);
    started = await createNetworks({ ...config, wasmFiles: BUNDLED_WASM });
    return { report: started.report, models: started.networks.models };
  },
  compute(network, input, height, width) {
    const result = turn.then(async () => {
      if (!started)
        throw new PipelineError(
          'job/not-ready',
          phrase('The networks are not loaded.'),
          phrase('Press Run again.'),
        );
      const start = performance.now();
      const output = await started.networks[network](input, height, width);
      const milliseconds = performance.now() - start;
      return transfer({ output, input, milliseconds }, [output.buffer, input.buffer]);
    });
    turn = result.catch(() => undefined);
    return result;
  },
};

expose(api);
