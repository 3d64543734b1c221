import { classify, fromNetwork } from '../detect/probabilities.ts';
import { throwIfAborted } from '../errors.ts';
import { DEFAULT_SETTINGS } from '../events.ts';
import type { Networks } from '../networks.ts';
import type { BandPlan } from '../preprocess/bands.ts';
import { cirrusOf, observe } from '../preprocess/observe.ts';
import { detectorInput, gatherFrom } from '../preprocess/tensor.ts';
import { MASK_CLASS, type Scene, type SceneSource, type Window } from '../scene.ts';
import { HALOS } from '../tiles.ts';
import { clipWindow, cropPlane, growWindow } from '../windows.ts';
import { acquiredOn } from './acquired.ts';
import { planDate } from './match.ts';

/** What can be said of a date before a run. */
export interface DateSurvey {
  readonly scene: Scene;
  /** Day on which it was taken, `YYYY-MM-DD`; null if the file does not say. */
  readonly acquired: string | null;
  /** Share of cloud and shadow among the valid pixels that were looked at, 0..1; null if none was. */
  readonly cloud: number | null;
  /** Alike for two files that hold the same picture. */
  readonly digest: string;
}

/** Windows that are looked at: at most 3 x 3 of 256 x 256 pixels, with what lies around them as in a run. */
const ACROSS = 3;
const SIDE = 256;
const TILE = SIDE + 2 * HALOS.detect;
/** Side of the picture that tells one file from another. */
const DIGEST_SIDE = 32;

/**
 * Looks at a date before a run: when it was taken, and how cloudy it is, judged by the detector from windows spread over
 * the scene. Scenes of up to 768 x 768 pixels are looked at as a whole.
 * @param networks null where there are none: then how cloudy it is remains unknown
 * @throws PipelineError `scene/roles-incomplete`, and what the source and the networks throw
 */
export async function surveyDate(
  source: SceneSource,
  networks: Pick<Networks, 'detect'> | null,
  signal?: AbortSignal,
): Promise<DateSurvey> {
  const { scene } = source;
  const plan = planDate(scene);
  return {
    scene,
    acquired: acquiredOn(scene),
    cloud: networks && (await cloudIn(source, plan, networks, signal)),
    digest: await digestOf(source, plan.canonical.slice(0, 3) as number[], signal),
  };
}

async function cloudIn(
  source: SceneSource,
  plan: BandPlan,
  networks: Pick<Networks, 'detect'>,
  signal?: AbortSignal,
): Promise<number | null> {
  const { scene } = source;
  const { width, height } = scene.grid;
  let [valid, cloudy] = [0, 0];
  for (const window of lookedAt(width, height)) {
    throwIfAborted(signal);
    const grown = growWindow(window, HALOS.detect);
    const around = clipWindow(grown, width, height) as Window;
    const seen = observe(scene, plan, await source.read(around, plan.all, signal), plan.all);
    const tile = { x: grown.x, y: grown.y, width: TILE, height: TILE };
    const gather = gatherFrom(tile, around, around, seen.valid);
    const input = detectorInput(seen.canonical, cirrusOf(seen, plan), gather);
    const found = fromNetwork(await networks.detect(input, TILE, TILE), tile, seen, window);
    for (const value of classify(found, cropPlane(seen.valid, around, window), DEFAULT_SETTINGS)) {
      if (value === MASK_CLASS.nodata) continue;
      valid++;
      if (value !== MASK_CLASS.clear) cloudy++;
    }
  }
  return valid > 0 ? cloudy / valid : null;
}

/** All of a small scene; of a large one windows spread evenly, without overlap. */
function lookedAt(width: number, height: number): Window[] {
  const along = (length: number) => {
    const count = Math.min(ACROSS, Math.ceil(length / SIDE));
    const step = length > ACROSS * SIDE ? (length - SIDE) / (ACROSS - 1) : SIDE;
    return Array.from({ length: count }, (_, i) => {
      const from = Math.round(i * step);
      return { from, size: Math.min(SIDE, length - from) };
    });
  };
  return along(height).flatMap((row) =>
    along(width).map((column) => ({ x: column.from, y: row.from, width: column.size, height: row.size })),
  );
}

/** FNV-1a over the grid and a small picture. */
async function digestOf(
  { scene, readDecimated }: SceneSource,
  bands: readonly number[],
  signal?: AbortSignal,
): Promise<string> {
  const { width, height, transform } = scene.grid;
  const all = { x: 0, y: 0, width, height };
  const [w, h] = [width, height].map((side) => Math.min(DIGEST_SIDE, side));
  const { bands: samples } = await readDecimated(all, w, h, bands, signal);
  const text = [width, height, transform, ...samples.map((band) => band.join())].join(';');
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}
