import type { Remote } from 'comlink';
import type { BackendName, DateInput, PipelineApi, PostedScene } from '../../workers/protocol.ts';
import { cancelled, throwIfAborted } from '../pipeline/errors.ts';
import type { Engine, OpenedScene, SceneInput } from './engine.ts';
import { engineFiles } from './engine-files.ts';
import { pickFolder } from './files.ts';
import { readModelCards } from './models.ts';
import { createWorkers } from './two-workers.ts';

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
export function createEngine({ prefer, modelsUrl: folder, onActs }: EngineOptions = {}): Engine {
  const modelsUrl = (folder ?? new URL('models/', document.baseURI)).href;
  const workers = createWorkers(modelsUrl, prefer, onActs);
  const { pipeline, display, told, connect, listened } = workers;
  let lastOpening = 0;

  /** Has both workers read a scene, for `take`; where one cannot, or nobody wants it any more, neither keeps it. */
  async function read(input: PostedScene, opening: number, signal?: AbortSignal): Promise<OpenedScene> {
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
      told.scene = { name: scene.name, opening, input: crossing, overrides: null, dates: [] };
      told.reference = null;
      told.comparison = null;
      // In the place of a worker that ends comes one that opens that scene: of one that ended before, too, whose successor has the
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
      const asked = told.scene?.opening;
      // Both are asked at once, so that both go from one scene to the next before that or after it.
      const [scene, shown] = await Promise.all([
        pipeline.call((api) => api.override(overrides)),
        display.call((api) => api.override(overrides)),
      ]);
      if (told.scene?.opening !== asked) throw cancelled();
      if (told.scene) told.scene = { ...told.scene, overrides };
      return { scene, displayBands: shown.displayBands };
    },

    async setReference(input, signal) {
      const crossing = input && crossed(input);
      const asked = told.scene?.opening;
      await pipeline.call((api, job) => api.setReference(job, crossing), signal);
      if (told.scene?.opening === asked) told.reference = crossing;
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
      const asked = told.scene?.opening;
      const problems = await pipeline.call((api, job) => api.setDates(job, dates), signal);
      if (told.scene?.opening !== asked) throw cancelled();
      await display.call((api, job) => api.setDates(job, dates), signal);
      if (told.scene?.opening !== asked) throw cancelled();
      if (told.scene) told.scene = { ...told.scene, dates };
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
      const work = async (api: Remote<PipelineApi>, job: number) => {
        await display.call((shown) => shown.expectRun(job));
        told.shownRun = job;
        told.onPreview = null;
        const report = await api.run(job, settings, request);
        const settled = () => display.call((shown) => shown.settled(job));
        // The worker that takes the place of a crashed one is told of all tiles again.
        await settled().catch(settled);
        return report;
      };
      return listened(pipeline, work, onEvent, signal);
    },

    async previewMask(settings, { window, only }, onEvent, signal) {
      await connect(signal);
      return pipeline.call(async (api, job) => {
        if (told.shownRun === null) {
          await display.call((shown) => shown.expectRun(job));
          told.shownRun = job;
        }
        // The tiles come under the run that is shown, by way of the display: also after this call.
        told.onPreview = onEvent;
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

    pickFolder,

    selfCheck: (onEvent, signal) => listened(pipeline, (api, job) => api.selfCheck(job), onEvent, signal),

    compare: (given, onEvent, signal) =>
      listened(pipeline, (api, job) => api.compare(job, crossed(given)), onEvent, signal),

    keep: (id, onEvent, signal) => listened(pipeline, (api, job) => api.keep(job, id), onEvent, signal),

    async openComparison(input, signal) {
      const opened = await display.call((api, job) => api.openComparison(job, input), signal);
      told.comparison = input;
      return opened;
    },

    ...engineFiles(workers),

    dispose: workers.dispose,
  };
}

/** An input as it crosses to a worker. */
function crossed(input: SceneInput): PostedScene {
  return input instanceof URL ? input.href : input;
}
