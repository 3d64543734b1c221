import { PipelineError, throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import type { GeneratorSize, Networks } from '../pipeline/networks.ts';
import { english, type Phrase, phrase } from '../pipeline/phrase.ts';
import {
  BACKEND_ORDER,
  type BackendName,
  BackendUnusable,
  deviceLost,
  type StartedBackend,
} from './backend.ts';
import {
  type FetchBytes,
  fetchModel,
  goldenDifference,
  type LoadedModel,
  loadModel,
  type Pause,
} from './model.ts';
import { startWasm, type WasmFiles } from './wasm.ts';
import { startWebGpu } from './webgpu.ts';
import { within } from './within.ts';

export interface NetworksOptions {
  /** Address of the folder that holds the models' folders, with a slash at the end. */
  readonly modelsUrl: string;
  /** Default the full one. */
  readonly generator?: GeneratorSize;
  readonly wasmFiles: WasmFiles;
  /**
   * Back ends to try, in order; default WebGPU, then WASM. A software WebGPU adapter is used only if WebGPU
   * is asked for here.
   */
  readonly prefer?: readonly BackendName[];
  readonly fetchBytes?: FetchBytes;
  /** Awaited between the parts of a network that the processor computes. */
  readonly pause?: Pause;
}

/** How the back end was chosen. */
export interface StartReport {
  readonly backend: BackendName;
  readonly detail: Phrase;
  readonly passedOver: readonly { readonly backend: BackendName; readonly reason: Phrase }[];
  /** Largest absolute difference from the training framework on the golden tiles. */
  readonly goldenDifference: number;
}

export interface StartedNetworks {
  readonly networks: Networks;
  readonly report: StartReport;
  dispose(): void;
}

/** The generator for pictures of any bands, and that for those with all six, if there is one. */
const GENERATOR_FOLDERS: Readonly<Record<GeneratorSize, readonly string[]>> = {
  full: ['generator/', 'generator-six/'],
  light: ['generator-light/'],
};

/** A driver that hangs fails nothing and answers nothing. Shaders are compiled in this time; one that was asked for may be slow. */
const GOLDEN_LIMIT_MS = { found: 120_000, askedFor: 300_000 };
const silent = () => new BackendUnusable(phrase('it does not answer'));

/**
 * Loads the models, starts the first back end that works, and has it repeat a known result first: one that
 * computes wrongly is passed over.
 *
 * @throws PipelineError `model/unavailable`, `model/corrupt`, `backend/none`, `job/cancelled`.
 */
export async function createNetworks(
  options: NetworksOptions,
  signal?: AbortSignal,
): Promise<StartedNetworks> {
  const shipped = await Promise.all(
    ['detector/', ...GENERATOR_FOLDERS[options.generator ?? 'full']].map((name) =>
      fetchModel(options.modelsUrl + name, options.fetchBytes, signal),
    ),
  );
  const goldenLimit = options.prefer ? GOLDEN_LIMIT_MS.askedFor : GOLDEN_LIMIT_MS.found;
  const passedOver: { backend: BackendName; reason: Phrase }[] = [];
  for (const name of options.prefer ?? BACKEND_ORDER) {
    throwIfAborted(signal);
    let backend: StartedBackend | null = null;
    const models: LoadedModel[] = [];
    const release = () => {
      for (const model of models) model.dispose();
      backend?.dispose();
    };
    try {
      backend =
        name === 'webgpu'
          ? await startWebGpu(options.prefer !== undefined)
          : await startWasm(options.wasmFiles);
      let largest = 0;
      for (const files of shipped) {
        const model = await loadModel(files);
        models.push(model);
        const golden = unlessLost(backend, goldenDifference(files, model));
        // WebAssembly cannot hang, however long it takes.
        const difference = await (name === 'wasm' ? golden : within(goldenLimit, golden, silent));
        if (!(difference <= files.card.golden.tolerance)) {
          throw new BackendUnusable(
            phrase('it computes wrongly: {{network}} is off by {{difference}} on its test tile', {
              network: files.card.name,
              difference: difference.toPrecision(2),
            }),
          );
        }
        largest = Math.max(largest, difference);
        throwIfAborted(signal);
      }
      const report: StartReport = {
        backend: name,
        detail: backend.detail,
        passedOver,
        goldenDifference: largest,
      };
      const [detector, generator, generatorSix] = shipped.map(({ identity }) => identity);
      const identities = { detector, generator, generatorSix };
      return { networks: networksOn(backend, models, identities, options.pause), report, dispose: release };
    } catch (thrown) {
      release();
      const code = thrown instanceof PipelineError ? thrown.code : null;
      if (code === 'job/cancelled' || code === 'model/corrupt') throw thrown;
      passedOver.push({ backend: name, reason: reasonOf(thrown) });
    }
  }
  throw new PipelineError(
    'backend/none',
    phrase('This browser cannot run the networks: {{reasons}}.', {
      reasons: passedOver.map((p) => `${p.backend}: ${english(p.reason)}`).join('; '),
    }),
    phrase(
      'Reload the page while the connection works. If that does not help, use a recent version of Chrome, Edge, Firefox or Safari.',
    ),
  );
}

/** Whether the presence planes of a generator's input say that no band is missing. */
const showsSixBands = (input: Float32Array) => input.subarray(6, 12).every((present) => present === 1);

function reasonOf(thrown: unknown): Phrase {
  if (thrown instanceof BackendUnusable) return thrown.reason;
  return { text: thrown instanceof Error ? thrown.message : String(thrown) };
}

function networksOn(
  backend: StartedBackend,
  [detector, generator, generatorSix = generator]: LoadedModel[],
  models: Networks['models'],
  pause?: Pause,
): Networks {
  const between = backend.name === 'wasm' ? pause : undefined;
  const run = async (model: LoadedModel, input: Float32Array, height: number, width: number) => {
    try {
      return await unlessLost(backend, model.run(input, height, width, between));
    } catch (thrown) {
      // No signal reaches a network: results that will not come are aborted by a device that is gone, before its loss is told.
      const isAborted = thrown instanceof Error && thrown.name === 'AbortError';
      throw isAborted ? deviceLost() : toPipelineError(thrown);
    }
  };
  return {
    backend: backend.name,
    models,
    detect: (input, height, width) => run(detector, input, height, width),
    generate: (input, height, width) =>
      run(showsSixBands(input) ? generatorSix : generator, input, height, width),
  };
}

/** The notice of a loss may come a moment after the failure that it causes. */
const LOSS_GRACE_MS = 100;

/** A lost device leaves its calls hanging, or fails them with a text of its own. */
function unlessLost<T>(backend: StartedBackend, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const unsubscribe = backend.onLost(reject);
    work.then(
      (value) => {
        unsubscribe();
        resolve(value);
      },
      (thrown) => {
        const settle = () => {
          unsubscribe();
          reject(thrown);
        };
        if (backend.name === 'webgpu') setTimeout(settle, LOSS_GRACE_MS);
        else settle();
      },
    );
  });
}
