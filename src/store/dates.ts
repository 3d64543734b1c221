import type { PipelineError } from '../pipeline/errors.ts';
import type { CompositeMethod } from '../pipeline/events.ts';
import { type GeoTransform, type Grid, sameCrs } from '../pipeline/scene.ts';
import type { ErrorReport, Picture, SceneInput, SceneOrigin } from '../services/engine.ts';

/** A scene of the area, and what is known of it before a run. */
export interface SceneDate {
  /** Never used again for another. */
  readonly id: number;
  readonly input: SceneInput;
  /** From which it can be opened again at the next visit. */
  readonly origin: SceneOrigin | null;
  readonly name: string;
  readonly grid: Grid;
  /** `YYYY-MM-DD`; null if the file does not say. */
  readonly acquired: string | null;
  /** Share of cloud and shadow, 0..1; null if unknown. */
  readonly cloud: number | null;
  /** Alike for two files that hold the same picture. */
  readonly digest: string;
  /** Switched on: a run may take pixels from it. */
  readonly used: boolean;
  /** Why it cannot be laid over the target; null if it can. */
  readonly problem: ErrorReport | null;
}

/** A scene that may become a date. */
export interface OfferedScene {
  readonly input: SceneInput;
  readonly origin: SceneOrigin | null;
  /** Default on. */
  readonly used?: boolean;
}

/** The dates of the last visit, as they were left. */
export interface DatesAgain {
  readonly target: OfferedScene;
  /** Why others of them are not among the candidates. */
  readonly faults: readonly PipelineError[];
  readonly composite: CompositeMethod | null;
}

export interface DatesSlice {
  /** What the scene was opened from. */
  readonly source: { readonly input: SceneInput; readonly origin: SceneOrigin | null } | null;
  /** The dates of the area by day, the open scene among them; empty for a scene that stands alone. */
  readonly dates: readonly SceneDate[];
  /** The date that is open, and is repaired. */
  readonly target: number | null;
  /** The dates that the last run used, in the order of their numbers in the date layer. */
  readonly runDates: readonly number[];
  /** What stands on the left and on the right of the map. */
  readonly pictures: readonly [Picture, Picture];
  /** Name of the date that is looked at before it is added; null when none is. */
  readonly surveying: string | null;
}

export interface DatesActions {
  /** Adds dates of the area to the open scene: a scene, or the files of several. */
  addDates(
    input: File | readonly File[] | URL,
    origins?: readonly (SceneOrigin | null)[] | null,
  ): Promise<void>;
  /** Gives up what `addDates` has not finished. */
  stopAdding(): void;
  /** Makes another date the one that is repaired. */
  repairDate(id: number): Promise<void>;
  switchDate(id: number, on: boolean): void;
  /** What the next run makes of the dates: a composite, or (null) a repair of the target. */
  chooseComposite(method: CompositeMethod | null): void;
  removeDate(id: number): Promise<void>;
  showPictures(left: Picture, right: Picture): void;
}

export const NO_DATES = {
  source: null,
  dates: [],
  target: null,
  runDates: [],
  pictures: ['scene', 'result'],
  surveying: null,
} as const satisfies DatesSlice;

/** The dates that a run would take pixels from, in their order. */
export function usableDates({ dates, target }: Pick<DatesSlice, 'dates' | 'target'>): number[] {
  return dates
    .filter(({ id, used, problem }) => id !== target && used && problem === null)
    .map(({ id }) => id);
}

/** Of the dates that most others can be laid over, the one with the least cloud; the first of those alike. */
export function pickTarget(dates: readonly SceneDate[]): SceneDate {
  const neighbours = ({ grid }: SceneDate) => dates.filter((other) => mayOverlap(grid, other.grid)).length;
  return dates.reduce((best, date) => {
    const more = neighbours(date) - neighbours(best);
    return more > 0 || (more === 0 && (date.cloud ?? 1) < (best.cloud ?? 1)) ? date : best;
  });
}

/** False if two grids surely lie apart; those of different coordinate systems may overlap. */
function mayOverlap(a: Grid, b: Grid): boolean {
  if (a.transform === null || b.transform === null) return a.transform === b.transform;
  if (!sameCrs(a.crs, b.crs)) return true;
  const [p, q] = [extentOf(a, a.transform), extentOf(b, b.transform)];
  return p.left < q.right && q.left < p.right && p.bottom < q.top && q.bottom < p.top;
}

function extentOf({ width, height }: Grid, [x, a, b, y, c, d]: GeoTransform) {
  const xs = [x, x + a * width, x + b * height, x + a * width + b * height];
  const ys = [y, y + c * width, y + d * height, y + c * width + d * height];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

/** By day; those of unknown day last, in the order in which they came. */
export function byDay(dates: readonly SceneDate[]): SceneDate[] {
  const day = ({ acquired }: SceneDate) => acquired ?? '9999';
  return [...dates].sort((a, b) => (day(a) < day(b) ? -1 : day(a) > day(b) ? 1 : a.id - b.id));
}
