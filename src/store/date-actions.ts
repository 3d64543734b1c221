import { PipelineError, toPipelineError } from '../pipeline/errors.ts';
import { fileNameOf } from '../pipeline/file-names.ts';
import { english, phrase } from '../pipeline/phrase.ts';
import type { Notice } from '../pipeline/scene.ts';
import type { OpenedScene, SceneInput, SceneOrigin } from '../services/engine.ts';
import { t } from '../texts/texts.ts';
import type { ActionContext } from './context.ts';
import {
  byDay,
  type DatesActions,
  type DatesAgain,
  type OfferedScene,
  pickTarget,
  type SceneDate,
} from './dates.ts';
import { withMaskOf } from './mask-editor.ts';
import { isHalfDone, isWithDates, type SceneOpener } from './opening.ts';
import { isBusy } from './state.ts';

export interface DateOpener extends DatesActions {
  /** Opens files that came together: one scene, or several dates of an area. */
  openFiles(files: readonly File[], origins: readonly (SceneOrigin | null)[] | null): Promise<void>;
  /**
   * Opens several dates; the clearest is the target. Those of the last visit have the target that they had, and a run that they had
   * finished waits to be shown (`unfinished`).
   */
  openDates(candidates: readonly OfferedScene[], again?: DatesAgain): Promise<void>;
}

let lastId = 0;

