import { confidenceOf } from './composite/composite.ts';
import { type Floors, raise } from './composite/floors.ts';
import { mixInto, sampleMaker } from './composite/native.ts';
import { readDate, readTarget, targetBands, type UsefulDate, usableIn } from './date-planes.ts';
import { errorOfChange } from './dates/clone.ts';
import { combine, type DateValues } from './dates/combine.ts';
import { type ClonedTiles, errorOf } from './dates/findings.ts';
import { harmonise } from './dates/harmonise.ts';
import type { CompositeMethod, RepairedTile } from './events.ts';
import { checkpoint, type Job } from './job.ts';
import type { PageStore } from './pages.ts';
import type { DateFindings } from './pass-dates.ts';
import { type Band, isMeasured, MASK_CLASS, PROVENANCE } from './scene.ts';
import { readPlane, repairedTile, setRepaired, type TileStore } from './tiles.ts';

/** Says that a tile's composite is finished. */
const doneName = (key: number) => `composite/${key}`;

/** Is the tile's composite finished? */
export function isComposed(pages: PageStore, key: number): boolean {
  return pages.has(doneName(key));
}

/**
 * Puts a composite of all dates in place of the repaired scene, tile by tile: wherever a date is clear, the target included. What none
 * of them saw stays as it was repaired, without dates all of it. Pixels that the composite takes from the target keep their bits. Goes
 * on from what is there.
 * @param cloned What cloning said of the gaps: that the ground has changed there holds whichever date is taken.
 */
export async function dateCompositePass(
  job: Job,
  { useful: dates, cloned }: Pick<DateFindings, 'useful' | 'cloned'>,
  method: CompositeMethod,
  floors: Floors,
  store: TileStore,
): Promise<void> {
  const { layout, pace } = job;
  const order = await leastCloudyFirst(job, dates, store);
  const tell = (key: number) => {
    const tile = repairedTile(store, key);
    if (tile) job.emit({ type: 'repaired', tile });
  };
  const keys = [...layout.windows.keys()];
  const left = keys.filter((key) => !isComposed(store.pages, key));
  for (const key of keys) {
    if (!isComposed(store.pages, key)) continue;
    await checkpoint(job);
    tell(key);
  }
  let done = keys.length - left.length;
  pace.report('composite', done, keys.length);
  for (const key of left) {
    await checkpoint(job);
    const tile = await compositeTile(job, { dates, cloned, order, method, floors }, store, key);
    if (tile) setRepaired(store, key, tile);
    store.pages.set(doneName(key), Uint8Array.of(1));
    tell(key);
    done++;
    pace.report('composite', done, keys.length);
  }
}

/** Dates by what they see of the scene, 0 for the target: the one that sees most comes first, of those alike the target. */
async function leastCloudyFirst(job: Job, dates: readonly UsefulDate[], store: TileStore): Promise<number[]> {
  const clear = new Float64Array(dates.length + 1);
  for (const window of job.layout.windows) {
    await checkpoint(job);
    clear[0] += count(clearOfTarget(store, window));
    dates.forEach((date, d) => {
      clear[d + 1] += count(usableIn(date, window, job.settings.bufferPixels));
    });
  }
  return [...clear.keys()].sort((a, b) => clear[b] - clear[a] || a - b);
}

const count = (plane: Uint8Array) => plane.reduce((sum, is) => sum + is, 0);

const clearOfTarget = (store: TileStore, window: RepairedTile['window']) =>
  readPlane(store.mask, window, MASK_CLASS.nodata).map((value) => (value === MASK_CLASS.clear ? 1 : 0));

/** What a composite is made of, and how. */
interface CompositeRule {
  readonly dates: readonly UsefulDate[];
  /** What cloning said of the gaps. */
  readonly cloned: ClonedTiles;
  /** Numbers of the dates, 0 for the target, in the order in which they are preferred. */
  readonly order: readonly number[];
  readonly method: CompositeMethod;
  readonly floors: Floors;
}

