import { solveRegression } from './composite/extra-bands.ts';
import { floorsOf } from './composite/floors.ts';
import { type RunControl, runControl } from './control.ts';
import { PipelineError, throwIfAborted, toPipelineError } from './errors.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { countPixels, meanConfidence, sharesOf, withShares } from './evaluate/shares.ts';
import type { RunEvent, RunReport, RunSettings, Shares } from './events.ts';
import { groundOf, openFindings, regressionOf, validPixels } from './findings.ts';
import { openFoundMask } from './found-mask.ts';
import { completeCoarseField } from './generate/coarse-field.ts';
import { CLEAR_LIMIT, COARSE_CELL } from './generate/prefill.ts';
import { breathe, collectNotices, createPace, type Job, type Notices } from './job.ts';
import type { Networks } from './networks.ts';
import type { ResultReader } from './output/products.ts';
import { memoryPages, type PageStore } from './pages.ts';
import { dateCompositePass } from './pass-date-composite.ts';
import { datesPass } from './pass-dates.ts';
import { detectPass, doubtfulPass, finishMask } from './pass-detect.ts';
import { editPass } from './pass-edit.ts';
import { repairPass } from './pass-repair.ts';
import { type Phrase, phrase } from './phrase.ts';
import { planBands } from './preprocess/bands.ts';
import type { SceneSource } from './scene.ts';
import { CORE, HALOS, type Halos, openTiles, planTiles, repairedKeys, resultReader } from './tiles.ts';

export interface RunOptions {
  /** Clear truth on the same grid; the report then holds the error against it. */
  readonly reference?: SceneSource | null;
  /** Other dates of the area, on any grid: what they saw is put in where the scene is cloudy. */
  readonly dates?: readonly SceneSource[];
  /** Pixels of a tile that are kept, a multiple of 16; 256 if left out. */
  readonly core?: number;
  /** Context around them; {@link HALOS} if left out. */
  readonly halos?: Halos;
  /**
   * Where the run keeps what it finds and repairs; memory if left out. A run over pages that an earlier one of the
   * same scene, settings and models left goes on where that one stopped, and gives the same result.
   */
  readonly pages?: PageStore;
  /** By which the run is paused, and told where to begin. */
  readonly control?: RunControl;
}

export interface RunResult {
  readonly report: RunReport;
  /** The repaired scene; reads the source where nothing was repaired. */
  readonly result: ResultReader;
}

/**
 * Takes the clouds out of a scene: finds cloud and shadow (first pass over the tiles), then repairs the tiles
 * that hold any (second pass), then measures. Memory is bounded: what is found and repaired goes to the pages.
 *
 * @throws PipelineError `scene/roles-incomplete`, `job/cancelled` (within one tile), `backend/lost`, `job/storage-full`, and what the
 *   source and the networks throw. What was finished stays in the pages.
 */
export async function run(
  source: SceneSource,
  networks: Networks,
  settings: RunSettings,
  onEvent: (event: RunEvent) => void,
  options: RunOptions = {},
  signal?: AbortSignal,
): Promise<RunResult> {
  throwIfAborted(signal);
  const started = performance.now();
  const core = options.core ?? CORE;
  const halos = options.halos ?? HALOS;
  checkTileShape(core, halos.detect);
  checkTileShape(core, halos.generate);
  const { scene } = source;
  const layout = planTiles(scene.grid, core);
  const notices = collectNotices(onEvent);
  const control = options.control ?? runControl();
  const pace = createPace(onEvent, () => performance.now() - control.pausedMs);
  const job: Job = {
    source,
    plan: planBands(scene),
    networks,
    settings: withinLimits(settings, (options.dates ?? []).length > 0),
    layout,
    halos,
    buffers: [[], []],
    emit: onEvent,
    notices,
    pace,
    control,
    signal,
  };
  const pages = options.pages ?? memoryPages();
  const found = openFindings(layout, job.plan, pages);
  const store = openTiles(scene, layout, pages);

  // Preprocess and detect.
  await detectPass(job, found);
  const mask = openFoundMask(found, groundOf(found, job.plan), job.settings.edits);
  const findings = await doubtfulPass(job, await editPass(job, found, mask));
  const masked = await finishMask(job, mask, store.mask);

  // What other dates saw.
  const dates = await datesPass(job, options.dates ?? [], findings, store, masked);

  // Generate and composite.
  const coarse = completeCoarseField(findings.coarse);
  const regression = regressionOf(findings, job.plan);
  const slopes = coarse && regression ? solveRegression(regression) : null;
  const floors = floorsOf(scene.bands, job.plan, regression);
  await breathe(signal);
  await repairPass(job, findings, { coarse, slopes, floors, cloned: dates?.cloned ?? null }, masked, store);

  // In its place, if asked for: a composite of all dates.
  const { composite: method } = job.settings;
  if (method && dates) await dateCompositePass(job, dates, method, floors, store);

  // Evaluate.
  const result = resultReader(source, store);
  const tally = countPixels(store);
  const valid = validPixels(findings);
  const shares = sharesOf(tally, valid);
  tellAboutScene(notices, shares, valid, coarse && findings.clearLimit, job.plan.extra.length);
  const evaluation = options.reference
    ? await evaluate(source, options.reference, result, store, pace, signal).catch((thrown) =>
        withoutReference(thrown, notices),
      )
    : null;
  const report: RunReport = {
    scene: scene.name,
    shares,
    meanConfidence: meanConfidence(tally),
    dates: withShares(dates?.reports ?? [], tally, valid),
    tiles: { total: layout.windows.length, repaired: repairedKeys(store).length },
    backend: networks.backend,
    seconds: (performance.now() - started) / 1000,
    settings: job.settings,
    evaluation,
    notices: notices.list,
  };
  return { report, result };
}

