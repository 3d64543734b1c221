import { acquiredOn } from '../../pipeline/dates/acquired.ts';
import { cancelled, PipelineError } from '../../pipeline/errors.ts';
import { DEFAULT_SETTINGS } from '../../pipeline/events.ts';
import { phrase } from '../../pipeline/phrase.ts';
import type { Scene } from '../../pipeline/scene.ts';
import type { BackendReport, Engine, OpenedScene, Unfinished } from '../../services/engine.ts';
import { fakeProbe, fakeReport, fakeScene, paint } from './fake-scene.ts';

const TILE = 128;
/** A picture of one pixel. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const BACKEND: BackendReport = {
  backend: 'wasm',
  detail: phrase('SIMD, 2 threads'),
  passedOver: [{ backend: 'webgpu', reason: phrase('this browser has no GPU adapter') }],
};

/** What a fake engine was asked, for tests to look at. */
export interface FakeEngine extends Engine {
  readonly calls: string[];
  /** Lets a run go on by one tile; runs wait for it when `stepwise` is set. */
  step(): void;
}

/**
 * An engine of arithmetic: hills, round clouds and their shadows. A file named `bad.tif` cannot be opened.
 *
 * @param options.stepwise a run waits for `step()` before each tile
 * @param options.unfinished what an earlier run of any scene left
 * @param options.tileDelay milliseconds per tile of a run
 */
