import { expose, transfer } from 'comlink';
import {
  type Comparison,
  coarseToo,
  comparisonTile,
  probeComparison,
} from '../src/pipeline/enhance/comparison.ts';
import { type DisplayStore, displayStore } from '../src/pipeline/enhance/display-store.ts';
import {
  type DisplayRequest,
  displayTile,
  firstDisplayBands,
  probePixel,
} from '../src/pipeline/enhance/display-tile.ts';
import { enhances, type Tone } from '../src/pipeline/enhance/enhance.ts';
import { enhancedTile, type ReadDisplayTile, sceneTone } from '../src/pipeline/enhance/enhanced-tile.ts';
import { needsPreview, withPreview } from '../src/pipeline/enhance/preview.ts';
import {
  type BandStretch,
  type ClearAt,
  type RepairedAt,
  type Stretch,
  sceneStretch,
} from '../src/pipeline/enhance/stretch.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import { applyOverrides } from '../src/pipeline/ingest/open.ts';
import { writePicture } from '../src/pipeline/output/picture.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { placeOf } from '../src/pipeline/place.ts';
import { MASK_CLASS, type SceneSource, type Window } from '../src/pipeline/scene.ts';
import { type Candidate, candidates as sceneCandidates } from './candidates.ts';
import { jobs } from './crossing.ts';
import { holdLock } from './liveness.ts';
import { openInput } from './open-comparison.ts';
import { otherDates } from './other-dates.ts';
import { writeOutputFile } from './output-file.ts';
import { openPreviewPages, type PreviewPages } from './preview-pages.ts';
import type { DisplayApi, TileMessage } from './protocol.ts';
import { tileRequests } from './tile-requests.ts';

const NO_RUN = -1;
const KEPT_TONES = 32;
/** Bytes of decoded blocks: half a screenful at full resolution; coarse views come from the preview. */
const CACHE_BUDGET = 32 * 2 ** 20;
const running = jobs();
let emit: Parameters<DisplayApi['start']>[0];
let pipeline: MessagePort | null = null;
const requests = tileRequests(() => pipeline);
const candidates = sceneCandidates();
let taking: Promise<unknown> = Promise.resolve();
let opened: SceneSource | null = null;
let preview: PreviewPages | null = null;
let scene: SceneSource | null = null;
/** Finished files that are shown instead of a run. */
let comparison: Comparison | null = null;
let store: DisplayStore = displayStore(requests);
let currentRun = NO_RUN;
let ended = NO_RUN;
const waiting = new Map<number, () => void>();
const dates = otherDates();
/** The dates as they are shown beside the scene. */
const pictures = new Map<number, SceneSource>();

const api: DisplayApi = {
  start(onEvent) {
    emit = onEvent;
    return holdLock(self.name);
  },
  connectPipeline(port) {
    pipeline?.close();
    pipeline = port;
    requests.giveUp();
    if (port) port.onmessage = ({ data }: MessageEvent<TileMessage>) => take(data);
  },
  cancel: running.cancel,
  open: (job, input, opening) =>
    running.run(job, async (signal) => {
      const { scene: read } = await candidates.read(opening, input, { cacheBudget: CACHE_BUDGET }, signal);
      return { displayBands: firstDisplayBands(read) };
    }),
  take(opening) {
    const taken = candidates.take(opening);
    return taken ? inTurn(() => showCandidate(taken)) : Promise.resolve(false);
  },
  drop: candidates.drop,
  openComparison: (job, input) =>
    running.run(job, async (signal) => {
      const ready = await openInput(input, signal);
      show(ready.comparison.before);
      comparison = ready.comparison;
      return ready.opened;
    }),
  override: (overrides) => inTurn(() => show(applyOverrides(open(opened), overrides))),
  setDates: (job, given) =>
    running.run(job, async (signal) => {
      await dates.set(given, async () => {}, signal);
      pictures.clear();
    }),
  expectRun(run) {
    store = displayStore(requests);
    currentRun = run;
  },
  settled: (run) =>
    ended === run ? Promise.resolve() : new Promise((resolve) => waiting.set(run, () => resolve())),
  displayTile: (job, request) =>
    running.run(job, async (signal) => {
      const tile = await picturedTile(request, signal);
      return transfer(tile, [tile.data.buffer]);
    }),
  exportPicture: (job, look, picked) =>
    running.run(job, (signal) => {
      const { scene: shown } = open(scene);
      const layer = comparison || currentRun !== NO_RUN ? 'after' : 'before';
      const { bands, enhancement } = look;
      const tile = (window: Window, aborted?: AbortSignal) => {
        const { width, height } = window;
        return picturedTile({ layer, window, width, height, bands, enhancement }, aborted);
      };
      const onProgress = (done: number, total: number) =>
        emit(job, { type: 'progress', stage: 'output', done, total, secondsLeft: null });
      return writeOutputFile(picked, ({ sink, scratch }) =>
        writePicture(shown, look, tile, sink, { signal, scratch, onProgress }),
      );
    }),
  stretch: (job, bands) => running.run(job, (signal) => stretchOf(bands, signal)),
  async probe(x, y) {
    const { grid } = (comparison?.before ?? open(scene)).scene;
    const values = await (comparison
      ? probeComparison(comparison, x, y)
      : probePixel(open(scene), store, x, y));
    return { ...values, place: placeOf(grid, x + 0.5, y + 0.5) };
  },
};

