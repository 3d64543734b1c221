/** Thread: processes one scene at a time, with networks that are started once. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPipelineError } from '../pipeline/errors.ts';
import type { Networks } from '../pipeline/networks.ts';
import { startNetworks } from './network-pool.ts';
import { processScene } from './process-scene.ts';
import type { FromScene, NetworksConfig, ToScene } from './protocol.ts';

const port = parentPort!;
const reply = (message: FromScene) => port.postMessage(message);
let networks: Promise<Networks> | null = null;
let abort = new AbortController();

port.on('message', async (message: ToScene) => {
  if (message.type === 'cancel') {
    abort.abort();
    return;
  }
  abort = new AbortController();
  networks ??= startNetworks(workerData as NetworksConfig);
  try {
    const outcome = await processScene(
      message.task,
      networks,
      (event) => reply({ type: 'event', event }),
      abort.signal,
    );
    reply({ type: 'done', outcome });
  } catch (thrown) {
    reply({ type: 'failed', error: toPipelineError(thrown).toReport() });
  }
});