function checkTileShape(core: number, halo: number): void {
  if (core > 0 && core % COARSE_CELL === 0 && halo >= 0 && halo % COARSE_CELL === 0) return;
  throw new PipelineError(
    'internal/unexpected',
    phrase(
      "Tiles of {{core}} pixels with a halo of {{halo}} do not lie on the fill's grid of {{cell}} pixels.",
      {
        core,
        halo,
        cell: COARSE_CELL,
      },
    ),
    phrase('Choose multiples of 16 for both.'),
  );
}

/** Settings inside their documented ranges; a composite takes other dates. */
function withinLimits(settings: RunSettings, dated: boolean): RunSettings {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const bufferPixels = Math.round(clamp(settings.bufferPixels, 0, 32));
  return {
    maskSource: settings.maskSource,
    cloudThreshold: clamp(settings.cloudThreshold, 0, 1),
    shadowThreshold: clamp(settings.shadowThreshold, 0, 1),
    bufferPixels,
    featherPixels: Math.round(clamp(settings.featherPixels, 0, bufferPixels)),
    generator: settings.generator,
    ...(settings.composite && dated && { composite: settings.composite }),
    ...(settings.edits && { edits: settings.edits }),
  };
}

/** A reference that does not fit is no reason to lose the result. */
function withoutReference(thrown: unknown, notices: Notices): null {
  const error = toPipelineError(thrown);
  if (!/^(evaluate|dates)\//.test(error.code)) throw thrown;
  const { message, remedy } = error.phrases;
  notices.add(
    error.code,
    phrase('The result was not measured: {{problem}} {{remedy}}', { problem: message, remedy }),
  );
  return null;
}

/** Below this share of pixels that were seen, on this date or another, the fill of thick cloud rests on little. */
const FEW_OBSERVED = 0.05;

function allCloud({ thinCorrected, shadowCorrected, otherDates }: Shares): Phrase {
  if (otherDates > 0) {
    return phrase(
      'No pixel is clear beyond doubt, so there is nothing to fill thick cloud from where no other date saw the ground: there it was left as it is. A larger area or further dates would help.',
    );
  }
  return thinCorrected + shadowCorrected > 0
    ? phrase(
        'No pixel is clear beyond doubt, so there is nothing to fill thick cloud from: it was left as it is. Thin cloud and shadow were corrected. A larger area or another date would help.',
      )
    : phrase(
        'No pixel is clear beyond doubt, so there is nothing to fill thick cloud from: it was left as it is. A larger area or another date would help.',
      );
}

function tellAboutScene(
  notices: Notices,
  shares: Shares,
  validPixels: number,
  clearLimit: number | null,
  extraBands: number,
): void {
  const seen = shares.observed + shares.otherDates;
  if (validPixels === 0) {
    notices.add('scene/no-data', phrase('The scene holds no data: there is nothing to repair.'));
  } else if (shares.observed === 1) {
    notices.add('scene/clear', phrase('No cloud and no shadow was found: the scene is unchanged.'));
  } else if (clearLimit === null) {
    if (shares.leftCloudy > 0) notices.add('scene/all-cloud', allCloud(shares));
    else tellOfLittle();
    if (extraBands > 0) {
      notices.add(
        'extra-bands/left',
        phrase(
          '{{bands}} bands that the network does not see were left as they are: there is no clear pixel to learn them from.',
          { bands: extraBands },
        ),
      );
    }
  } else if (clearLimit > CLEAR_LIMIT && shares.generated > 0) {
    notices.add(
      'scene/doubtful',
      phrase(
        'No pixel is clear beyond doubt: thick cloud was filled from the clearest pixels, which may hold some cloud or shadow themselves. A larger area or another date would help.',
      ),
    );
  } else if (seen < FEW_OBSERVED) {
    tellOfLittle();
  }

  function tellOfLittle(): void {
    notices.add(
      'scene/mostly-cloud',
      phrase('Only {{share}} % of the scene was seen clearly: what was generated rests on little.', {
        share: (100 * seen).toFixed(1),
      }),
    );
  }
}