/** Tones of the open scene by bands and dehazing: every tile of a picture waits for the same. */
const tones = new Map<string, Promise<{ stretch: Stretch[]; tone: Tone }>>();

/** A tile of the scene and its run, or of the finished files that are shown instead. */
const plainTile: ReadDisplayTile = async (request, signal) =>
  comparison
    ? comparisonTile(comparison, request, signal)
    : displayTile(await sourceOf(request), store, request, signal);

const isMaskKnown = () =>
  comparison ? comparison.classes.mask !== undefined : currentRun !== NO_RUN && ended === currentRun;

/** The stretch of the open scene; of its clear ground, once that is known, or of the result where hardly anything is clear. */
function stretchOf(bands: readonly number[], signal?: AbortSignal): Promise<BandStretch[]> {
  const clearAt: ClearAt = async (window, width, height) => {
    const { data } = await plainTile({ layer: 'mask', window, width, height, bands: [] }, signal);
    return Uint8Array.from({ length: width * height }, (_, i) => (data[2 * i] === MASK_CLASS.clear ? 1 : 0));
  };
  const repairedAt: RepairedAt = async (window, width, height) =>
    (await plainTile({ layer: 'after', window, width, height, bands }, signal)).data;
  return isMaskKnown()
    ? sceneStretch(open(scene), bands, signal, clearAt, repairedAt)
    : sceneStretch(open(scene), bands, signal);
}

async function picturedTile(request: DisplayRequest, signal?: AbortSignal) {
  const { enhancement, bands, layer } = request;
  const isPicture = (layer === 'before' || layer === 'after') && bands.length === 3;
  if (!enhancement || !isPicture || !enhances(enhancement)) return plainTile(request, signal);
  const shown = open(scene);
  const { grid } = shown.scene;
  const clearOnly = isMaskKnown();
  const key = `${bands} ${enhancement.dehaze} ${clearOnly && currentRun}`;
  const known =
    tones.get(key) ??
    stretchOf(bands).then(async (stretch) => ({
      stretch,
      tone: await sceneTone(grid, plainTile, bands, stretch, enhancement.dehaze, clearOnly),
    }));
  known.catch(() => tones.delete(key));
  if (tones.size > KEPT_TONES) tones.clear();
  tones.set(key, known);
  const { stretch, tone } = await known;
  return enhancedTile(grid, plainTile, request, stretch, tone, enhancement, signal);
}

/** The picture that a tile shows. */
const sourceOf = async ({ date }: DisplayRequest) => (date === undefined ? open(scene) : picture(date));

/** @throws PipelineError as pictureOf, and if the date is not known or could not be read */
async function picture(id: number): Promise<SceneSource> {
  const made = pictures.get(id);
  if (made) return made;
  const source = dates.source(id);
  if (!source)
    throw new PipelineError('job/not-ready', phrase('This date is not open.'), phrase('Add it again.'));
  // Projections are fetched when they are needed.
  const { pictureOf } = await import('../src/pipeline/dates/picture.ts');
  const shown = pictureOf(coarseToo(source), open(scene).scene);
  pictures.set(id, shown);
  return shown;
}

/** One after the other, as they were asked for: a scene stands once the pages of its preview are open. */
function inTurn<T>(change: () => T | Promise<T>): Promise<T> {
  const changed = taking.then(change, change);
  taking = changed;
  return changed;
}

async function showCandidate({ input, source }: Candidate): Promise<boolean> {
  preview?.close();
  preview = needsPreview(source) ? await openPreviewPages(input) : null;
  dates.clear();
  opened = preview ? withPreview(source, preview.pages, preview.budget) : source;
  show(opened);
  return true;
}

function show(source: SceneSource) {
  tones.clear();
  scene = source;
  comparison = null;
  pictures.clear();
  api.expectRun(NO_RUN);
  return { displayBands: firstDisplayBands(source.scene) };
}

function take(message: TileMessage): void {
  if (message.type === 'answer') {
    requests.answer(message.id, message.tile);
    return;
  }
  if (message.run !== currentRun) return;
  if (message.type === 'mask') {
    store.masks.add(message.tile);
    emit(message.run, { type: 'mask-changed', window: message.tile.window });
  } else if (message.type === 'repaired') {
    store.repaired.addSmall(message.tile);
    emit(message.run, { type: 'result-changed', window: message.tile.window });
  } else {
    ended = message.run;
    waiting.get(message.run)?.();
    waiting.delete(message.run);
  }
}

function open(source: SceneSource | null): SceneSource {
  if (!source)
    throw new PipelineError('job/not-ready', phrase('No scene is open.'), phrase('Open a GeoTIFF first.'));
  return source;
}

expose(api);
