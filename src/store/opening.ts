import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { BandStretch, OpenedScene, SceneInput, SceneOrigin, Unfinished } from '../services/engine.ts';
import { combinationsOf } from './combinations.ts';
import { type ActionContext, EMPTY } from './context.ts';
import { type MaskDraft, unusedDraft, withMaskOf } from './mask-editor.ts';
import { lastingMode } from './preferences.ts';
import type { AppState, SampleScene } from './state.ts';

/** What every way of opening a scene has in common. */
export interface SceneOpener {
  /** Opens a scene that stands alone, and processes it; asks first if an earlier run of it can be continued. */
  start(input: SceneInput, sample: SampleScene | null, origin: SceneOrigin | null): Promise<void>;
  /**
   * Makes a scene the current one.
   * @param signal of `beginOpening`
   * @returns false if that was given up, or failed and the user was told
   */
  open(
    input: SceneInput,
    name: string,
    sample: SampleScene | null,
    signal: AbortSignal,
    more: Partial<AppState>,
  ): Promise<boolean>;
  /**
   * Puts the scene that the engine has taken on the map; its stretch is found first, so that it appears in its colours. Where that
   * fails or is given up it appears in plain ones: the page never shows another scene than the engine has.
   */
  show(opened: OpenedScene, signal: AbortSignal, more: Partial<AppState>): Promise<void>;
  /** Tells of a scene that could not be opened; the one before stays, and its run goes on. */
  failed(fault: unknown): void;
  /** Keeps in mind what is open, for the next visit. */
  remember(): void;
}

/** Reflectance of most ground. */
const PLAIN_STRETCH: Stretch = { low: 0, high: 0.3 };

/**
 * The stretch of a scene that the engine has taken, for the page to show it: empty where it is not found, or not waited for any
 * longer. Null where the page shall not show it: the engine has yet another one, or the opening was given up and the page is empty.
 */
export async function stretchToShow(
  { engine, get, arrive }: ActionContext,
  bands: readonly number[],
  signal: AbortSignal,
): Promise<readonly BandStretch[] | null> {
  const isNewest = arrive();
  const given = new Promise<readonly BandStretch[]>((resolve) => {
    signal.addEventListener('abort', () => resolve([]), { once: true });
  });
  const stretch = await Promise.race([engine.stretch(bands, signal).catch(() => []), given]);
  return isNewest() && !(signal.aborted && get().scene === null) ? stretch : null;
}

/** Is there a run that can go on, neither just begun nor done? */
export const isHalfDone = (run: Unfinished | null): run is Unfinished =>
  run !== null && run.done > 0 && run.done < 1;

export function sceneOpener(context: ActionContext, nameOf: (input: SceneInput) => string): SceneOpener {
  const { engine, memory, set, get } = context;

  /** Goes back to where the mask was being edited: over the scene and the settings of the last run. */
  const takeUp = async (unfinished: Unfinished, draft: MaskDraft, signal: AbortSignal) => {
    const { sample, source } = get();
    try {
      if (unfinished.overrides !== null)
        await opener.show(await engine.override(unfinished.overrides), signal, { sample, source });
    } catch (fault) {
      if (!signal.aborted) opener.failed(fault);
      return;
    }
    if (signal.aborted) return;
    set(({ settings }) => ({
      settings: { ...settings, ...unfinished.settings },
      unfinished,
      job: { status: 'unfinished' },
    }));
    if (unfinished.done === 1) {
      await get().actions.run();
      if (get().job.status !== 'done') return;
    }
    await get().actions.editMask(draft);
  };

  const opener: SceneOpener = {
    async start(input, sample, origin) {
      const signal = context.beginOpening();
      const name = sample?.name ?? nameOf(input);
      // Opening it takes until it is known what an earlier run left: one that began before would do away with that.
      const more = { sample, source: { input, origin }, opening: name };
      if (!(await opener.open(input, name, sample, signal, more))) return;
      opener.remember();
      const unfinished = await engine.unfinished(signal).catch(() => null);
      if (signal.aborted) return;
      set(({ settings }) => ({ opening: null, settings: withMaskOf(settings, unfinished?.settings) }));
      const draft = unfinished && unusedDraft(unfinished);
      const corrections = unfinished?.overrides ?? null;
      if (draft) await takeUp(unfinished, draft, signal);
      else if (isHalfDone(unfinished)) set({ unfinished, job: { status: 'unfinished' } });
      else await get().actions.correct(corrections, {});
    },
    async open(input, name, sample, signal, more) {
      set({ opening: name, error: null, page: 'scene' });
      try {
        const opened = await engine.open(input, signal);
        context.takeOver(signal);
        await opener.show(opened, signal, { compareMode: lastingMode(get().compareMode), ...more });
        if (!signal.aborted) await engine.setReference(sample?.truth ?? null, signal);
      } catch (fault) {
        if (!signal.aborted) opener.failed(fault);
        return false;
      }
      return !signal.aborted;
    },
    async show(opened, signal, more) {
      const combinations = combinationsOf(opened.scene, opened.displayBands);
      const combination =
        combinations.find((entry) => entry.bands.join() === opened.displayBands.join()) ?? combinations[0];
      const ownStretch = await stretchToShow(context, combination.bands, signal);
      if (ownStretch === null) return;
      set((state) => ({
        ...EMPTY,
        scene: opened,
        combinations,
        combination: combination.id,
        displayBands: combination.bands,
        stretch: ownStretch.length > 0 ? ownStretch : combination.bands.map(() => PLAIN_STRETCH),
        ownStretch,
        notices: opened.scene.notices,
        sceneRevision: state.sceneRevision + 1,
        ...more,
        opening: signal.aborted ? state.opening : (more.opening ?? null),
      }));
    },
    failed(fault) {
      // The engine lets go of the earlier scene only when a new one has been understood.
      set({ opening: null });
      get().actions.fail(fault);
    },
    remember() {
      const { source, dates, target } = get();
      if (source === null || source.origin === null) {
        void memory?.forget();
        return;
      }
      const others = dates.flatMap(({ id, name, origin }) =>
        id !== target && origin !== null ? [{ name, origin }] : [],
      );
      const own = dates.find(({ id }) => id === target);
      void memory?.remember(own?.name ?? get().sample?.name ?? nameOf(source.input), source.origin, others);
    },
  };
  return opener;
}
