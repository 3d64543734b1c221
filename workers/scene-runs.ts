import { unlessAborted } from './crossing.ts';
import { openSceneOf, type PipelineState } from './pipeline-state.ts';
import type { PipelineApi } from './protocol.ts';
import { runScene } from './run-scene.ts';
import { speedOf } from './speed.ts';

type RunApi = Pick<
  PipelineApi,
  | 'warmUp'
  | 'measure'
  | 'unfinished'
  | 'run'
  | 'previewMask'
  | 'takeMask'
  | 'pause'
  | 'resume'
  | 'giveWay'
  | 'prioritise'
>;

/** Runs of the open scene, their mask, and the networks that they need. */
export function sceneRuns(state: PipelineState): RunApi {
  const { running, pages, dates, masks } = state;
  return {
    warmUp: (job, generator) =>
      running.run(job, async (signal) => (await unlessAborted(state.host.start(generator), signal)).report),
    measure: (job, generator) =>
      running.run(job, async (signal) => {
        const { networks, report } = await unlessAborted(state.host.start(generator), signal);
        return { report, speed: await speedOf(networks, signal) };
      }),
    unfinished: (job) =>
      running.run(job, async (signal) => {
        const { scene } = state;
        const earlier = scene && (await pages.unfinished(scene.input, scene.source.scene, signal));
        if (!earlier) return null;
        const { done, record } = earlier;
        const { dates: found, missing } = await dates.find(record.dates, signal);
        const { settings, overrides, draft } = record;
        return { done, settings, overrides, draft, dates: found, missingDates: missing };
      }),
    run: (job, settings, request = {}) =>
      running.run(job, (signal) => runScene(state, job, settings, request, signal)),
    previewMask: (job, settings, window, only) =>
      running.run(job, async (signal) => {
        const { input, source } = openSceneOf(state);
        return masks.preview({ job, input, scene: source.scene, settings, window, only }, signal);
      }),
    takeMask: (job, file) =>
      running.run(job, async (signal) => {
        const { input, source } = openSceneOf(state);
        return masks.take(input, source.scene, file, signal);
      }),
    pause: () => state.control.pause(),
    resume: () => state.control.resume(),
    giveWay: () => state.host.giveWay(),
    prioritise(window) {
      state.priority = window;
      state.control.prioritise(window);
    },
  };
}
