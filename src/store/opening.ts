import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { RunSettings } from '../pipeline/events.ts';
import type { BandStretch, OpenedScene, SceneInput, SceneOrigin, Unfinished } from '../services/engine.ts';
import { combinationsOf } from './combinations.ts';
import { type ActionContext, EMPTY } from './context.ts';
import type { SceneDate } from './dates.ts';
import { unusedDraft, withMaskOf } from './mask-editor.ts';
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
  /**
   * Goes back to where the mask was being edited: over the scene, the dates and the settings of the last run.
   * @returns false, and nothing is changed, if nothing was drawn that a run has not used
   */
  takeUp(unfinished: Unfinished | null, signal: AbortSignal): Promise<boolean>;
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

/** Did an earlier run take pixels from other dates, all of which are here? */
export const isWithDates = ({ dates = [], missingDates = [] }: Unfinished): boolean =>
  dates.length > 0 && missingDates.length === 0;

/** The dates as an earlier run had them. */
export const datesOfRun = (dates: readonly SceneDate[], { dates: used = [] }: Unfinished): SceneDate[] =>
  dates.map((date) => ({ ...date, used: used.includes(date.id) }));

/** Settings as an earlier run had them. */
export function settingsOfRun(settings: RunSettings, unfinished: Unfinished): RunSettings {
  const { composite: _, ...others } = settings;
  return { ...others, ...unfinished.settings };
}

export function sceneOpener(context: ActionContext, nameOf: (input: SceneInput) => string): SceneOpener {
  const { engine, memory, set, get } = context;

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
      const corrections = unfinished?.overrides ?? null;
      if (await opener.takeUp(unfinished, signal)) return;
      if (isHalfDone(unfinished)) set({ unfinished, job: { status: 'unfinished' } });
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
    async takeUp(unfinished, signal) {
      const draft = unfinished && unusedDraft(unfinished);
      if (!draft) return false;
      const { sample, source, dates, target } = get();
      try {
        if (unfinished.overrides !== null) {
          const corrected = await engine.override(unfinished.overrides);
          await opener.show(corrected, signal, { sample, source, dates, target });
        }
      } catch (fault) {
        if (!signal.aborted) opener.failed(fault);
        return true;
      }
      if (signal.aborted) return true;
      // A run of the scene alone, or with dates that are not here, is none that these dates could show again.
      const isSame = target === null || isWithDates(unfinished);
      if (isSame || isHalfDone(unfinished)) set({ unfinished, job: { status: 'unfinished' } });
      if (isSame)
        set((state) => ({
          settings: settingsOfRun(state.settings, unfinished),
          dates: datesOfRun(state.dates, unfinished),
        }));
      if (isSame && unfinished.done === 1) {
        await get().actions.run();
        if (get().job.status !== 'done') return true;
      }
      await get().actions.editMask(draft);
      return true;
    },
    failed(fault) {
      // The engine lets go of the earlier scene only when a new one has been understood.
      set({ opening: null });
      get().actions.fail(fault);
    },
    remember() {
      const { source, dates, target, sample, scene, settings } = get();
      if (source === null) {
        void memory?.forget();
        return;
      }
      const own = dates.find(({ id }) => id === target) ?? sample;
      const name = Array.isArray(source.input) ? scene?.scene.name : nameOf(source.input);
      const others = dates
        .filter(({ id }) => id !== target)
        .map(({ name, origin, used }) => ({ name, origin, used }));
      const { composite = null } = settings;
      void memory?.remember({
        name: own?.name ?? name ?? nameOf(source.input),
        origin: source.origin,
        dates: others,
        composite,
      });
    },
  };
  return opener;
}
