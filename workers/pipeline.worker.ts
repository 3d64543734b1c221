import { expose } from 'comlink';
import { type RunControl, runControl } from '../src/pipeline/control.ts';
import { groupScenes } from '../src/pipeline/dates/group.ts';
import { requireUsable } from '../src/pipeline/dates/match.ts';
import { surveyDate } from '../src/pipeline/dates/survey.ts';
import { cancelled, PipelineError } from '../src/pipeline/errors.ts';
import type { Progress } from '../src/pipeline/events.ts';
import { applyOverrides, openScene } from '../src/pipeline/ingest/open.ts';
import { jobRecord } from '../src/pipeline/job-record.ts';
import {
  type Lineage,
  writeConfidence,
  writeDate,
  writeMask,
  writeProvenance,
  writeResult,
} from '../src/pipeline/output/products.ts';
import { type Phrase, phrase } from '../src/pipeline/phrase.ts';
import type { Notice, SceneOverrides, SceneSource, Window } from '../src/pipeline/scene.ts';
import { openTiles, planTiles } from '../src/pipeline/tiles.ts';
import { VERSION } from '../src/pipeline/version.ts';
import { asFile, candidates as sceneCandidates } from './candidates.ts';
import { checkRun, compareRun, type FinishedRun, reportRun } from './checks.ts';
import { jobs, unlessAborted } from './crossing.ts';
import { displayLink } from './display-link.ts';
import { jobPages } from './job-pages.ts';
import { keepResult } from './keep-result.ts';
import { holdLock } from './liveness.ts';
import { runToTheEnd } from './long-run.ts';
import { maskEditing } from './mask-editing.ts';
import { type NetworksHost, networksHost } from './networks-host.ts';
import { otherDates } from './other-dates.ts';
import { tidyOutputFiles, writeOutputFile } from './output-file.ts';
import type { PipelineApi, SceneInput } from './protocol.ts';
import { speedOf } from './speed.ts';

const writers = {
  result: writeResult,
  mask: writeMask,
  provenance: writeProvenance,
  confidence: writeConfidence,
  date: writeDate,
};
const running = jobs();
const pages = jobPages();
const display = displayLink();
const dates = otherDates();
const masks = maskEditing(pages, display);
let emit: Parameters<PipelineApi['start']>[1];
let host: NetworksHost;
const candidates = sceneCandidates();
let input: SceneInput | null = null;
/** As opened, and with the user's overrides. */
let opened: SceneSource | null = null;
let scene: SceneSource | null = null;
let overrides: SceneOverrides | null = null;
let reference: SceneSource | null = null;
let finished: (Omit<FinishedRun, 'source'> & { lineage: Lineage }) | null = null;
let control: RunControl = runControl();
let priority: Window | null = null;

