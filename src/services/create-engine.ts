import { proxy, type Remote, transfer } from 'comlink';
import type { DateInput, DisplayApi, PipelineApi, SceneInput } from '../../workers/protocol.ts';
import { cancelled, throwIfAborted } from '../pipeline/errors.ts';
import { productName, sceneStem } from '../pipeline/file-names.ts';
import type { SceneOverrides } from '../pipeline/scene.ts';
import type {
  BackendReport,
  ComparisonInput,
  Engine,
  EngineEvent,
  OpenedScene,
  SceneDateInput,
} from './engine.ts';
import { freeFiles, pickFile, pickFolder } from './files.ts';
import { readModelCards } from './models.ts';
import { type WorkerClient, workerClient } from './worker-client.ts';

type BackendName = BackendReport['backend'];

export interface EngineOptions {
  /** Back ends to try, in order; default WebGPU on a real GPU, then WASM. */
  readonly prefer?: readonly BackendName[];
  /** Folder of the models; default `models/` beside the page. */
  readonly modelsUrl?: URL;
  /** Tells of what the user does, and returns the way to end that: where networks compute on the processor, they give way meanwhile. */
  readonly onActs?: (tell: () => void) => () => void;
}

/** The order after a page's `?backend=webgpu` or `?backend=wasm`: that one first; undefined if it names none. */
export function preferredBackends(search: string): BackendName[] | undefined {
  const wanted = new URLSearchParams(search).get('backend');
  if (wanted === 'webgpu') return ['webgpu', 'wasm'];
  return wanted === 'wasm' ? ['wasm'] : undefined;
}

