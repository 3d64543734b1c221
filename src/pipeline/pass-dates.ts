import { readDate, readTarget, type SeenDate, targetBands, type UsefulDate } from './date-planes.ts';
import { acquiredOn } from './dates/acquired.ts';
import type { Planes } from './dates/clone.ts';
import { checkFlags, createChecks, type Doubts, doubtsOf } from './dates/doubt.ts';
import { type ClonedTiles, clearIn, flagsIn, openCloned, pagesUnder } from './dates/findings.ts';
import { type Fit, solveFit } from './dates/fit.ts';
import { addToFit, createFitSums } from './dates/fit-samples.ts';
import { match, type OtherDate } from './dates/match.ts';
import type { DateReport } from './events.ts';
import { type Findings, groundOf, openFindings } from './findings.ts';
import { openFoundMask } from './found-mask.ts';
import { checkpoint, type Job } from './job.ts';
import type { PageStore } from './pages.ts';
import { clonePass, planRegions } from './pass-clone.ts';
import { detectPass, finishMask } from './pass-detect.ts';
import { phrase } from './phrase.ts';
import { MASK_CLASS, type SceneSource } from './scene.ts';
import { openPlane, type SparsePlane, type TileStore, tilesUnder } from './tiles.ts';
import { growWindow } from './windows.ts';

/** What the other dates give: filled pixels, and how each date fared. */
export interface DateFindings {
  readonly cloned: ClonedTiles;
  readonly reports: readonly DateReport[];
  /** The dates that can help, in the order in which they were given. */
  readonly useful: readonly UsefulDate[];
}

/**
 * Fills the masked pixels of the scene with what other dates saw: matches the dates to the scene's grid, finds their
 * clouds, brings them to the scene's radiometry, and clones them into the gaps. A date that cannot help is left out, with
 * a notice that says why.
 *
 * @param masked Tiles that hold mask. Dates are looked at there and in the tiles around them, everywhere for a composite.
 * @returns null if there are no other dates, or none that can help.
 */
export async function datesPass(
  job: Job,
  given: readonly SceneSource[],
  findings: Findings,
  store: TileStore,
  masked: readonly number[],
): Promise<DateFindings | null> {
  if (given.length === 0) return null;
  const reports = given.map(reportOf);
  const cloned = openCloned(job.layout, store.pages);
  const around = job.settings.composite
    ? job.layout.windows.map((_, key) => key)
    : withNeighbours(job, masked);
  if (around.length === 0) return { cloned, reports, useful: [] };
  const matched: OtherDate[] = [];
  for (const [index, source] of given.entries()) {
    const date = await match(job, findings, source, index);
    if (date) matched.push(date);
    reports[index] = { ...reports[index], shift: date?.shift ?? null };
  }
  const seen: SeenDate[] = [];
  for (const date of matched) seen.push(await findClouds(job, date, around, store.pages));
  const fits = await fitDates(job, seen, findings, store.mask, around);
  const useful: UsefulDate[] = [];
  for (const [i, date] of seen.entries()) {
    const fit = fits[i];
    if (!isUseful(job, date, fit)) continue;
    const doubts = await findDoubts(job, date, fit, findings, store.mask, around);
    useful.push({ ...date, fit, doubts });
  }
  if (useful.length === 0) return { cloned, reports, useful };
  const { regions, seenShares } = planRegions(job, useful, store.mask, masked);
  await clonePass(job, useful, { findings, mask: store.mask, regions, masked }, cloned);
  for (const [d, { index, fit, source }] of useful.entries()) {
    const { name } = source.scene;
    reports[index] = { ...reports[index], used: seenShares[d] > 0, residual: fit.scene.measured };
    if (seenShares[d] > 0 && fit.scene.samples < FEW_SAMPLES) {
      job.notices.add(
        'dates/unmatched',
        phrase(
          '{{name}} and the scene are both clear in too few places to compare them: what it saw was put in without, or hardly, being matched to the brightness of the scene. How far off it is was not measured.',
          { name },
        ),
      );
    }
    if (seenShares[d] > 0 || masked.length === 0) continue;
    if (fit.scene.samples > FEW_SAMPLES && fit.scene.difference < SAME_DATE) {
      job.notices.add(
        'dates/same-date',
        phrase('{{name}} is the scene itself, or a copy of it: it cannot show what lies under its clouds.', {
          name,
        }),
      );
    } else {
      job.notices.add(
        'dates/all-cloudy',
        phrase('{{name}} sees nothing of what is cloudy in the scene.', { name }),
      );
    }
  }
  return { cloned, reports, useful };
}

function reportOf({ scene }: SceneSource): DateReport {
  return {
    scene: scene.name,
    acquired: acquiredOn(scene),
    used: false,
    shift: null,
    residual: null,
    share: 0,
  };
}