const api: PipelineApi = {
  start(config, onEvent) {
    host = networksHost(config);
    emit = onEvent;
    void tidyOutputFiles();
    return holdLock(self.name);
  },
  connectDisplay: display.connect,
  cancel: running.cancel,
  open: (job, given, opening) =>
    running.run(job, async (signal) => (await candidates.read(opening, given, {}, signal)).scene),
  take(opening) {
    const taken = candidates.take(opening);
    if (!taken) return false;
    ({ input, source: opened } = taken);
    setScene(opened);
    overrides = null;
    reference = null;
    priority = null;
    dates.clear();
    return true;
  },
  drop: candidates.drop,
  override(given) {
    if (!opened) throw noScene();
    const corrected = applyOverrides(opened, given);
    overrides = given;
    return setScene(corrected).scene;
  },
  setReference: (job, given) =>
    running.run(job, async (signal) => {
      reference = given === null ? null : await openScene(asFile(given), {}, signal);
    }),
  group: (job, files) => running.run(job, (signal) => groupScenes(files, signal)),
  survey: (job, given, generator) =>
    running.run(job, async (signal) => {
      const [source, networks] = await Promise.all([
        openScene(asFile(given), {}, signal),
        unlessAborted(host.start(generator), signal).then(
          (remote) => remote.networks,
          () => null,
        ),
      ]);
      return surveyDate(source, networks, signal);
    }),
  setDates: (job, given) =>
    running.run(job, async (signal) => {
      if (!scene) throw noScene();
      const { grid } = scene.scene;
      return dates.set(given, (source) => requireUsable(source, grid, signal), signal);
    }),
  warmUp: (job, generator) =>
    running.run(job, async (signal) => (await unlessAborted(host.start(generator), signal)).report),
  measure: (job, generator) =>
    running.run(job, async (signal) => {
      const { networks, report } = await unlessAborted(host.start(generator), signal);
      return { report, speed: await speedOf(networks, signal) };
    }),
  unfinished: (job) =>
    running.run(job, async (signal) => {
      const earlier = input && scene && (await pages.unfinished(input, scene.scene, signal));
      if (!earlier) return null;
      const { done, record } = earlier;
      const { dates: found, missing } = await dates.find(record.dates, signal);
      const { settings, overrides, draft } = record;
      return { done, settings, overrides, draft, dates: found, missingDates: missing };
    }),
  run: (job, settings, { fresh = false, dates: chosen = [] } = {}) =>
    running.run(job, async (signal) => {
      if (!scene || !input) throw noScene();
      const source = setScene(scene);
      const { networks } = await unlessAborted(host.start(settings.generator), signal);
      const others = await dates.record(chosen, signal);
      const record = jobRecord(source.scene, networks.models, settings, overrides, others);
      const notify = (notice: Notice) => emit(job, { type: 'notice', notice });
      masks.end();
      const claimed = await pages.claim(input, record, { fresh, notify }, signal);
      await masks.keep(claimed, settings, signal);
      if (scene !== source) throw cancelled();
      const tiles = openTiles(source.scene, planTiles(source.scene.grid), claimed);
      const used = chosen.flatMap((id) => dates.source(id) ?? []);
      display.show(job, tiles);
      control = runControl((paused) => emit(job, { type: 'pause', paused }));
      control.prioritise(priority);
      const { report, result } = await runToTheEnd(
        {
          source,
          reference,
          dates: used,
          settings,
          pages: claimed,
          control,
        },
        host,
        (event) => {
          if (event.type === 'mask') display.tellMask(event.tile);
          else if (event.type === 'repaired') display.tellRepaired(event.tile);
          else emit(job, event);
        },
        signal,
      );
      if (scene !== source) throw cancelled();
      display.end();
      const { models } = networks;
      const { shares, backend } = report;
      finished = {
        ...{ result, tiles, dates: used, report, models },
        lineage: {
          version: VERSION,
          models,
          backend,
          settings,
          shares,
          dates: report.dates,
          date: new Date(),
        },
      };
      return report;
    }),
  previewMask: (job, settings, window, only) =>
    running.run(job, async (signal) => {
      if (!scene || !input) throw noScene();
      return masks.preview({ job, input, scene: scene.scene, settings, window, only }, signal);
    }),
  takeMask: (job, file) =>
    running.run(job, async (signal) => {
      if (!scene || !input) throw noScene();
      return masks.take(input, scene.scene, file, signal);
    }),
  pause: () => control.pause(),
  resume: () => control.resume(),
  giveWay: () => host.giveWay(),
  prioritise(window) {
    priority = window;
    control.prioritise(window);
  },
  export: (job, product, picked) =>
    running.run(job, async (signal) => {
      const { source, result, lineage } = whatIsFinished();
      return writeOutputFile(picked, ({ sink, scratch }) =>
        writers[product](source, result, lineage, sink, {
          signal,
          scratch,
          onProgress: written(job),
        }),
      );
    }),
  selfCheck: (job) =>
    running.run(job, (signal) => checkRun(whatIsFinished(), host, (progress) => emit(job, progress), signal)),
  compare: (job, given) =>
    running.run(job, async (signal) => {
      const run = whatIsFinished();
      const truth = await openScene(asFile(given), {}, signal);
      return compareRun(run, truth, (progress) => emit(job, progress), signal);
    }),
  describe: (job, request) =>
    running.run(job, (signal) => {
      const tell = (progress: Progress) => emit(job, progress);
      return reportRun(whatIsFinished(), input ? [input] : [], request, tell, signal);
    }),
  keep: (job, id) =>
    running.run(job, (signal) => {
      const { source, result, lineage } = whatIsFinished();
      return keepResult(id, source, result, lineage, { signal, onProgress: written(job) });
    }),
};

function whatIsFinished() {
  if (!scene || !finished)
    throw notReady(phrase('There is no result to save yet.'), phrase('Press Run first.'));
  return { source: scene, ...finished };
}

const written = (job: number) => (done: number, total: number) =>
  emit(job, { type: 'progress', stage: 'output', done, total, secondsLeft: null });

function setScene(source: SceneSource): SceneSource {
  scene = source;
  finished = null;
  masks.end();
  display.show(0, null);
  return source;
}

const noScene = () => notReady(phrase('No scene is open.'), phrase('Open a GeoTIFF first.'));
const notReady = (message: Phrase, remedy: Phrase) => new PipelineError('job/not-ready', message, remedy);

expose(api);
