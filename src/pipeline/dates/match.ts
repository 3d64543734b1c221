import { PipelineError } from '../errors.ts';
import type { Findings } from '../findings.ts';
import { breathe, type Job } from '../job.ts';
import { phrase } from '../phrase.ts';
import { type BandPlan, bandsLacking, planBands } from '../preprocess/bands.ts';
import {
  type Grid,
  isMeasured,
  LIKE_REFLECTANCE,
  MASK_CLASS,
  type Scene,
  type SceneSource,
  type Window,
} from '../scene.ts';
import { readPlane } from '../tiles.ts';
import { acquiredOn } from './acquired.ts';
import { median } from './fit-samples.ts';
import { addToCrossPower, createCrossPower, findShift } from './shift.ts';
import { overlaps, type Shift, warpedTo } from './warp.ts';

/** Another date, on the grid of the target. */
export interface OtherDate {
  /** Position among the dates that were given. */
  readonly index: number;
  readonly source: SceneSource;
  readonly plan: BandPlan;
  /** File indices of the bands that the target's are worked out from. */
  readonly predictors: readonly number[];
  readonly acquired: string | null;
  readonly shift: Shift;
}

/** A band that lacks more than this share of the pixels that the canonical ones hold is no predictor. */
const MOST_GAPS = 0.05;

/** Side of the pictures in which a shift is looked for, how many, and the share of each that has to be clear. */
const SHIFT_SIDE = 256;
const SHIFT_PICTURES = 9;
const SHIFT_CLEAR = 0.6;
/** A peak below this says nothing; shifts between these lengths, in pixels, are corrected. */
const SHIFT_PEAK = 0.04;
const SHIFT_FROM = 0.1;

/** The date on the target's grid, with its shift taken out; null, with a notice, if it cannot be laid over it. */
export async function match(
  job: Job,
  findings: Findings,
  unmatched: SceneSource,
  index: number,
): Promise<OtherDate | null> {
  const { notices, signal } = job;
  const { grid } = job.source.scene;
  const given = withoutFill(unmatched);
  const { name } = given.scene;
  try {
    const plan = await requireUsable(given, grid, signal);
    const predictors = await findPredictors(given, plan, signal);
    const missing = job.plan.canonical.filter(
      (band, i) => band !== null && plan.canonical[i] === null,
    ).length;
    if (missing > 0) {
      notices.add(
        'dates/other-bands',
        phrase('{{name}} lacks {{count}} bands of the scene: they are worked out from those that it has.', {
          name,
          count: missing,
          defaultValue_one: '{{name}} lacks a band of the scene: it is worked out from those that it has.',
        }),
      );
    }
    let shift: Shift = { dx: 0, dy: 0 };
    // What is found once is found better when it was nearly taken out.
    for (let round = 0; round < 2; round++) {
      const rest = await shiftOf(job, findings, warpedTo(given, grid, shift), plan);
      if (!rest || rest.peak < SHIFT_PEAK || Math.hypot(rest.dx, rest.dy) < SHIFT_FROM) break;
      shift = { dx: shift.dx + rest.dx, dy: shift.dy + rest.dy };
    }
    if (shift.dx !== 0 || shift.dy !== 0) {
      const moved = `${shift.dx.toFixed(1)}, ${shift.dy.toFixed(1)}`;
      notices.add(
        'dates/shifted',
        phrase('{{name}} lay ({{moved}}) pixels off the scene: it was moved back.', { name, moved }),
      );
    }
    const source = warpedTo(given, grid, shift);
    return {
      index,
      source,
      plan: { ...plan, needed: predictors },
      predictors,
      acquired: acquiredOn(given.scene),
      shift,
    };
  } catch (thrown) {
    const known = thrown instanceof PipelineError && /^(dates|scene)\//.test(thrown.code);
    if (!known) throw thrown;
    const { message, remedy } = thrown.phrases;
    notices.add(
      thrown.code,
      phrase('{{name}} was left out. {{problem}} {{remedy}}', { name, problem: message, remedy }),
    );
    return null;
  }
}

/** The canonical bands, and those like them that are measured (nearly) wherever these are: a pixel is of use only if all are. */
async function findPredictors(
  { scene, readDecimated }: SceneSource,
  plan: BandPlan,
  signal?: AbortSignal,
): Promise<number[]> {
  const others = scene.bands.filter(({ role }) => LIKE_REFLECTANCE.includes(role)).map(({ index }) => index);
  if (others.length === 0) return [...plan.needed];
  const { width, height } = scene.grid;
  const all = { x: 0, y: 0, width, height };
  const bands = [...plan.needed, ...others];
  const raster = await readDecimated(all, Math.min(64, width), Math.min(64, height), bands, signal);
  const measured = (b: number, i: number) => isMeasured(raster.bands[b][i], scene.nodata);
  const seen = [...raster.bands[0].keys()].filter((i) => plan.needed.every((_, b) => measured(b, i)));
  const whole = others.filter((_, k) => {
    const gaps = seen.filter((i) => !measured(plan.needed.length + k, i)).length;
    return gaps <= MOST_GAPS * seen.length;
  });
  return scene.bands
    .map(({ index }) => index)
    .filter((index) => plan.needed.includes(index) || whole.includes(index));
}

