import { Worker } from 'node:worker_threads';
import type { StartedNetworks } from '../inference/networks.ts';
import { PipelineError } from '../pipeline/errors.ts';
import type { Networks } from '../pipeline/networks.ts';
import { networksHere } from './networks.ts';
import type { FromNetwork, NetworkName, NetworksConfig, ToNetwork } from './protocol.ts';
import { listen } from './thread.ts';

export type RunningNetworks = Pick<StartedNetworks, 'networks' | 'dispose'>;

/**
 * The networks of a scene: on this thread, or on some of their own, so that tiles are computed side by side and others
 * are prepared meanwhile. Inputs are handed over to the threads: the caller must not use them again.
 * @throws PipelineError as createNetworks; `worker/crashed`
 */
export async function startNetworks(config: NetworksConfig): Promise<RunningNetworks> {
  if (config.threads === 1) return networksHere(config);
  const all = await Promise.all(Array.from({ length: config.threads }, () => startThread(config)));
  const idle = [...all];
  const waiting: ((thread: NetworkThread) => void)[] = [];
  const compute = async (network: NetworkName, input: Float32Array, height: number, width: number) => {
    const thread = idle.pop() ?? (await new Promise<NetworkThread>((resolve) => waiting.push(resolve)));
    try {
      return await thread.compute({ network, input: input as Float32Array<ArrayBuffer>, height, width });
    } finally {
      const next = waiting.shift();
      if (next) next(thread);
      else idle.push(thread);
    }
  };
  const { backend, models } = all[0];
  return {
    networks: {
      backend,
      models,
      detect: (input, height, width) => compute('detect', input, height, width),
      generate: (input, height, width) => compute('generate', input, height, width),
    },
    dispose() {
      for (const thread of all) thread.end();
    },
  };
}

interface NetworkThread {
  readonly backend: string;
  readonly models: Networks['models'];
  /** One request at a time. */
  compute(request: ToNetwork): Promise<Float32Array>;
  end(): void;
}

async function startThread(config: NetworksConfig): Promise<NetworkThread> {
  const worker = new Worker(new URL('./network-thread.js', import.meta.url), { workerData: config });
  let gone: PipelineError | null = null;
  let asked: { answer(message: FromNetwork): void; fail(error: PipelineError): void } | null = null;
  listen<FromNetwork>(
    worker,
    (message) => asked?.answer(message),
    (error) => {
      gone ??= error;
      asked?.fail(error);
    },
  );
  const answer = () =>
    new Promise<FromNetwork>((resolve, reject) => {
      if (gone) reject(gone);
      else asked = { answer: resolve, fail: reject };
    });
  const ready = expecting('ready', await answer());
  return {
    backend: ready.backend,
    models: ready.models,
    async compute(request) {
      worker.postMessage(request, [request.input.buffer]);
      return expecting('output', await answer()).output;
    },
    end: () => void worker.terminate(),
  };
}

/** The message, unless it tells of a failure. */
function expecting<T extends FromNetwork['type']>(type: T, message: FromNetwork) {
  if (message.type === 'failed') {
    const { code, message: text, remedy } = message.error;
    throw new PipelineError(code, text, remedy);
  }
  if (message.type !== type) throw new Error(`the networks' thread says ${message.type} instead of ${type}`);
  return message as Extract<FromNetwork, { type: T }>;
}
