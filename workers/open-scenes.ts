import { groupScenes } from '../src/pipeline/dates/group.ts';
import { requireUsable } from '../src/pipeline/dates/match.ts';
import { surveyDate } from '../src/pipeline/dates/survey.ts';
import { applyOverrides, openScene } from '../src/pipeline/ingest/open.ts';
import { received, unlessAborted } from './crossing.ts';
import { openSceneOf, type PipelineState, setScene } from './pipeline-state.ts';
import type { PipelineApi } from './protocol.ts';

type OpeningApi = Pick<
  PipelineApi,
  'open' | 'take' | 'drop' | 'override' | 'setReference' | 'group' | 'survey' | 'setDates'
>;

/** Opening scenes, and what belongs to the open one before it is run. */
export function openScenes(state: PipelineState): OpeningApi {
  const { running, candidates, dates } = state;
  return {
    open: (job, input, opening) =>
      running.run(job, async (signal) => (await candidates.read(opening, input, {}, signal)).scene),
    take(opening) {
      const taken = candidates.take(opening);
      if (!taken) return false;
      setScene(state, { ...taken, opened: taken.source, overrides: null });
      state.reference = null;
      state.priority = null;
      dates.clear();
      return true;
    },
    drop: candidates.drop,
    override(overrides) {
      const { input, opened } = openSceneOf(state);
      const source = applyOverrides(opened, overrides);
      setScene(state, { input, opened, source, overrides });
      return source.scene;
    },
    setReference: (job, given) =>
      running.run(job, async (signal) => {
        const { scene } = state;
        const read = given === null ? null : await openScene(received(given), {}, signal);
        if (state.scene?.opened === scene?.opened) state.reference = read;
      }),
    group: (job, files) => running.run(job, (signal) => groupScenes(files, signal)),
    survey: (job, input, generator) =>
      running.run(job, async (signal) => {
        const [source, networks] = await Promise.all([
          openScene(received(input), {}, signal),
          unlessAborted(state.host.start(generator), signal).then(
            (remote) => remote.networks,
            () => null,
          ),
        ]);
        return surveyDate(source, networks, signal);
      }),
    setDates: (job, given) =>
      running.run(job, async (signal) => {
        const { grid } = openSceneOf(state).source.scene;
        return dates.set(given, (source) => requireUsable(source, grid, signal), signal);
      }),
  };
}
