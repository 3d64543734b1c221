import { throwIfAborted } from '../src/pipeline/errors.ts';
import {
  type JobRecord,
  readJobRecord,
  resultPages,
  sameFindings,
  writeJobRecord,
} from '../src/pipeline/job-record.ts';
import type { PageLog } from '../src/pipeline/page-log.ts';
import { memoryPages, type PageStore } from '../src/pipeline/pages.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { shareDone } from '../src/pipeline/progress.ts';
import type { Notice, Scene } from '../src/pipeline/scene.ts';
import { tilesOf } from '../src/pipeline/tiles.ts';
import { openJobFile, sceneFingerprint, tidyJobFiles } from './job-files.ts';
import type { PostedScene } from './protocol.ts';

/** What an earlier run of a scene left. */
export interface EarlierRun {
  /** Share of the work that is done, 0..1. */
  readonly done: number;
  readonly record: JobRecord;
}

/** The pages of one scene at a time: those of the input that was named last. */
export interface JobPages {
  /** What an earlier run left of the scene; null if nothing that could be continued. */
  unfinished(input: PostedScene, scene: Scene, signal?: AbortSignal): Promise<EarlierRun | null>;
  /** All pages of the scene and the job that they were last used for; null if there are none. */
  look(
    input: PostedScene,
    signal?: AbortSignal,
  ): Promise<{ readonly pages: PageStore; readonly record: JobRecord } | null>;
  /**
   * The pages for a run: those of an earlier one, as far as they hold under the record, else empty ones. In memory, with a
   * notice, where there is no file to be had.
   */
  claim(
    input: PostedScene,
    record: JobRecord,
    options: { readonly fresh: boolean; readonly notify: (notice: Notice) => void },
    signal?: AbortSignal,
  ): Promise<PageStore>;
}

/** The pages that are open, and the scene that they belong to. */
interface OpenPages {
  readonly input: PostedScene;
  /** Null if the scene cannot be told from others. */
  readonly fingerprint: string | null;
  log: PageLog | null;
  /** Pages of a scene that has no file. */
  memory: PageStore | null;
  /** How long its file is waited for yet, in milliseconds: once it was in vain, another tab has it. */
  patience: number;
}

/** A page that is being reloaded lets go of its files when its workers have ended: on a slow machine, seconds later. */
const PATIENCE_MS = 5000;

export function jobPages(): JobPages {
  let current: OpenPages | null = null;
  let notify: (notice: Notice) => void = () => {};
  /** One thing at a time: a file can be open once only. */
  let turn: Promise<unknown> = Promise.resolve();
  const onFull = () => notify(STORAGE_FULL);

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  /** The pages of a scene, with their file open if there is one. */
  async function openPagesOf(input: PostedScene, create: boolean, signal?: AbortSignal): Promise<OpenPages> {
    throwIfAborted(signal);
    if (current?.input !== input) {
      current?.log?.close();
      current = null;
      // A scene that cannot be read now is for the run to complain about.
      const fingerprint = await sceneFingerprint(input, signal).catch(() => null);
      throwIfAborted(signal);
      current = { input, fingerprint, log: null, memory: null, patience: PATIENCE_MS };
    }
    // Pages that a run has in memory are not exchanged for those of a file that has become free.
    if (current.memory === null) current.log ??= await openLog(current, { create }, signal);
    return current;
  }

  /** The file of a scene; null if there is none to be had. */
  async function openLog(
    at: OpenPages,
    options: { readonly create: boolean; readonly empty?: boolean; onHeld?(): void },
    signal?: AbortSignal,
  ): Promise<PageLog | null> {
    if (at.fingerprint === null) return null;
    const { patience } = at;
    const onHeld = () => {
      at.patience = 0;
      options.onHeld?.();
    };
    return openJobFile(at.fingerprint, { ...options, patience, onFull, onHeld }, signal);
  }

  /** Forgets what the pages hold. */
  async function emptied(at: OpenPages, signal?: AbortSignal): Promise<PageStore> {
    at.log?.close();
    at.log = null;
    let why = NOT_KEPT;
    const onHeld = () => {
      why = HELD;
    };
    at.log = await openLog(at, { create: true, empty: true, onHeld }, signal);
    at.memory = at.log ? null : memoryPages();
    if (!at.log) notify(why);
    return at.log ?? (at.memory as PageStore);
  }

  return {
    unfinished: (input, scene, signal) =>
      inTurn(async () => {
        const { log, memory } = await openPagesOf(input, false, signal);
        const pages = log ?? memory;
        const record = pages && readJobRecord(pages);
        if (!pages || !record) return null;
        const result = resultPages(pages, record);
        const composite = record.settings.composite !== undefined && record.dates.length > 0;
        return { done: shareDone(tilesOf(scene, result), composite), record };
      }),
    claim: (input, record, options, signal) =>
      inTurn(async () => {
        notify = options.notify;
        const at = await openPagesOf(input, true, signal);
        if (at.fingerprint !== null) await tidyJobFiles(at.fingerprint);
        const known = at.log ?? at.memory;
        const fits = known && !options.fresh && sameFindings(readJobRecord(known), record);
        const pages = fits ? known : await emptied(at, signal);
        writeJobRecord(pages, record);
        return resultPages(pages, record);
      }),
    look: (input, signal) =>
      inTurn(async () => {
        const { log, memory } = await openPagesOf(input, false, signal);
        const pages = log ?? memory;
        const record = pages && readJobRecord(pages);
        return pages && record && { pages, record };
      }),
  };
}

const STORAGE_FULL: Notice = {
  code: 'job/storage-full',
  message: phrase(
    'The storage of this browser is full: what is finished from here on is kept in memory, and would have to be computed again after a reload. Free some disk space to avoid that.',
  ),
};
const NOT_KEPT: Notice = {
  code: 'job/not-kept',
  message: phrase(
    'This browser keeps no files for this page here: the run could not be continued after a reload.',
  ),
};
const HELD: Notice = {
  code: 'job/not-kept',
  message: phrase(
    'This scene is open in another tab, which keeps what is done of it: the run in this tab could not be continued after a reload.',
  ),
};
