import type { Planes } from './dates/clone.ts';
import { clearDespite, type Doubts } from './dates/doubt.ts';
import { clearIn, flagsIn } from './dates/findings.ts';
import type { Fit } from './dates/fit.ts';
import type { OtherDate } from './dates/match.ts';
import type { Findings } from './findings.ts';
import type { Job } from './job.ts';
import type { BandPlan } from './preprocess/bands.ts';
import { observe } from './preprocess/observe.ts';
import type { Window } from './scene.ts';
import type { SparsePlane } from './tiles.ts';
import { clipWindow, cropPlane, growWindow } from './windows.ts';

/** A date whose clouds are known. */
export interface SeenDate extends OtherDate {
  readonly findings: Findings;
  readonly mask: SparsePlane;
}

/** A date that can help. */
export interface UsefulDate extends SeenDate {
  readonly fit: Fit;
  /** What is not believed of its mask; null if all is. */
  readonly doubts: Doubts | null;
}

/** 1 where the date shows the ground. @param bufferPixels by which its mask was grown */
export function usableIn(
  { findings, mask, doubts }: UsefulDate,
  window: Window,
  bufferPixels: number,
): Uint8Array {
  const clear = clearIn(findings, mask, window);
  if (!doubts) return clear;
  const { width, height } = mask.layout.grid;
  const around = clipWindow(growWindow(window, bufferPixels), width, height) as Window;
  const despite = clearDespite(doubts, around, flagsIn(findings, around), bufferPixels);
  const within = cropPlane(despite, around, window);
  return clear.map((is, i) => is | within[i]);
}

/** File indices of the bands that a date fills: the canonical ones, then the extra ones. */
export const targetBands = (plan: BandPlan) => [
  ...plan.canonical.filter((index) => index !== null),
  ...plan.extra,
];

/** The bands of {@link targetBands} over a window, in reflectance; NaN where an extra one was not measured. */
export async function readTarget({ source, plan, signal }: Job, window: Window): Promise<Planes> {
  const bands = targetBands(plan);
  const withAlpha = plan.alpha === null ? bands : [...bands, plan.alpha];
  const raster = await source.read(window, withAlpha, signal);
  const seen = observe(source.scene, plan, raster, withAlpha);
  return [...seen.canonical.filter((plane) => plane !== null), ...seen.extra];
}

/** The date's predictors over a window, in reflectance. */
export async function readDate(
  { source, plan, predictors }: OtherDate,
  window: Window,
  signal?: AbortSignal,
): Promise<Planes> {
  const bands = [...new Set([...predictors, ...(plan.alpha === null ? [] : [plan.alpha])])];
  const raster = await source.read(window, bands, signal);
  const seen = observe(source.scene, plan, raster, bands);
  return predictors.map((index) => {
    const at = plan.canonical.indexOf(index);
    return at >= 0
      ? (seen.canonical[at] as Float32Array)
      : seen.extra[plan.extra.filter((i) => bands.includes(i)).indexOf(index)];
  });
}
