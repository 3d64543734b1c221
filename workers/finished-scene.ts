import type { Progress } from '../src/pipeline/events.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';
import { productWriters } from '../src/pipeline/output/products.ts';
import { checkRun, compareRun, reportRun } from './checks.ts';
import { received } from './crossing.ts';
import { keepResult } from './keep-result.ts';
import { writeOutputFile } from './output-file.ts';
import { finishedSceneOf, type PipelineState } from './pipeline-state.ts';
import type { PipelineApi } from './protocol.ts';

type FinishedApi = Pick<PipelineApi, 'export' | 'selfCheck' | 'compare' | 'describe' | 'keep'>;

/** What is written, measured and told of the finished scene. */
export function finishedScene(state: PipelineState): FinishedApi {
  const { running } = state;
  const telling = (job: number) => (progress: Progress) => state.emit(job, progress);
  const written = (job: number) => (done: number, total: number) =>
    state.emit(job, { type: 'progress', stage: 'output', done, total, secondsLeft: null });
  return {
    export: (job, product, picked) =>
      running.run(job, async (signal) => {
        const { source, result, lineage } = finishedSceneOf(state);
        return writeOutputFile(picked, ({ sink, scratch }) =>
          productWriters[product](source, result, lineage, sink, {
            signal,
            scratch,
            onProgress: written(job),
          }),
        );
      }),
    selfCheck: (job) =>
      running.run(job, async (signal) => checkRun(finishedSceneOf(state), state.host, telling(job), signal)),
    compare: (job, reference) =>
      running.run(job, async (signal) => {
        const finished = finishedSceneOf(state);
        const truth = await openScene(received(reference), {}, signal);
        return compareRun(finished, truth, telling(job), signal);
      }),
    describe: (job, request) =>
      running.run(job, async (signal) => {
        const inputs = state.scene ? [state.scene.input] : [];
        return reportRun(finishedSceneOf(state), inputs, request, telling(job), signal);
      }),
    keep: (job, id) =>
      running.run(job, async (signal) => {
        const { source, result, lineage } = finishedSceneOf(state);
        return keepResult(id, source, result, lineage, { signal, onProgress: written(job) });
      }),
  };
}
