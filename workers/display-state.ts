import type { Comparison } from '../src/pipeline/enhance/comparison.ts';
import { type DisplayStore, displayStore } from '../src/pipeline/enhance/display-store.ts';
import type { Tone } from '../src/pipeline/enhance/enhance.ts';
import type { Stretch } from '../src/pipeline/enhance/stretch.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { type Jobs, jobs } from './crossing.ts';
import { type OtherDates, otherDates } from './other-dates.ts';
import type { DisplayApi } from './protocol.ts';
import { type TileRequests, tileRequests } from './tile-requests.ts';

/** What the parts of the display worker share. */
export interface DisplayState {
  readonly running: Jobs;
  readonly dates: OtherDates;
  /** The dates as they are shown beside the scene. */
  readonly pictures: Map<number, SceneSource>;
  /** Tones of the open scene by bands and dehazing: every tile of a picture waits for the same. */
  readonly tones: Map<string, Promise<{ stretch: Stretch[]; tone: Tone }>>;
  readonly requests: TileRequests;
  /** There from `start` on. */
  emit: Parameters<DisplayApi['start']>[0];
  /** To the pipeline worker; null while there is none. */
  pipeline: MessagePort | null;
  scene: SceneSource | null;
  /** Finished files that are shown instead of a run. */
  comparison: Comparison | null;
  store: DisplayStore;
  /** The run whose tiles are taken; null: none. */
  run: number | null;
  /** The last run of which every tile has been taken. */
  ended: number | null;
}

export function displayState(): DisplayState {
  const requests = tileRequests(() => state.pipeline);
  const state: DisplayState = {
    running: jobs(),
    dates: otherDates(),
    pictures: new Map(),
    tones: new Map(),
    requests,
    emit: () => {},
    pipeline: null,
    scene: null,
    comparison: null,
    store: displayStore(requests),
    run: null,
    ended: null,
  };
  return state;
}

/** Shows a scene of which nothing has been found yet. */
export function show(state: DisplayState, source: SceneSource): void {
  state.tones.clear();
  state.pictures.clear();
  state.scene = source;
  state.comparison = null;
  expectRun(state, null);
}

/** Forgets what earlier runs found; tiles of this one are taken from now on. */
export function expectRun(state: DisplayState, run: number | null): void {
  state.store = displayStore(state.requests);
  state.run = run;
}

/** @throws PipelineError `job/not-ready` */
export function opened(source: SceneSource | null): SceneSource {
  if (source) return source;
  throw new PipelineError('job/not-ready', phrase('No scene is open.'), phrase('Open a GeoTIFF first.'));
}
