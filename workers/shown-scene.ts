import { firstDisplayBands } from '../src/pipeline/enhance/display-tile.ts';
import { needsPreview, withPreview } from '../src/pipeline/enhance/preview.ts';
import { throwIfAborted } from '../src/pipeline/errors.ts';
import { applyOverrides } from '../src/pipeline/ingest/open.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { type Candidate, candidates as sceneCandidates } from './candidates.ts';
import { type DisplayState, opened, show } from './display-state.ts';
import { openInput } from './open-comparison.ts';
import { openPreviewPages, type PreviewPages } from './preview-pages.ts';
import type { DisplayApi, OpenedForDisplay } from './protocol.ts';

type SceneApi = Pick<DisplayApi, 'open' | 'take' | 'drop' | 'openComparison' | 'override' | 'setDates'>;

/** Bytes of decoded blocks: half a screenful at full resolution; coarse views come from the preview. */
const CACHE_BUDGET = 32 * 2 ** 20;

const forDisplay = ({ scene }: SceneSource): OpenedForDisplay => ({ displayBands: firstDisplayBands(scene) });

/** Which scene is shown, and the dates beside it. */
export function shownScene(state: DisplayState): SceneApi {
  const { running, dates } = state;
  const candidates = sceneCandidates();
  let taking: Promise<unknown> = Promise.resolve();
  /** As the files say. */
  let taken: SceneSource | null = null;
  let preview: PreviewPages | null = null;

  /** One after the other, as they were asked for: a scene stands once the pages of its preview are open. */
  function inTurn<T>(change: () => T | Promise<T>): Promise<T> {
    const changed = taking.then(change, change);
    taking = changed;
    return changed;
  }

  async function showCandidate({ input, source }: Candidate): Promise<boolean> {
    preview?.close();
    preview = needsPreview(source) ? await openPreviewPages(input) : null;
    dates.clear();
    taken = preview ? withPreview(source, preview.pages, preview.budget) : source;
    show(state, taken);
    return true;
  }

  return {
    open: (job, input, opening) =>
      running.run(job, async (signal) =>
        forDisplay(await candidates.read(opening, input, { cacheBudget: CACHE_BUDGET }, signal)),
      ),
    take(opening) {
      const candidate = candidates.take(opening);
      return candidate ? inTurn(() => showCandidate(candidate)) : Promise.resolve(false);
    },
    drop: candidates.drop,
    openComparison: (job, input) =>
      running.run(job, async (signal) => {
        const ready = await openInput(input, signal);
        return inTurn(() => {
          throwIfAborted(signal);
          show(state, ready.comparison.before);
          state.comparison = ready.comparison;
          return ready.opened;
        });
      }),
    override: (overrides) =>
      inTurn(() => {
        const source = applyOverrides(opened(taken), overrides);
        show(state, source);
        return forDisplay(source);
      }),
    setDates: (job, given) =>
      running.run(job, async (signal) => {
        await dates.set(given, async () => {}, signal);
        state.pictures.clear();
      }),
  };
}
