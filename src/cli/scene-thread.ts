/** Thread: processes one scene at a time, with networks that are started once, and again after a crash. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPipelineError } from '../pipeline/errors.ts';
import { type RunningNetworks, startNetworks } from './network-pool.ts';
import { processScene } from './process-scene.ts';
import type { FromScene, NetworksConfig, SceneEvent, ToScene } from './protocol.ts';

const port = parentPort!;
const reply = (message: FromScene) => port.postMessage(message);
let running: Promise<RunningNetworks> | null = null;
let abort = new AbortController();

port.on('message', async (message: ToScene) => {
  if (message.type === 'cancel') {
    abort.abort();
    return;
  }
  abort = new AbortController();
  running ??= startNetworks(workerData as NetworksConfig);
  const networks = running.then((started) => started.networks);
  const onEvent = (event: SceneEvent) => reply({ type: 'event', event });
  try {
    const outcome = await processScene(message.task, networks, onEvent, abort.signal);
    reply({ type: 'done', outcome });
  } catch (thrown) {
    const error = toPipelineError(thrown).toReport();
    if (error.code === 'worker/crashed') {
      running.then((started) => started.dispose()).catch(() => undefined);
      running = null;
    }
    reply({ type: 'failed', error });
  }
});
