import { expose, transfer } from 'comlink';
import { createNetworks, type StartedNetworks } from '../src/inference/networks.ts';
import { BUNDLED_WASM } from '../src/inference/wasm-files.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import './crossing.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { givingWay } from './giving-way.ts';
import { holdLock } from './liveness.ts';
import type { InferenceApi } from './protocol.ts';

let started: StartedNetworks | null = null;
/** One tile at a time: the device's memory is meant for one. */
let turn: Promise<unknown> = Promise.resolve();

const way = givingWay();
let workedFrom = 0;
/** Milliseconds of the tile that is under way. */
let worked = 0;

function countWork(): void {
  const milliseconds = performance.now() - workedFrom;
  worked += milliseconds;
  way.worked(milliseconds);
}

/** Between two parts of a network: hears of the user's acts, and gives way to them. */
async function pause(): Promise<void> {
  countWork();
  await messagesIn();
  await way.turn();
  workedFrom = performance.now();
}

/** Resolves behind the messages that wait; timers that follow each other would wait some milliseconds longer. */
function messagesIn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const api: InferenceApi = {
  async start(config) {
    await holdLock(self.name);
    started = await createNetworks({ ...config, wasmFiles: BUNDLED_WASM, pause });
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
      worked = 0;
      workedFrom = performance.now();
      const output = await started.networks[network](input, height, width);
      countWork();
      return transfer({ output, input, milliseconds: worked }, [output.buffer, input.buffer]);
    });
    turn = result.catch(() => undefined);
    return result;
  },
  giveWay: way.asked,
};

expose(api);
