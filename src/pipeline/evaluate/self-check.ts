import { firstDisplayBands } from '../enhance/display-tile.ts';
import { percentile } from '../enhance/stretch.ts';
import { throwIfAborted } from '../errors.ts';
import type { Progress, Region, RegionScores, ReportedStage, RunEvent, RunSettings } from '../events.ts';
import type { Networks } from '../networks.ts';
import { pngAddress } from '../output/png.ts';
import type { ResultReader } from '../output/products.ts';
import { type RunResult, run } from '../run.ts';
import { canonicalIndices, MASK_CLASS, type Samples, type SceneSource, type Window } from '../scene.ts';
import { planTiles } from '../tiles.ts';
import { clipWindow, growWindow } from '../windows.ts';
import { type CloudedCutout, cutOut, type SceneCutout, withClouds } from './clouded.ts';
import { intervalOf } from './interval.ts';
import { choosePlaces } from './places.ts';
import { seeded } from './random.ts';
import { addCore, emptyRegionSums, ndviBands, scoresOf, toPicture } from './regions.ts';
import { SSIM_RADIUS } from './ssim.ts';

/** The error to expect in a scene: what came back of clear ground that was hidden under simulated clouds. */
export interface SelfCheck {
  /** The same seed gives the same clouds. */
  readonly seed: number;
  /** Where the clouds were put. */
  readonly places: readonly Window[];
  /** Error under the clouds and once repaired, by region of the simulation. */
  readonly before: RegionScores;
  readonly after: RegionScores;
  /** Share of each region's pixels that were found to be cloud or shadow, 0..1; of `clear`, those taken for it. */
  readonly found: Readonly<Partial<Record<Region, number>>>;
  readonly backend: string;
  readonly seconds: number;
  /** One of the places as PNG data URIs, at most 512 x 512 pixels. */
  readonly pictures: { readonly truth: string; readonly simulated: string; readonly repaired: string };
}

export interface SelfCheckOptions {
  /** Other dates of the area; they help where they helped the result. */
  readonly dates?: readonly SceneSource[];
  readonly seed?: number;
  readonly onProgress?: (progress: Progress) => void;
}

/** The clouds of version 1 of the check. */
const SEED = 1;

/**
 * Puts simulated clouds (broken cloud, its shadow, a veil) on clear parts of a scene, repairs them by the chain that repaired
 * the scene, and measures what came back. What the detector misses counts as error. Memory does not grow with the scene.
 *
 * @param result The finished run: says where the scene is clear.
 * @throws PipelineError `check/too-small`, `check/no-clear-part`, and those of run.
 */
export async function selfCheck(
  source: SceneSource,
  result: Pick<ResultReader, 'mask'>,
  networks: Networks,
  settings: RunSettings,
  { dates = [], seed = SEED, onProgress = () => {} }: SelfCheckOptions = {},
  signal?: AbortSignal,
): Promise<SelfCheck> {
  const started = performance.now();
  throwIfAborted(signal);
  const random = seeded(seed);
  const places = choosePlaces(planTiles(source.scene.grid), result.mask, random);
  const tallies = {
    before: emptyRegionSums(),
    after: emptyRegionSums(),
    found: new Map<number, [number, number]>(),
  };
  let pictures: SelfCheck['pictures'] | null = null;
  for (const [done, place] of places.entries()) {
    const truth = await cutOut(source, place, signal);
    const clear = clearGround(truth, result.mask(place));
    const clouded = withClouds(truth, clear, random);
    const repaired = await run(
      clouded.source,
      networks,
      withNetwork(settings),
      progressOf(done, places.length, started, onProgress),
      { dates: await datesOver(source, dates, place, signal) },
      signal,
    );
    await score(truth, clouded, repaired, tallies, signal);
    pictures ??= await threePictures(truth, clouded, repaired, signal);
  }
  return {
    seed,
    places,
    before: scoresOf(tallies.before),
    after: scoresOf(tallies.after),
    found: sharesFound(tallies.found),
    backend: networks.backend,
    seconds: (performance.now() - started) / 1000,
    pictures: pictures!,
  };
}

/**
 * A quality band knows nothing of simulated clouds, nor does what the user drew: the network has to look for them. What is measured
 * is the repair, not a composite.
 */
const withNetwork = ({ composite: _, edits: __, ...settings }: RunSettings): RunSettings =>
  settings.maskSource === 'quality-band' ? { ...settings, maskSource: 'union' } : settings;

/** Dates are laid over a place by their coordinates; without those, they match the scene pixel by pixel. */
async function datesOver(
  { scene: { grid } }: SceneSource,
  dates: readonly SceneSource[],
  place: Window,
  signal?: AbortSignal,
): Promise<SceneSource[]> {
  if (grid.transform) return [...dates];
  const alike = dates.filter(
    ({ scene }) => scene.grid.width === grid.width && scene.grid.height === grid.height,
  );
  return Promise.all(alike.map(async (date) => (await cutOut(date, place, signal)).source));
}