export function createFakeEngine(
  options: { stepwise?: boolean; tileDelay?: number; unfinished?: Unfinished } = {},
): FakeEngine {
  const calls: string[] = [];
  let scene: Scene | null = null;
  let repaired = new Set<string>();
  let masked = new Set<string>();
  let advance: (() => void) | null = null;
  let left = options.unfinished ?? null;

  const pause = async (signal?: AbortSignal) => {
    let abort = () => {};
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(cancelled());
      signal?.addEventListener('abort', abort);
      if (options.stepwise) advance = resolve;
      else setTimeout(resolve, options.tileDelay ?? 0);
    }).finally(() => signal?.removeEventListener('abort', abort));
  };
  const opened = (): OpenedScene => ({ scene: scene as Scene, displayBands: [2, 1, 0] });
  const key = (x: number, y: number) => `${Math.floor(x / TILE)},${Math.floor(y / TILE)}`;

  return {
    calls,
    step() {
      const go = advance;
      advance = null;
      go?.();
    },
    async open(input) {
      const name = nameOf(input);
      calls.push(`open ${name}`);
      if (name === 'bad.tif') {
        throw notATiff();
      }
      scene = fakeScene(name);
      repaired = new Set();
      masked = new Set();
      return opened();
    },
    async previewMask(settings, _, onEvent) {
      calls.push(`preview ${settings.edits?.operations.length ?? 0}`);
      onEvent({ type: 'mask-changed', window: { x: 0, y: 0, width: TILE, height: TILE } });
      return true;
    },
    async takeMask({ name }) {
      calls.push(`mask ${name}`);
      if (name === 'bad.geojson') {
        throw new PipelineError(
          'mask/not-a-mask',
          phrase('The file is no GeoJSON.'),
          phrase('Export it again.'),
        );
      }
      return { id: '0badcafe', name };
    },
    async keep(_, onEvent) {
      calls.push('keep');
      onEvent({ type: 'progress', stage: 'output', done: 1, total: 2, secondsLeft: null });
      return { 'before.tif': 4, 'after.tif': 3, 'mask.tif': 2, 'provenance.tif': 1 };
    },
    async openComparison() {
      calls.push('openComparison');
      scene = fakeScene('before.tif');
      return opened();
    },
    async pickFolder() {
      calls.push('pickFolder');
      return null;
    },
    async exportInto(_folder, products, { onFile }) {
      for (const product of products) {
        const name = `${(scene as Scene).name.replace(/\.tif$/, '')}-${product}.tif`;
        calls.push(`save ${name}`);
        onFile({ name, blob: new Blob([]) });
      }
    },
    async selfCheck(onEvent, signal) {
      calls.push('selfCheck');
      onEvent({ type: 'progress', stage: 'evaluate', done: 50, total: 100, secondsLeft: 3 });
      await pause(signal);
      const { before, after } = fakeReport(16, DEFAULT_SETTINGS).evaluation!;
      const pictures = { truth: PIXEL, simulated: PIXEL, repaired: PIXEL };
      const places = [{ x: 0, y: 0, width: 512, height: 512 }];
      const found = { thin: 0.9, thick: 1, shadow: 0.8, clear: 0.02 };
      return { seed: 1, places, before, after, found, backend: 'wasm', seconds: 9, pictures };
    },
    async compare(reference, _onEvent, signal) {
      calls.push(`compare ${nameOf(reference)}`);
      await pause(signal);
      return { ...fakeReport(16, DEFAULT_SETTINGS).evaluation!, reference: nameOf(reference) };
    },
    async describe({ format, selfCheck, evaluation }) {
      calls.push(`describe ${format}`);
      return {
        name: `report.${format}`,
        blob: new Blob([JSON.stringify({ selfCheck, evaluation })]),
      };
    },
    async override(overrides) {
      calls.push(`override ${Object.keys(overrides).join()}`);
      return opened();
    },
    async setReference(input) {
      calls.push(`reference ${input === null ? 'none' : 'set'}`);
    },
    async models() {
      calls.push('models');
      return [];
    },
    async measure(generator) {
      calls.push(`measure ${generator}`);
      return { backend: BACKEND, detect: 10, generate: 20 };
    },

    async group(files) {
      calls.push(`group ${files.map(({ name }) => name).join(' ')}`);
      const bands = files.filter(({ name }) => /(^|_)B\d/.test(name));
      const scenes = files.filter((file) => !bands.includes(file)).map((file) => [file]);
      return bands.length > 0 ? [bands, ...scenes] : scenes;
    },
    async survey(input, _generator, signal) {
      const name = nameOf(input);
      calls.push(`survey ${name}`);
      if (name === 'bad.tif') throw notATiff();
      await Promise.resolve();
      if (signal?.aborted) throw cancelled();
      const cloud = /cloud(\d+)/.exec(name);
      return {
        scene: fakeScene(name),
        acquired: acquiredOn(fakeScene(name)),
        cloud: cloud && Number(cloud[1]) / 100,
        digest: name.replace('copy-of-', ''),
      };
    },
    async setDates(dates) {
      calls.push(`dates ${dates.map(({ input }) => nameOf(input)).join(' ') || 'none'}`);
      return dates.map(({ input }) =>
        nameOf(input).includes('elsewhere')
          ? new PipelineError(
              'dates/no-overlap',
              phrase('It shows another area.'),
              phrase('Choose another.'),
            ).toReport()
          : null,
      );
    },
    async warmUp() {
      calls.push('warmUp');
      return BACKEND;
    },
    async unfinished() {
      return left;
    },
    async pause() {
      calls.push('pause');
    },
    async resume() {
      calls.push('resume');
    },
    async prioritise(window) {
      calls.push(`prioritise ${window === null ? 'none' : 'window'}`);
    },
    async run(settings, onEvent, signal, request) {
      const dates = request?.dates?.length ? ` with ${request.dates.length} dates` : '';
      calls.push((request?.fresh ? 'run afresh' : 'run') + dates);
      const { width, height } = (scene as Scene).grid;
      repaired = new Set();
      masked = new Set();
      onEvent({ type: 'all-changed', window: { x: 0, y: 0, width, height } });
      const windows = [];
      for (let y = 0; y < height; y += TILE) {
        for (let x = 0; x < width; x += TILE) windows.push({ x, y, width: TILE, height: TILE });
      }
      for (const stage of ['detect', 'generate'] as const) {
        for (const [done, window] of windows.entries()) {
          const secondsLeft = ((windows.length - done) * (options.tileDelay ?? 0)) / 1000;
          onEvent({ type: 'progress', stage, done, total: windows.length, secondsLeft });
          await pause(signal);
          left = { done: 0.5, settings, overrides: null };
          (stage === 'detect' ? masked : repaired).add(key(window.x, window.y));
          onEvent({ type: stage === 'detect' ? 'mask-changed' : 'result-changed', window });
        }
      }
      return fakeReport(windows.length, settings);
    },
    displayTile: async (request) =>
      paint(request, scene as Scene, (x, y, set) => (set === 'mask' ? masked : repaired).has(key(x, y))),
    async stretch(bands) {
      return bands.map(() => ({ low: 0.02, high: 0.32, histogram: [1, 4, 2] }));
    },
    async probe(x, y) {
      calls.push(`probe ${x} ${y}`);
      return fakeProbe(x, y);
    },
    async exportPicture(look) {
      calls.push(`picture ${JSON.stringify(look.enhancement)}`);
      return { name: 'scene-picture.tif', blob: new Blob(['picture']) };
    },
    async export(product) {
      calls.push(`export ${product}`);
      return { name: `scene-${product}.tif`, blob: new Blob([product]) };
    },
    dispose() {
      calls.push('dispose');
    },
  };
}

const notATiff = () =>
  new PipelineError('file/not-a-tiff', phrase('This is not a TIFF.'), phrase('Open a GeoTIFF.'));

function nameOf(input: File | readonly File[] | URL): string {
  if (input instanceof URL) return input.pathname.split('/').pop() ?? '';
  return input instanceof File ? input.name : input.map(({ name }) => name).join(' ');
}