/**
 * Can the date be laid over a grid, and is it reflectance?
 * @throws PipelineError `dates/no-overlap`, `dates/unknown-crs`, `dates/no-georeference`, `dates/other-radiometry`,
 *   `scene/roles-incomplete`
 */
export async function requireUsable(date: SceneSource, grid: Grid, signal?: AbortSignal): Promise<BandPlan> {
  if (!overlaps(date.scene.grid, grid)) {
    throw new PipelineError(
      'dates/no-overlap',
      phrase('It shows another area: no pixel of it lies on the scene.'),
      phrase('Choose a date of the same area.'),
    );
  }
  const plan = planDate(date.scene);
  await checkUnits(withoutFill(date), plan, signal);
  return plan;
}

/**
 * The date with 0 for no data where it seems to have a border of zeros that it does not name. Unlike in the scene itself, nothing is lost
 * if dark ground is among them: it is not taken from this date.
 */
function withoutFill(date: SceneSource): SceneSource {
  const { scene } = date;
  const filled = scene.nodata === null && scene.notices.some(({ code }) => code === 'zero-border');
  return filled ? { ...date, scene: { ...scene, nodata: 0 } } : date;
}

/**
 * The bands of another date by the part that they play.
 * @throws PipelineError `scene/roles-incomplete`
 */
export function planDate(scene: Scene): BandPlan {
  const lacking = bandsLacking(scene);
  if (!lacking) return planBands(scene);
  throw new PipelineError(
    'scene/roles-incomplete',
    lacking.message,
    phrase('Choose a date with blue, green and red.'),
  );
}

/** Half of a scene's pixels are not brighter than this in visible light, clouds and all; nor darker. */
const BRIGHTEST_MEDIAN = 2;
const DARKEST_MEDIAN = 5e-4;

/** @throws PipelineError `dates/other-radiometry` if the samples cannot be reflectance */
async function checkUnits(
  { scene, readDecimated }: SceneSource,
  plan: BandPlan,
  signal?: AbortSignal,
): Promise<void> {
  const { width, height } = scene.grid;
  const visible = plan.canonical.slice(0, 3) as number[];
  const all = { x: 0, y: 0, width, height };
  const wanted = plan.alpha === null ? visible : [...visible, plan.alpha];
  const raster = await readDecimated(all, Math.min(64, width), Math.min(64, height), wanted, signal);
  const opaque = raster.bands.at(visible.length);
  const values = visible.flatMap((index, b) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    return [...raster.bands[b]]
      .filter((sample, i) => isMeasured(sample, scene.nodata) && opaque?.[i] !== 0)
      .map((sample) => sample * scale + offset);
  });
  const middle = median(Float64Array.from(values));
  if (values.length === 0 || (middle > DARKEST_MEDIAN && middle < BRIGHTEST_MEDIAN)) return;
  throw new PipelineError(
    'dates/other-radiometry',
    phrase('Its values ({{middle}} in the middle) are no reflectance: raw counts, or another scale.', {
      middle: middle.toPrecision(2),
    }),
    phrase('Check its scale and offset.'),
  );
}

/** Looks for the shift in the clearest parts of the target, spread over the scene. */
async function shiftOf(
  { source, plan, signal }: Job,
  findings: Findings,
  date: SceneSource,
  datePlan: BandPlan,
) {
  const { width, height } = source.scene.grid;
  let side = SHIFT_SIDE;
  while (side > Math.min(width, height)) side /= 2;
  if (side < 32) return null;
  const cross = createCrossPower(side);
  const bands = plan.canonical
    .map((_, i) => i)
    .filter((i) => plan.canonical[i] !== null && datePlan.canonical[i] !== null);
  const chosen = bands.filter((i) => i > 0).slice(0, 3);
  for (const window of lookedAt(width, height, side)) {
    if (cross.pictures >= SHIFT_PICTURES * chosen.length) break;
    await breathe(signal);
    const classes = readPlane(findings.classes, window, MASK_CLASS.nodata);
    const indices = (of: BandPlan) => chosen.map((i) => of.canonical[i] as number);
    const [here, there] = await Promise.all([
      source.read(window, indices(plan), signal),
      date.read(window, indices(datePlan), signal),
    ]);
    const usable = classes.map((value, i) =>
      value === MASK_CLASS.clear && there.bands.every((band) => Number.isFinite(band[i])) ? 1 : 0,
    );
    if (usable.reduce((sum, is) => sum + is, 0) < SHIFT_CLEAR * usable.length) continue;
    chosen.forEach((_, k) => {
      addToCrossPower(cross, Float32Array.from(here.bands[k]), Float32Array.from(there.bands[k]), usable);
    });
  }
  return findShift(cross);
}

/** Windows of a side, spread evenly: at most 5 x 5. */
function lookedAt(width: number, height: number, side: number): Window[] {
  const along = (length: number) => {
    const count = Math.min(5, Math.floor(length / side));
    return Array.from({ length: count }, (_, i) =>
      count === 1 ? (length - side) >> 1 : Math.round((i * (length - side)) / (count - 1)),
    );
  };
  return along(height).flatMap((y) => along(width).map((x) => ({ x, y, width: side, height: side })));
}
