/** Thread: computes the networks, one tile at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPipelineError } from '../pipeline/errors.ts';
import { networksHere } from './networks.ts';
import type { FromNetwork, NetworksConfig, ToNetwork } from './protocol.ts';

const port = parentPort!;
const reply = (message: FromNetwork, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

try {
  const { networks, report } = await networksHere(workerData as NetworksConfig);
  port.on('message', async ({ network, input, height, width }: ToNetwork) => {
    try {
      const output = Float32Array.from(await networks[network](input, height, width));
      reply({ type: 'output', output }, [output.buffer]);
    } catch (thrown) {
      reply({ type: 'failed', error: toPipelineError(thrown).toReport() });
    }
  });
  reply({ type: 'ready', backend: report.backend, models: networks.models });
} catch (thrown) {
  reply({ type: 'failed', error: toPipelineError(thrown).toReport() });
}