/** 1 where the mask says clear and the part holds light: a pixel of alpha 0 is no data, and has that class in the mask. */
function clearGround({ source: { scene } }: SceneCutout, mask: Uint8Array): Uint8Array {
  const { width, height } = scene.grid;
  return mask.subarray(0, width * height).map((value) => (value === MASK_CLASS.clear ? 1 : 0));
}

/** How far a place is after which stage of its run. */
const STAGES: Readonly<Partial<Record<ReportedStage, readonly [from: number, to: number]>>> = {
  detect: [0, 0.2],
  preprocess: [0.2, 0.3],
  generate: [0.3, 1],
};

function progressOf(
  place: number,
  places: number,
  started: number,
  tell: (progress: Progress) => void,
): (event: RunEvent) => void {
  let reached = 0;
  return (event) => {
    if (event.type !== 'progress') return;
    const [from, to] = STAGES[event.stage] ?? [reached, reached];
    // Clouds of other dates are looked for by the same stage again: progress never runs back.
    reached = Math.max(reached, from + ((to - from) * event.done) / Math.max(1, event.total));
    const share = (place + reached) / places;
    const passed = (performance.now() - started) / 1000;
    tell({
      type: 'progress',
      stage: 'evaluate',
      done: Math.floor(100 * share),
      total: 100,
      secondsLeft: share > 0.05 ? (passed / share) * (1 - share) : null,
    });
  };
}

interface Tallies {
  readonly before: ReturnType<typeof emptyRegionSums>;
  readonly after: ReturnType<typeof emptyRegionSums>;
  /** Pixels by class of the simulation: all, and those found masked. */
  readonly found: Map<number, [number, number]>;
}

async function score(
  truth: SceneCutout,
  clouded: CloudedCutout,
  { result }: RunResult,
  { before, after, found }: Tallies,
  signal?: AbortSignal,
): Promise<void> {
  const { scene } = truth.source;
  const { width, height } = scene.grid;
  const core = { x: 0, y: 0, width, height };
  const { classes } = clouded;
  result.mask(core).forEach((value, i) => {
    const counts = found.get(classes[i]) ?? [0, 0];
    counts[0]++;
    if (value !== MASK_CLASS.clear && value !== MASK_CLASS.nodata) counts[1]++;
    found.set(classes[i], counts);
  });
  const own = canonicalIndices(scene);
  const compared = own.flatMap((index, i) => (index === null ? [] : [i]));
  const bands = compared.map((i) => own[i] as number);
  const around = growWindow(core, SSIM_RADIUS);
  const inside = clipWindow(around, width, height)!;
  const picture = (samples: readonly Samples[]) =>
    toPicture(scene, bands, { window: inside, bands: bands.map((index) => samples[index]) }, around);
  const ground = picture(truth.bands);
  const repaired = await result.read(core, signal);
  const interval = intervalOf(result.confidence(core), result.provenance(core));
  const scoring = { core, classes, ndvi: ndviBands(compared) };
  addCore([before], picture(clouded.bands), ground, scoring);
  addCore([after], picture(repaired.bands), ground, { ...scoring, interval });
}

const NAMES: readonly (readonly [number, Region])[] = [
  [MASK_CLASS.clear, 'clear'],
  [MASK_CLASS.thin, 'thin'],
  [MASK_CLASS.thick, 'thick'],
  [MASK_CLASS.shadow, 'shadow'],
];

function sharesFound(found: Tallies['found']): SelfCheck['found'] {
  return Object.fromEntries(
    NAMES.flatMap(([value, name]) => {
      const counts = found.get(value);
      return counts ? [[name, counts[1] / counts[0]]] : [];
    }),
  );
}

/** Truth, simulation and repair in the same colours. */
async function threePictures(
  truth: SceneCutout,
  clouded: CloudedCutout,
  { result }: RunResult,
  signal?: AbortSignal,
): Promise<SelfCheck['pictures']> {
  const { scene } = truth.source;
  const { width, height } = scene.grid;
  const shown = firstDisplayBands(scene);
  const { bands: repaired } = await result.read({ x: 0, y: 0, width, height }, signal);
  const ranges = shown.map((index) => {
    const known = Float64Array.from(truth.bands[index].filter((_, i) => clouded.classes[i] !== 255)).sort();
    const [low, high] = [percentile(known, 0.01), percentile(known, 0.99)];
    return { low, span: Math.max(high - low, 1e-9) };
  });
  const address = (bands: readonly Samples[]) => {
    const rgb = new Uint8Array(3 * width * height);
    shown.forEach((index, c) => {
      const { low, span } = ranges[c];
      // Room above the ground's brightness, so that clouds are not a white patch; gamma 1.6 for the eye.
      for (let i = 0; i < width * height; i++) {
        const share = Math.min(1, Math.max(0, (bands[index][i] - low) / (1.4 * span)));
        rgb[3 * i + c] = Math.round(255 * share ** (1 / 1.6));
      }
    });
    return pngAddress({ width, height, rgb });
  };
  const [a, b, c] = await Promise.all([address(truth.bands), address(clouded.bands), address(repaired)]);
  return { truth: a, simulated: b, repaired: c };
}
