import { type Remote, transfer, wrap } from 'comlink';
import { BACKEND_ORDER, type BackendName } from '../src/inference/backend.ts';
import type { StartReport } from '../src/inference/networks.ts';
import { cancelled, PipelineError } from '../src/pipeline/errors.ts';
import type { GeneratorSize, Networks } from '../src/pipeline/networks.ts';
import './crossing.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { watchdog, whenReleased, workerName } from './liveness.ts';
import type { InferenceApi, PipelineConfig } from './protocol.ts';

export interface RemoteNetworks {
  readonly networks: Networks;
  readonly report: StartReport;
}

/** The networks, in a worker of their own that is started when first needed and replaced when it is lost. */
export interface NetworksHost {
  /**
   * The networks, with the generator that is asked for; a failed start may be tried again. Their calls reject with `backend/lost`
   * when the device or the worker ends, with `job/cancelled` when networks with another generator take their place.
   * @throws PipelineError those of createNetworks
   */
  start(generator: GeneratorSize): Promise<RemoteNetworks>;
  /** Ends networks that were lost: the next start is on the next back end. False if enough has been tried. */
  replace(): boolean;
  /** The user acts: networks that compute where the page is drawn hold back a moment. */
  giveWay(): void;
}

/** The last back end may be started again this often. */
const RESTARTS = 2;
/** Memories of inputs that are kept: as many as tiles are under way. */
const SPARE = 2;

export function networksHost(config: PipelineConfig): NetworksHost {
  let prefer = config.prefer;
  let restarts = 0;
  let running: {
    readonly generator: GeneratorSize;
    readonly worker: Worker;
    readonly remote: Remote<InferenceApi>;
    /** Rejects what is still computed. */
    readonly ending: AbortController;
    readonly started: Promise<RemoteNetworks>;
  } | null = null;
  let backend: BackendName | null = null;

  /** Leaves a back end that was lost for those after it; false if there are none. */
  const passOver = (lost: BackendName) => {
    const order = prefer ?? BACKEND_ORDER;
    const rest = order.slice(order.indexOf(lost) + 1);
    if (rest.length > 0) prefer = rest;
    return rest.length > 0;
  };

  const end = () => {
    running?.worker.terminate();
    running?.ending.abort();
    running = null;
  };

  return {
    start(generator) {
      if (running && running.generator !== generator) end();
      if (!running) {
        const name = workerName('inference');
        const worker = new Worker(new URL('./inference.worker.ts', import.meta.url), {
          type: 'module',
          name,
        });
        const remote = wrap<InferenceApi>(worker);
        const ending = new AbortController();
        const started = startNetworks(worker, remote, name, { ...config, generator, prefer }, ending.signal);
        running = { generator, worker, remote, ending, started };
        started.then(
          ({ report }) => {
            if (running?.worker === worker) backend = report.backend;
          },
          (thrown: PipelineError) => {
            worker.terminate();
            if (running?.worker !== worker) return;
            running = null;
            if (thrown.code === 'backend/lost') passOver((prefer ?? BACKEND_ORDER)[0]);
          },
        );
      }
      return running.started;
    },
    replace() {
      end();
      return (backend !== null && passOver(backend)) || ++restarts <= RESTARTS;
    },
    giveWay: () => void running?.remote.giveWay(),
  };
}

/** Inputs are handed over: the caller must not use them again. Their memory comes back, and is lent for the next ones. */
async function startNetworks(
  worker: Worker,
  remote: Remote<InferenceApi>,
  name: string,
  config: PipelineConfig,
  ending: AbortSignal,
): Promise<RemoteNetworks> {
  const pending = new Set<(reason: PipelineError) => void>();
  let lost: PipelineError | null = null;
  const end = (reason: PipelineError) => {
    lost ??= reason;
    for (const reject of pending) reject(lost);
    pending.clear();
  };
  const lose = (why: string) =>
    end(
      new PipelineError(
        'backend/lost',
        why
          ? phrase('The networks stopped unexpectedly: {{reason}}', { reason: why })
          : phrase('The networks stopped unexpectedly.'),
        phrase('Continue the run; if it happens again, close other tabs.'),
      ),
    );
  ending.addEventListener('abort', () => end(cancelled()), { once: true });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lose(event.message);
  });
  /** The work's result, or the end of the worker, whichever comes first. */
  const unlessLost = <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (lost) return reject(lost);
      pending.add(reject);
      work.then(resolve, reject).finally(() => pending.delete(reject));
    });

  const { report, models } = await unlessLost(remote.start(config));
  whenReleased(name, () => lose(''));
  // WebAssembly cannot hang, however long it takes on a machine that is busy or asleep.
  const watch = report.backend === 'webgpu' ? watchdog(lose) : () => {};
  const spare: Float32Array[] = [];
  const lend = (length: number) => {
    const at = spare.findIndex((memory) => memory.length === length);
    return at < 0 ? new Float32Array(length) : spare.splice(at, 1)[0];
  };
  const compute = async (
    network: 'detect' | 'generate',
    input: Float32Array,
    height: number,
    width: number,
  ) => {
    const work = unlessLost(remote.compute(network, transfer(input, [input.buffer]), height, width));
    watch(work);
    const { output, input: memory, milliseconds } = await work;
    spare.push(memory);
    if (spare.length > SPARE) spare.shift();
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
      lend,
      detect: (input, height, width) => compute('detect', input, height, width),
      generate: (input, height, width) => compute('generate', input, height, width),
    },
  };
}