/** Several dates of one area. */
export function dateActions(context: ActionContext, opener: SceneOpener): DateOpener {
  const { engine, set, get } = context;
  let survey: AbortController | null = null;

  /** Looks at one scene after the other. What cannot be read, or is there already, becomes a fault. */
  const look = async (
    candidates: readonly OfferedScene[],
    known: readonly SceneDate[],
    tell: (name: string) => void,
    signal: AbortSignal,
  ) => {
    const found: SceneDate[] = [];
    const faults: PipelineError[] = [];
    for (const { input, origin, used = true } of candidates) {
      const called = inputName(input);
      tell(called);
      try {
        const { scene, acquired, cloud, digest } = await engine.survey(
          input,
          get().settings.generator,
          signal,
        );
        const twin = [...known, ...found].find((date) => date.digest === digest);
        if (twin) throw sameDate(scene.name, twin.name);
        const facts = { name: scene.name, grid: scene.grid, acquired, cloud, digest };
        found.push({ id: ++lastId, input, origin, ...facts, used, problem: null });
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const { code, message, remedy } = toPipelineError(thrown).toReport();
        faults.push(
          new PipelineError(
            code,
            english(message).includes(called)
              ? message
              : phrase('{{file}}: {{problem}}', { file: called, problem: message }),
            remedy,
          ),
        );
      }
    }
    return { found, faults };
  };

  /** Tells the engine of the dates, finds out which of them can be used, and gives what an earlier run of the target left. */
  const settle = async (dates: readonly SceneDate[], target: number, signal: AbortSignal) => {
    const others = dates.filter(({ id }) => id !== target);
    const problems = await engine.setDates(
      others.map(({ id, input }) => ({ id, input })),
      signal,
    );
    if (signal.aborted) return null;
    const problemOf = (id: number) => problems[others.findIndex((date) => date.id === id)] ?? null;
    // A scene whose last date was removed stands alone again.
    const kept =
      others.length > 0 ? byDay(dates).map((date) => ({ ...date, problem: problemOf(date.id) })) : [];
    set({ dates: kept, target: kept.length > 0 ? target : null });
    opener.remember();
    const unfinished = await engine.unfinished(signal).catch(() => null);
    if (signal.aborted) return null;
    const { job } = get();
    if (isHalfDone(unfinished)) {
      if (job.status === 'idle' || job.status === 'unfinished')
        set({ unfinished, job: { status: 'unfinished' } });
    } else if (job.status === 'unfinished') set({ unfinished: null, job: { status: 'idle' } });
    return unfinished;
  };

  /**
   * Opens one of several dates, with the others beside it; alone, where the engine could not be told of these.
   * @returns what an earlier run of it left; null if it was not opened
   */
  const openAmong = async (dates: readonly SceneDate[], target: SceneDate, signal: AbortSignal) => {
    // Opening it takes until the engine knows the others: a run that began before would be without them.
    const more = { dates, target: target.id, source: target, opening: target.name };
    try {
      const isOpen = await opener.open(target.input, target.name, null, signal, more);
      const unfinished = isOpen ? await settle(dates, target.id, signal) : null;
      // What was drawn belongs to the mask of one scene.
      if (isOpen) set(({ settings }) => ({ settings: withMaskOf(settings, unfinished?.settings) }));
      return isOpen && !signal.aborted ? { unfinished } : null;
    } finally {
      if (get().dates === dates) set({ dates: [], target: null });
      if (!signal.aborted) set({ opening: null });
    }
  };

  const openDates: DateOpener['openDates'] = async (candidates, again) => {
    const signal = context.beginOpening();
    set({ error: null });
    let number = 0;
    const tell = (name: string) =>
      set({
        opening: t('{{name}} ({{number}} of {{total}})', {
          name,
          number: ++number,
          total: candidates.length,
        }),
      });
    try {
      const { found, faults } = await look(candidates, [], tell, signal);
      if (signal.aborted) return;
      if (found.length === 0) throw faults[0];
      const target = found.find(({ input }) => input === again?.target.input) ?? pickTarget(found);
      const notices = [...(again?.faults ?? []), ...faults].map(
        ({ code, phrases: { message, remedy } }): Notice => ({
          code,
          message: phrase('{{problem}} {{remedy}}', { problem: message, remedy }),
        }),
      );
      const left = await openAmong(byDay(found), target, signal);
      if (left === null) return;
      const tellFaults = () => set((state) => ({ notices: [...new Set([...state.notices, ...notices])] }));
      tellFaults();
      const others = get().dates.filter(({ id }) => id !== target.id);
      const apart = ({ problem }: SceneDate) => problem?.code === 'dates/no-overlap';
      // Scenes of places of their own cannot help each other: they are worked on one after the other.
      if (!again && others.length > 0 && others.every(apart)) {
        set({ dates: [], target: null });
        get().actions.queueScenes(candidates.map(({ input }) => input));
        return;
      }
      const hasTaken = await opener.takeUp(left.unfinished, signal);
      if (hasTaken && !signal.aborted) tellFaults();
      if (hasTaken || !again || get().job.status !== 'idle') return;
      if (left.unfinished?.done === 1 && isWithDates(left.unfinished))
        set({ ...left, job: { status: 'unfinished' } });
      else get().actions.chooseComposite(again.composite);
    } catch (fault) {
      if (!signal.aborted) opener.failed(fault);
    }
  };

  const originsOf = (files: readonly File[], origins: readonly (SceneOrigin | null)[] | null) => {
    const known = new Map(files.map((file, i) => [file, origins?.[i] ?? null]));
    return (group: readonly File[]): OfferedScene =>
      group.length === 1
        ? { input: group[0], origin: known.get(group[0]) ?? null }
        : { input: group, origin: handlesOf(group.map((file) => known.get(file) ?? null)) };
  };

  return {
    openDates,
    async openFiles(files, origins) {
      const signal = context.beginOpening();
      set({ opening: severalFiles(files), error: null });
      try {
        const groups = await engine.group(files, signal);
        if (signal.aborted) return;
        const candidates = groups.map(originsOf(files, origins));
        if (candidates.length === 1) await opener.start(candidates[0].input, null, candidates[0].origin);
        else await openDates(candidates);
      } catch (fault) {
        if (!signal.aborted) opener.failed(fault);
      }
    },
    async addDates(input, origins = null) {
      const { scene, source, actions } = get();
      if (scene === null || source === null) return actions.open(input, origins);
      if (isBusy(get())) return;
      const adding = new AbortController();
      survey = adding;
      const { signal } = adding;
      // Dates are looked at for the scene as it stands.
      const unsubscribe = context.store.subscribe((now, before) => {
        if (now.sceneRevision !== before.sceneRevision) adding.abort();
      });
      const tell = (name: string) => set({ surveying: name });
      tell(inputName(input));
      set({ error: null });
      try {
        const files = input instanceof File ? [input] : input;
        const candidates =
          files instanceof URL
            ? [{ input: files, origin: files }]
            : (await engine.group(files, signal)).map(originsOf(files, origins));
        const known = get().dates.length > 0 ? get().dates : [await ownDate(signal)];
        const { found, faults } = await look(candidates, known, tell, signal);
        if (signal.aborted) return;
        const target = get().target ?? known[0].id;
        if (found.length > 0) await settle([...known, ...found], target, signal);
        if (faults.length > 0) actions.fail(faults[0]);
      } catch (fault) {
        if (!signal.aborted) actions.fail(fault);
      } finally {
        unsubscribe();
        set({ surveying: null });
      }
    },
    stopAdding: () => survey?.abort(),
    async repairDate(id) {
      const { dates, target } = get();
      const chosen = dates.find((date) => date.id === id);
      if (!chosen || id === target || isBusy(get())) return;
      const signal = context.beginOpening();
      set({ opening: chosen.name, error: null });
      try {
        const opened = await openAmong([...dates], chosen, signal);
        if (opened) await opener.takeUp(opened.unfinished, signal);
      } catch (fault) {
        if (!signal.aborted) get().actions.fail(fault);
      }
    },
    chooseComposite(method) {
      set(({ settings: { composite: _, ...settings } }) => ({
        settings: method === null ? settings : { ...settings, composite: method },
      }));
      opener.remember();
    },
    switchDate(id, used) {
      set(({ dates }) => ({ dates: dates.map((date) => (date.id === id ? { ...date, used } : date)) }));
      opener.remember();
    },
    async removeDate(id) {
      const { dates, target, pictures, actions } = get();
      if (target === null || id === target || isBusy(get())) return;
      if (pictures.includes(id)) actions.showPictures('scene', 'result');
      const left = dates.filter((date) => date.id !== id);
      set({ dates: left });
      await settle(left, target, context.beginTask()).catch(actions.fail);
    },
    showPictures: (left, right) => set({ pictures: [left, right] }),
  };

  /** The open scene as a date. */
  async function ownDate(signal: AbortSignal): Promise<SceneDate> {
    const { scene, source } = get();
    const { input, origin } = source as NonNullable<typeof source>;
    const { name, grid } = (scene as OpenedScene).scene;
    const own = { id: ++lastId, input, origin, name, grid, used: true, problem: null };
    // A scene whose bands had to be named by the user cannot be judged from its file alone.
    const seen = await engine.survey(input, get().settings.generator, signal).catch((thrown) => {
      if (signal.aborted) throw thrown;
      return { acquired: null, cloud: null, digest: '' };
    });
    return { ...own, acquired: seen.acquired, cloud: seen.cloud, digest: seen.digest };
  }
}

/** Files that the browser can find again; null unless it can find all. */
function handlesOf(origins: readonly (SceneOrigin | null)[]): FileSystemFileHandle[] | null {
  const handles = origins.flatMap((origin) => (origin !== null && 'getFile' in origin ? [origin] : []));
  return handles.length === origins.length ? handles : null;
}

function sameDate(name: string, twin: string): PipelineError {
  return new PipelineError(
    'dates/same-date',
    name === twin
      ? phrase('{{name}} is among the dates already.', { name })
      : phrase('{{name}} is the same picture as {{twin}}.', { name, twin }),
    phrase('Choose a scene of another day.'),
  );
}

export function inputName(input: SceneInput): string {
  if (input instanceof URL) return fileNameOf(input) || input.hostname;
  return input instanceof File ? input.name : severalFiles(input);
}

const severalFiles = ({ length: count }: readonly File[]) =>
  t('{{count}} files', { count, defaultValue_one: '{{count}} file' });