function withNeighbours({ layout }: Job, keys: readonly number[]): number[] {
  const near = new Set<number>();
  for (const key of keys) {
    for (const other of tilesUnder(layout, growWindow(layout.windows[key], layout.core))) near.add(other);
  }
  return [...near].sort((a, b) => a - b);
}

/** Cloud and shadow of a date, in the tiles that matter, by the same detector. */
async function findClouds(
  job: Job,
  date: OtherDate,
  keys: readonly number[],
  pages: PageStore,
): Promise<SeenDate> {
  const own = pagesUnder(pages, `date${date.index + 1}/`);
  const findings = openFindings(job.layout, date.plan, own);
  const mask = openPlane(job.layout, own, 'mask');
  const quiet: Job = {
    ...job,
    source: date.source,
    plan: date.plan,
    // What the user drew is of the scene, not of its dates.
    settings: { ...job.settings, edits: undefined },
    emit: () => undefined,
    notices: { list: [], add: () => undefined },
  };
  await detectPass(quiet, findings, keys);
  await finishMask(quiet, openFoundMask(findings, groundOf(findings, date.plan)), mask);
  return { ...date, findings, mask };
}

/** Regressions of the target on each date, from the tiles that matter. */
async function fitDates(
  job: Job,
  dates: readonly SeenDate[],
  findings: Findings,
  mask: SparsePlane,
  keys: readonly number[],
): Promise<Fit[]> {
  const { source, plan, layout, pace } = job;
  const { grid } = source.scene;
  const wanted = targetBands(plan);
  const role = (index: number) => source.scene.bands.find((band) => band.index === index)!.role;
  const sums = dates.map(({ predictors, source: { scene } }) => {
    const partner = wanted.map((index) => {
      const at = predictors.findIndex(
        (other) => scene.bands.find((b) => b.index === other)!.role === role(index),
      );
      return at < 0 ? null : at;
    });
    return createFitSums(grid, predictors.length, partner, plan.needed.length);
  });
  for (const [done, key] of keys.entries()) {
    await checkpoint(job);
    pace.report('preprocess', done, keys.length);
    const core = layout.windows[key];
    const known = clearIn(findings, mask, core);
    if (!known.includes(1)) continue;
    let target: Planes | null = null;
    for (const [d, date] of dates.entries()) {
      const clear = clearIn(date.findings, date.mask, core);
      const usable = clear.map((is, i) => is & known[i]);
      if (!usable.includes(1)) continue;
      target ??= await readTarget(job, core);
      addToFit(sums[d], core, await readDate(date, core, job.signal), target, usable);
    }
  }
  pace.report('preprocess', keys.length, keys.length);
  return sums.map(solveFit);
}

/** What the target says about the date's mask, where the target is clear. */
async function findDoubts(
  job: Job,
  date: SeenDate,
  fit: Fit,
  findings: Findings,
  mask: SparsePlane,
  keys: readonly number[],
): Promise<Doubts | null> {
  if (fit.scene.samples < FEW_SAMPLES) return null;
  const checks = createChecks(job.layout.grid);
  for (const key of keys) {
    const core = job.layout.windows[key];
    const known = clearIn(findings, mask, core);
    const flags = flagsIn(date.findings, core).map((flag, i) =>
      known[i] && flag !== MASK_CLASS.nodata ? flag : 0,
    );
    if (!flags.some((flag) => flag !== 0)) continue;
    await checkpoint(job);
    checkFlags(checks, core, flags, fit, await readDate(date, core, job.signal), await readTarget(job, core));
  }
  const doubts = doubtsOf(checks);
  if (doubts) {
    job.notices.add(
      'dates/bright-ground',
      phrase(
        'What looks like cloud on {{name}} is ground: where the scene is clear, it shows {{share}} % of it as bright. It was taken for clear.',
        { name: date.source.scene.name, share: (100 * doubts.wrong).toFixed(0) },
      ),
    );
  }
  return doubts;
}

/** Samples that both dates have to see for the date to be judged at all. */
const FEW_SAMPLES = 50;
/** Mean difference below which two dates are one. */
const SAME_DATE = 2e-4;
/** Means that differ by more than this factor are not of one unit. */
const OTHER_UNITS = 6;

function isUseful({ notices }: Job, { source: { scene } }: SeenDate, fit: Fit): boolean {
  if (fit.scene.samples < FEW_SAMPLES) return true;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ratio = mean(fit.means.date) / Math.max(1e-6, mean(fit.means.target));
  if (ratio > OTHER_UNITS || ratio < 1 / OTHER_UNITS) {
    notices.add(
      'dates/other-radiometry',
      ratio > 1
        ? phrase(
            '{{name}} is far brighter than the scene where both are clear (raw counts against reflectance?): it was left out. Check the scale and offset of both.',
            { name: scene.name },
          )
        : phrase(
            '{{name}} is far darker than the scene where both are clear (raw counts against reflectance?): it was left out. Check the scale and offset of both.',
            { name: scene.name },
          ),
    );
    return false;
  }
  return true;
}