/** @returns null if the tile takes nothing from another date */
async function compositeTile(
  job: Job,
  { dates, cloned, order, method, floors }: CompositeRule,
  store: TileStore,
  key: number,
): Promise<RepairedTile | null> {
  const { plan, layout } = job;
  const window = layout.windows[key];
  const classes = readPlane(store.mask, window, MASK_CLASS.nodata);
  const clear = [
    clearOfTarget(store, window),
    ...dates.map((date) => usableIn(date, window, job.settings.bufferPixels)),
  ];
  // Where the target holds no data, nothing is put.
  for (const plane of clear)
    for (let i = 0; i < plane.length; i++) if (classes[i] === MASK_CLASS.nodata) plane[i] = 0;
  if (!clear.slice(1).some((plane) => plane.includes(1))) return null;
  const target = await readTarget(job, window);
  const matched: Matched[] = [];
  for (const [d, date] of dates.entries()) matched.push(await matchTile(job, date, window, clear[d + 1]));

  const bands = targetBands(plan);
  const seen = plan.canonical.filter((index) => index !== null).length;
  const share = new Float32Array(classes.length);
  const values = bands.map(() => new Float32Array(classes.length));
  const taken = new Uint8Array(classes.length);
  const changed = readPlane(cloned.changed, window);
  const error = Float32Array.from(readPlane(cloned.error, window), errorOf);
  for (let i = 0; i < classes.length; i++) {
    const candidates: DateValues[] = order.flatMap((date) => {
      if (!clear[date][i]) return [];
      const planes = date === 0 ? target : matched[date - 1].planes;
      const at = date === 0 ? i : matched[date - 1].at[i];
      return [{ date, values: Float64Array.from(planes, (plane) => plane[at]) }];
    });
    if (candidates.length === 0) continue;
    const result = combine(candidates, method, seen);
    if (result.date === 0) continue;
    const { residual, error: usual, at } = matched[result.date - 1];
    share[i] = 1;
    taken[i] = result.date;
    const change = errorOfChange(result.spread, residual[at[i]]);
    if (change !== null) changed[i] = 1;
    error[i] = Math.max(error[i], usual[at[i]], change ?? result.spread);
    for (let b = 0; b < bands.length; b++) values[b][i] = result.values[b];
  }
  if (!taken.some((date) => date > 0)) return null;
  bands.forEach((index, b) => {
    raise(values[b], floors.get(index));
  });
  const numbers = dates.map(({ index }) => index + 1);
  return withComposite(job, store, key, { share, values, taken, changed, error, numbers });
}

interface Matched {
  readonly planes: readonly Float32Array[];
  readonly residual: Float32Array;
  readonly error: Float32Array;
  /** Where a pixel of the tile is among those of the planes. */
  readonly at: Int32Array;
}

async function matchTile(
  job: Job,
  date: UsefulDate,
  window: RepairedTile['window'],
  clear: Uint8Array,
): Promise<Matched> {
  const at = new Int32Array(clear.length).fill(-1);
  const found: number[] = [];
  clear.forEach((is, i) => {
    if (is) at[i] = found.push(i) - 1;
  });
  const sites = Int32Array.from(found);
  if (sites.length === 0)
    return { planes: [], residual: new Float32Array(0), error: new Float32Array(0), at };
  const planes = await readDate(date, window, job.signal);
  const gathered = planes.map((plane) => Float32Array.from(sites, (i) => plane[i]));
  return { ...harmonise(date.fit, window, sites, gathered), at };
}

interface Put {
  readonly share: Float32Array;
  readonly values: readonly Float32Array[];
  readonly taken: Uint8Array;
  /** 1 where the ground looks different on other dates, or beside the gap. */
  readonly changed: Uint8Array;
  readonly error: Float32Array;
  readonly numbers: readonly number[];
}

/** The tile as it was repaired, or as the source has it, with the composite over it. */
async function withComposite(
  { source, plan, layout, signal }: Job,
  store: TileStore,
  key: number,
  { share, values, taken, changed, error, numbers }: Put,
): Promise<RepairedTile> {
  const { scene } = source;
  const window = layout.windows[key];
  const before = repairedTile(store, key);
  const nodata = readPlane(store.mask, window, MASK_CLASS.nodata).map((value) =>
    value === MASK_CLASS.nodata ? 1 : 0,
  );
  const fresh = (otherwise: number) => nodata.map((is) => (is ? 255 : otherwise));
  const provenance = before?.provenance.slice() ?? fresh(PROVENANCE.observed);
  const confidence = before?.confidence.slice() ?? fresh(100);
  const date = before?.date?.slice() ?? fresh(0);
  for (let i = 0; i < taken.length; i++) {
    if (taken[i] === 0) continue;
    provenance[i] = changed[i] ? PROVENANCE.otherDateChanged : PROVENANCE.otherDate;
    confidence[i] = confidenceOf(error[i]);
    date[i] = numbers[taken[i] - 1];
  }
  const bands = before
    ? before.bands.map((band) => band.slice())
    : (await source.read(window, plan.all, signal)).bands.map((band) => band.slice());
  const make = sampleMaker(scene.sampleType, scene.nodata);
  targetBands(plan).forEach((index, b) => {
    const band = scene.bands.find((other) => other.index === index) as Band;
    mixInto(bands[index], values[b], share, band, make, (sample) => isMeasured(sample, scene.nodata));
  });
  return { window, bands, provenance, confidence, date };
}
