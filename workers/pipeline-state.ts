import { type RunControl, runControl } from '../src/pipeline/control.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import type { Lineage } from '../src/pipeline/output/products.ts';
import { type Phrase, phrase } from '../src/pipeline/phrase.ts';
import type { SceneOverrides, SceneSource, Window } from '../src/pipeline/scene.ts';
import { type Candidate, type Candidates, candidates } from './candidates.ts';
import type { FinishedRun } from './checks.ts';
import { type Jobs, jobs } from './crossing.ts';
import { type DisplayLink, displayLink } from './display-link.ts';
import { type JobPages, jobPages } from './job-pages.ts';
import { type MaskEditing, maskEditing } from './mask-editing.ts';
import type { NetworksHost } from './networks-host.ts';
import { type OtherDates, otherDates } from './other-dates.ts';
import type { PipelineApi } from './protocol.ts';

/** The open scene: what it was read from, and how the user wants it understood. */
export interface OpenScene extends Candidate {
  /** As its files say. */
  readonly opened: SceneSource;
  readonly overrides: SceneOverrides | null;
}

export interface FinishedScene extends FinishedRun {
  readonly lineage: Lineage;
}

/** What the parts of the pipeline worker share. */
export interface PipelineState {
  readonly running: Jobs;
  readonly pages: JobPages;
  readonly display: DisplayLink;
  readonly dates: OtherDates;
  readonly masks: MaskEditing;
  readonly candidates: Candidates;
  /** `host` and `emit` are there from `start` on. */
  host: NetworksHost;
  emit: Parameters<PipelineApi['start']>[1];
  scene: OpenScene | null;
  reference: SceneSource | null;
  finished: FinishedScene | null;
  control: RunControl;
  priority: Window | null;
}

export function pipelineState(): PipelineState {
  const [pages, display] = [jobPages(), displayLink()];
  const state: Omit<PipelineState, 'host' | 'emit'> = {
    running: jobs(),
    pages,
    display,
    dates: otherDates(),
    masks: maskEditing(pages, display),
    candidates: candidates(),
    scene: null,
    reference: null,
    finished: null,
    control: runControl(),
    priority: null,
  };
  return state as PipelineState;
}

/** Makes a scene the open one, or begins anew with it: what was found of it is no longer shown. */
export function setScene(state: PipelineState, scene: OpenScene): void {
  state.scene = scene;
  state.finished = null;
  state.masks.end();
  state.display.show(0, null);
}

/** @throws PipelineError `job/not-ready` */
export function openSceneOf({ scene }: PipelineState): OpenScene {
  return scene ?? notReady(phrase('No scene is open.'), phrase('Open a GeoTIFF first.'));
}

/** @throws PipelineError `job/not-ready` */
export function finishedSceneOf({ finished }: PipelineState): FinishedScene {
  return finished ?? notReady(phrase('There is no result to save yet.'), phrase('Press Run first.'));
}

function notReady(message: Phrase, remedy: Phrase): never {
  throw new PipelineError('job/not-ready', message, remedy);
}
