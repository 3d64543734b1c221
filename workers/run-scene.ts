import { type RunControl, runControl } from '../src/pipeline/control.ts';
import { cancelled } from '../src/pipeline/errors.ts';
import type { RunEvent, RunReport, RunSettings } from '../src/pipeline/events.ts';
import { jobRecord } from '../src/pipeline/job-record.ts';
import { modelsFor } from '../src/pipeline/networks.ts';
import type { Notice } from '../src/pipeline/scene.ts';
import { tilesOf } from '../src/pipeline/tiles.ts';
import { VERSION } from '../src/pipeline/version.ts';
import { unlessAborted } from './crossing.ts';
import { runToTheEnd } from './long-run.ts';
import { openSceneOf, type PipelineState, setScene } from './pipeline-state.ts';
import type { RunRequest } from './protocol.ts';

/**
 * Runs the open scene, and leaves in the state what was finished; its tiles go to the display.
 * @throws PipelineError `job/not-ready`, and as runToTheEnd; `job/cancelled` also where another scene was opened meanwhile
 */
export async function runScene(
  state: PipelineState,
  job: number,
  settings: RunSettings,
  { fresh = false, dates: chosen = [] }: RunRequest,
  signal: AbortSignal,
): Promise<RunReport> {
  const { host, pages, display, dates, masks } = state;
  const scene = openSceneOf(state);
  const { input, source, overrides } = scene;
  setScene(state, scene);
  const { networks } = await unlessAborted(host.start(settings.generator), signal);
  const others = await dates.record(chosen, signal);
  const models = modelsFor(networks, source.scene);
  const record = jobRecord(source.scene, models, settings, overrides, others);
  const notify = (notice: Notice) => state.emit(job, { type: 'notice', notice });
  masks.end();
  const claimed = await pages.claim(input, record, { fresh, notify }, signal);
  await masks.keep(claimed, settings, signal);
  if (state.scene !== scene) throw cancelled();
  const tiles = tilesOf(source.scene, claimed);
  const used = chosen.flatMap((id) => dates.source(id) ?? []);
  display.show(job, tiles);
  const control = beginControl(state, job);
  const { reference } = state;
  const { report, result } = await runToTheEnd(
    { source, reference, dates: used, settings, pages: claimed, control },
    host,
    (event) => tell(state, job, event),
    signal,
  );
  if (state.scene !== scene) throw cancelled();
  display.end();
  const { shares, backend, dates: reports } = report;
  const lineage = { version: VERSION, models, backend, settings, shares, dates: reports, date: new Date() };
  state.finished = { source, result, tiles, dates: used, report, models, lineage };
  return report;
}

/** By which the run is paused, and told where to begin, from now on. */
function beginControl(state: PipelineState, job: number): RunControl {
  state.control = runControl((paused) => state.emit(job, { type: 'pause', paused }));
  state.control.prioritise(state.priority);
  return state.control;
}

function tell({ display, emit }: PipelineState, job: number, event: RunEvent): void {
  if (event.type === 'mask') display.tellMask(event.tile);
  else if (event.type === 'repaired') display.tellRepaired(event.tile);
  else emit(job, event);
}
