import { acquiredOn } from '../../pipeline/dates/acquired.ts';
import { cancelled, PipelineError } from '../../pipeline/errors.ts';
import { DEFAULT_SETTINGS, type RunReport, type RunSettings } from '../../pipeline/events.ts';
import { phrase } from '../../pipeline/phrase.ts';
import { type BandRole, MASK_CLASS, PROVENANCE, type Scene } from '../../pipeline/scene.ts';
import type {
  BackendReport,
  DisplayTile,
  Engine,
  OpenedScene,
  TileRequest,
  Unfinished,
} from '../../services/engine.ts';

const ROLES: readonly BandRole[] = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'];
const TILE = 128;
/** A picture of one pixel. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const BACKEND: BackendReport = {
  backend: 'wasm',
  detail: phrase('SIMD, 2 threads'),
  passedOver: [{ backend: 'webgpu', reason: phrase('this browser has no GPU adapter') }],
};

export function fakeScene(name = 'scene.tif', size = 512): Scene {
  return {
    name,
    grid: {
      width: size,
      height: size,
      transform: [300_000, 30, 0, 4_100_000, 0, -30],
      crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
    },
    bands: ROLES.map((role, index) => ({
      index,
      role,
      description: `B${index + 1}`,
      scale: 1e-4,
      offset: 0,
    })),
    sampleType: 'uint16',
    nodata: 0,
    sensor: 'landsat-oli',
    byteLength: size * size * 12,
    decisions: [
      {
        subject: 'sensor',
        text: phrase('Landsat 8/9 OLI'),
        because: phrase('six bands named as its products name them'),
      },
      {
        subject: 'radiometry',
        text: phrase('reflectance = DN × 0.0001'),
        because: phrase('usual for 16-bit surface reflectance'),
      },
    ],
    notices: [],
    metadata: {
      geoTags: {},
      gdalMetadata: null,
      gdalNodata: '0',
      photometricInterpretation: 1,
      extraSamples: [],
      otherTags: {},
    },
  };
}

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
    async exportInto(_folder, product) {
      const name = `${(scene as Scene).name.replace(/\.tif$/, '')}-${product}.tif`;
      calls.push(`save ${name}`);
      return { name, blob: new Blob([]) };
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
      const before = ROLES.map((_, band) => Math.round(1e4 * sample(x, y, band, false)));
      const after = ROLES.map((_, band) => Math.round(1e4 * sample(x, y, band, true)));
      const mask = classAt(x, y);
      return {
        x,
        y,
        before,
        after,
        mask,
        provenance: PROVENANCE_OF[mask],
        confidence: mask === 0 ? 100 : 71,
        place: null,
      };
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

export function fakeReport(tiles: number, settings: RunSettings): RunReport {
  const score = (psnr: number, ssim: number, mae: number, sam: number) => ({
    ...{ pixels: 9000, psnr, ssim, mae, sam, rmse: mae * 1.3, ndvi: mae * 2, coverage: null },
  });
  return {
    scene: 'scene.tif',
    shares: {
      observed: 0.71,
      thinCorrected: 0.12,
      shadowCorrected: 0.09,
      generated: 0.08,
      otherDates: 0,
      otherDatesChanged: 0,
      leftCloudy: 0,
    },
    dates: [],
    meanConfidence: 68.2,
    tiles: { total: tiles, repaired: tiles },
    backend: 'wasm',
    seconds: 12.4,
    settings,
    evaluation: {
      reference: 'truth.tif',
      warped: false,
      before: {
        thin: score(19.3, 0.61, 0.094, 9.8),
        shadow: score(24.1, 0.7, 0.051, 6.1),
        thick: score(9.8, 0.21, 0.31, 14.2),
        repaired: score(15.1, 0.5, 0.14, 10.3),
      },
      after: {
        thin: score(31.2, 0.9, 0.021, 3.1),
        shadow: score(30.1, 0.88, 0.024, 3.6),
        thick: score(23.7, 0.61, 0.05, 6.4),
        repaired: score(28.4, 0.82, 0.03, 4.2),
      },
    },
    notices: [],
  };
}

const PROVENANCE_OF: Record<number, number> = {
  [MASK_CLASS.clear]: PROVENANCE.observed,
  [MASK_CLASS.thin]: PROVENANCE.thinCorrected,
  [MASK_CLASS.thick]: PROVENANCE.generated,
  [MASK_CLASS.shadow]: PROVENANCE.shadowCorrected,
};

const CLOUDS = [
  [150, 140, 70],
  [360, 200, 95],
  [220, 390, 80],
] as const;

function opacityAt(x: number, y: number): number {
  return Math.max(
    0,
    ...CLOUDS.map(([cx, cy, radius]) => {
      const wobble = 1 + 0.2 * Math.sin(Math.atan2(y - cy, x - cx) * 5);
      return Math.min(1, 2 * (1 - Math.hypot(x - cx, y - cy) / (radius * wobble)));
    }),
  );
}

function classAt(x: number, y: number): number {
  const opacity = opacityAt(x, y);
  if (opacity > 0.7) return MASK_CLASS.thick;
  if (opacity > 0.05) return MASK_CLASS.thin;
  return opacityAt(x - 40, y - 40) > 0.3 ? MASK_CLASS.shadow : MASK_CLASS.clear;
}

/** Reflectance of one band. */
function sample(x: number, y: number, band: number, clear: boolean): number {
  const field = ((Math.floor(x / 37) * 7 + Math.floor((y + x / 9) / 29) * 13) % 11) / 11;
  const relief = Math.sin(x / 41 + Math.sin(y / 53)) * Math.cos(y / 67);
  const green = 0.5 + 0.5 * relief;
  const ground =
    [0.05, 0.08 + 0.02 * green, 0.12 - 0.05 * green, 0.16 + 0.2 * green, 0.2, 0.13][band] + 0.09 * field;
  if (clear) return ground;
  const shade = classAt(x, y) === MASK_CLASS.shadow ? 0.5 : 1;
  const opacity = opacityAt(x, y);
  return ground * shade * (1 - opacity) + 0.45 * opacity;
}

function paint(
  request: TileRequest,
  scene: Scene,
  known: (x: number, y: number, set: 'mask' | 'result') => boolean,
): DisplayTile {
  const { layer, window, width, height, bands } = request;
  const image = layer === 'before' || layer === 'after';
  const channels = image ? bands.length + 1 : 2;
  const data = image
    ? new Float32Array(width * height * channels)
    : new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = window.x + Math.floor(((column + 0.5) * window.width) / width);
      const y = window.y + Math.floor(((row + 0.5) * window.height) / height);
      if (x < 0 || y < 0 || x >= scene.grid.width || y >= scene.grid.height) continue;
      const at = (row * width + column) * channels;
      if (image) {
        const clear = layer === 'after' && known(x, y, 'result');
        bands.forEach((band, i) => {
          data[at + i] = sample(x, y, band, clear);
        });
        data[at + bands.length] = 1;
      } else {
        const mask = classAt(x, y);
        data[at] =
          layer === 'mask' ? mask : layer === 'provenance' ? PROVENANCE_OF[mask] : mask === 0 ? 100 : 70;
        data[at + 1] = known(x, y, layer === 'mask' ? 'mask' : 'result') ? 255 : 0;
      }
    }
  }
  return { width, height, channels, data };
}