/**
 * The engine in two workers: one computes, the other answers what the viewer asks meanwhile. Tiles pass
 * from the first to the second over a channel of their own, so the main thread never holds them.
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const modelsUrl = (options.modelsUrl ?? new URL('models/', document.baseURI)).href;
  const listeners = new Map<number, (event: EngineEvent) => void>();
  /** Hears of the run that is shown when nobody else does. */
  let onPreview: ((event: EngineEvent) => void) | null = null;
  const deliver = proxy((job: number, event: EngineEvent) => {
    const listener = listeners.get(job) ?? (job === shownRun ? onPreview : null);
    listener?.(event);
  });
  /** What a new worker has to be told after a crash. */
  let current: CurrentScene | null = null;
  let lastOpening = 0;
  let reference: SceneInput | null = null;
  /** The finished files that the display shows instead, if it does. */
  let comparison: ComparisonInput | null = null;
  let connected = false;
  /** The run whose tiles the display worker shows. */
  let shownRun: number | null = null;

  const pipeline: WorkerClient<PipelineApi> = workerClient(
    (name) =>
      new Worker(new URL('../../workers/pipeline.worker.ts', import.meta.url), { type: 'module', name }),
    async (api) => {
      connected = false;
      shownRun = null;
      // The display may be waiting for tiles of the worker that this one replaces.
      if (display.alive) display.call((shown) => shown.connectPipeline(null)).catch(() => undefined);
      await api.start({ modelsUrl, prefer: options.prefer }, deliver);
      await reopen(api);
      if (reference !== null) await api.setReference(0, reference);
    },
  );
  const display: WorkerClient<DisplayApi> = workerClient(
    (name) =>
      new Worker(new URL('../../workers/display.worker.ts', import.meta.url), { type: 'module', name }),
    async (api) => {
      connected = false;
      await api.start(deliver);
      await reopen(api);
      if (comparison) await api.openComparison(0, comparison);
      if (shownRun === null || !pipeline.alive) return;
      await api.expectRun(shownRun);
      await pipeline.call((computing) => link(computing, api));
    },
  );

  const stopWatching = options.onActs?.(() => {
    if (listeners.size > 0 && pipeline.alive) pipeline.call((api) => api.giveWay()).catch(() => undefined);
  });

  /** Tells a worker that takes the place of a crashed one which scene is open. */
  async function reopen(api: Remote<PipelineApi> | Remote<DisplayApi>): Promise<void> {
    if (!current) return;
    const { opening, input, overrides, dates } = current;
    try {
      await (api as Remote<DisplayApi>).open(0, input, opening);
      await (api as Remote<DisplayApi>).take(opening);
      if (overrides) await (api as Remote<DisplayApi>).override(overrides);
      if (dates.length > 0) await (api as Remote<DisplayApi>).setDates(0, dates);
    } catch (thrown) {
      current = null;
      reference = null;
      throw thrown;
    }
  }

  /** Gives the two workers a channel, if they do not share one yet. */
  async function connect(signal?: AbortSignal): Promise<void> {
    const both = await Promise.all([
      pipeline.call(async (api) => ({ api }), signal),
      display.call(async (api) => ({ api }), signal),
    ]);
    if (connected) return;
    const [{ api: computing }, { api: showing }]: [
      { api: Remote<PipelineApi> },
      { api: Remote<DisplayApi> },
    ] = both;
    await link(computing, showing);
  }

  async function link(computing: Remote<PipelineApi>, showing: Remote<DisplayApi>): Promise<void> {
    connected = true;
    const { port1, port2 } = new MessageChannel();
    await showing.connectPipeline(transfer(port1, [port1]));
    await computing.connectDisplay(transfer(port2, [port2]));
  }

  /** Work of a worker that tells how far it is. */
  function listenedTo<Api extends { cancel(job: number): void }, T>(
    worker: WorkerClient<Api>,
    work: (api: Remote<Api>, job: number) => Promise<T>,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    return worker.call(async (api, job) => {
      listeners.set(job, onEvent);
      try {
        return await work(api, job);
      } finally {
        listeners.delete(job);
      }
    }, signal);
  }

  function listened<T>(
    work: (api: Remote<PipelineApi>, job: number) => Promise<T>,
    onEvent: (event: EngineEvent) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    return listenedTo(pipeline, work, onEvent, signal);
  }

  /** Has both workers read a scene, for `take`; where one cannot, or nobody wants it any more, neither keeps it. */
  async function read(input: SceneInput, opening: number, signal?: AbortSignal): Promise<OpenedScene> {
    try {
      const scene = await pipeline.call((api, job) => api.open(job, input, opening), signal);
      const shown = await display.call((api, job) => api.open(job, input, opening), signal);
      throwIfAborted(signal);
      return { scene, displayBands: shown.displayBands };
    } catch (thrown) {
      if (pipeline.alive) pipeline.call((api) => api.drop(opening)).catch(() => undefined);
      if (display.alive) display.call((api) => api.drop(opening)).catch(() => undefined);
      throw thrown;
    }
  }

  return {
    async open(input, signal) {
      const crossing = crossed(input);
      const opening = ++lastOpening;
      const { scene, displayBands } = await read(crossing, opening, signal);
      current = { name: scene.name, opening, input: crossing, overrides: null, dates: [] };
      reference = null;
      comparison = null;
      // In the place of a worker that ends comes one that opens `current`: of one that ended before, too, whose successor has the
      // scene before and nothing to take.
      const ended = () => true;
      const [computes, shows] = await Promise.all([
        pipeline.call((api) => api.take(opening)).catch(ended),
        display.call((api) => api.take(opening)).catch(ended),
      ]);
      if (!computes) pipeline.stop();
      if (!shows) display.stop();
      return { scene, displayBands };
    },

    async override(overrides): Promise<OpenedScene> {
      const asked = current?.opening;
      // Both are asked at once, so that both go from one scene to the next before that or after it.
      const [scene, shown] = await Promise.all([
        pipeline.call((api) => api.override(overrides)),
        display.call((api) => api.override(overrides)),
      ]);
      if (current?.opening !== asked) throw cancelled();
      if (current) current = { ...current, overrides };
      return { scene, displayBands: shown.displayBands };
    },

    async setReference(input) {
      const crossing = input && crossed(input);
      const asked = current?.opening;
      await pipeline.call((api, job) => api.setReference(job, crossing));
      if (current?.opening === asked) reference = crossing;
    },

    models: (signal) => readModelCards(modelsUrl, signal),

    async measure(generator, signal) {
      const { report, speed } = await pipeline.call((api, job) => api.measure(job, generator), signal);
      const { backend, detail, passedOver } = report;
      return { backend: { backend, detail, passedOver }, ...speed };
    },

    async group(files, signal) {
      const groups = await pipeline.call((api, job) => api.group(job, files), signal);
      return groups.map((positions) => positions.map((i) => files[i]));
    },

    survey: (input, generator, signal) =>
      pipeline.call((api, job) => api.survey(job, crossed(input), generator), signal),

    async setDates(given, signal) {
      const dates = given.map(({ id, input }): DateInput => ({ id, input: crossed(input) }));
      const asked = current?.opening;
      const problems = await pipeline.call((api, job) => api.setDates(job, dates), signal);
      if (current?.opening !== asked) throw cancelled();
      await display.call((api, job) => api.setDates(job, dates), signal);
      if (current?.opening !== asked) throw cancelled();
      if (current) current = { ...current, dates };
      return problems;
    },

    async warmUp(generator, signal) {
      const { backend, detail, passedOver } = await pipeline.call(
        (api, job) => api.warmUp(job, generator),
        signal,
      );
      return { backend, detail, passedOver };
    },

    unfinished: (signal) => pipeline.call((api, job) => api.unfinished(job), signal),

    async run(settings, onEvent, signal, request) {
      await connect(signal);
      return pipeline.call(async (api, job) => {
        listeners.set(job, onEvent);
        try {
          await display.call((shown) => shown.expectRun(job));
          shownRun = job;
          onPreview = null;
          const report = await api.run(job, settings, request);
          const settled = () => display.call((shown) => shown.settled(job));
          // The worker that takes the place of a crashed one is told of all tiles again.
          await settled().catch(settled);
          return report;
        } finally {
          listeners.delete(job);
        }
      }, signal);
    },

    async previewMask(settings, { window, only }, onEvent, signal) {
      await connect(signal);
      return pipeline.call(async (api, job) => {
        if (shownRun === null) {
          await display.call((shown) => shown.expectRun(job));
          shownRun = job;
        }
        // The tiles come under the run that is shown, by way of the display: also after this call.
        onPreview = onEvent;
        return api.previewMask(job, settings, window, only);
      }, signal);
    },

    takeMask: (file, signal) => pipeline.call((api, job) => api.takeMask(job, file), signal),

    pause: () => pipeline.call((api) => api.pause()),

    resume: () => pipeline.call((api) => api.resume()),

    prioritise: (window) => pipeline.call((api) => api.prioritise(window)),

    displayTile: (request, signal) => display.call((api, job) => api.displayTile(job, request), signal),

    stretch: (bands, signal) => display.call((api, job) => api.stretch(job, bands), signal),

    probe: (x, y) => display.call((api) => api.probe(x, y)),

    async export(product, onEvent, signal) {
      const name = productName(sceneStem(current?.name ?? ''), product);
      const picked = await pickFile(name);
      const blob = await listened((api, job) => api.export(job, product, picked), onEvent, signal);
      return blob && { name, blob };
    },

    async exportPicture(look, onEvent, signal) {
      const name = productName(sceneStem(current?.name ?? ''), 'picture');
      const picked = await pickFile(name);
      const blob = await listenedTo(
        display,
        (api, job) => api.exportPicture(job, look, picked),
        onEvent,
        signal,
      );
      return blob && { name, blob };
    },

    pickFolder,

    async exportInto(folder, products, { onProgress, onFile }, signal) {
      const names = products.map((product) => productName(sceneStem(current?.name ?? ''), product));
      const places = folder && (await freeFiles(folder, names));
      let written = 0;
      try {
        for (const [i, product] of products.entries()) {
          onProgress(product, 0);
          const blob = await listened(
            (api, job) => api.export(job, product, places?.[i] ?? null),
            (event) => event.type === 'progress' && onProgress(product, event.done / event.total),
            signal,
          );
          written++;
          if (blob) onFile({ name: names[i], blob });
        }
      } catch (thrown) {
        // The places that were taken for what was not written.
        for (const { name } of places?.slice(written) ?? [])
          await folder?.removeEntry(name).catch(() => undefined);
        throw thrown;
      }
    },

    selfCheck: (onEvent, signal) => listened((api, job) => api.selfCheck(job), onEvent, signal),

    compare: (given, onEvent, signal) =>
      listened((api, job) => api.compare(job, crossed(given)), onEvent, signal),

    async describe(request, onEvent, signal) {
      const text = await listened((api, job) => api.describe(job, request), onEvent, signal);
      const type = request.format === 'html' ? 'text/html' : 'application/json';
      const name = `${sceneStem(current?.name ?? '')}-report.${request.format}`;
      return { name, blob: new Blob([text], { type }) };
    },

    keep: (id, onEvent, signal) => listened((api, job) => api.keep(job, id), onEvent, signal),

    async openComparison(input, signal) {
      const opened = await display.call((api, job) => api.openComparison(job, input), signal);
      comparison = input;
      return opened;
    },

    dispose() {
      stopWatching?.();
      pipeline.stop();
      display.stop();
    },
  };
}

interface CurrentScene {
  readonly name: string;
  /** Number of its opening. */
  readonly opening: number;
  readonly input: SceneInput;
  readonly overrides: SceneOverrides | null;
  readonly dates: readonly DateInput[];
}

/** An input as it crosses to a worker. */
function crossed(input: SceneDateInput['input']): SceneInput {
  return input instanceof URL ? input.href : input;
}
