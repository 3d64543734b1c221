import { type JobRecord, readRecord, sameJob, writeRecord } from '../src/pipeline/job-record.ts';
import type { PageLog } from '../src/pipeline/page-log.ts';
import { memoryPages, type PageStore } from '../src/pipeline/pages.ts';
import { shareDone } from '../src/pipeline/progress.ts';
import type { Notice, Scene } from '../src/pipeline/scene.ts';
import { openTiles, planTiles } from '../src/pipeline/tiles.ts';
import { openJobFile, sceneFingerprint, tidyJobFiles } from './job-files.ts';
import type { SceneInput, Unfinished } from './protocol.ts';

/** The pages of the scene that is open. */
export interface JobPages {
  /** Another scene is open now: lets go of the pages of the last. */
  leave(): void;
  /** What an earlier run left of the scene; null if nothing that could be continued. */
  unfinished(input: SceneInput, scene: Scene): Promise<Unfinished | null>;
  /**
   * The pages for a run: those of an earlier one if it was the same job, else empty ones. In memory, with a notice,
   * where there is no file to be had.
   */
  claim(
    input: SceneInput,
    record: JobRecord,
    options: { readonly fresh: boolean; readonly notify: (notice: Notice) => void },
  ): Promise<PageStore>;
}

export function jobPages(): JobPages {
  let log: PageLog | null = null;
  /** Pages in memory, of a scene that has no file. */
  let memory: PageStore | null = null;
  let fingerprint: string | null = null;
  let notify: (notice: Notice) => void = () => {};
  const onFull = () =>
    notify({
      code: 'job/storage-full',
      message:
        'The storage of this browser is full: what is finished from here on is kept in memory, and would have to be ' +
        'computed again after a reload. Free some disk space to avoid that.',
    });

  async function open(input: SceneInput, create: boolean, empty = false): Promise<PageLog | null> {
    fingerprint ??= await sceneFingerprint(input);
    if (fingerprint === null) return null;
    if (empty) close();
    log ??= await openJobFile(fingerprint, { create, empty, onFull });
    return log;
  }

  function close(): void {
    log?.close();
    log = null;
  }

  return {
    leave() {
      close();
      memory = null;
      fingerprint = null;
    },
    async unfinished(input, scene) {
      const pages = (await open(input, false)) ?? memory;
      const record = pages && readRecord(pages);
      if (!pages || !record) return null;
      const { settings, overrides } = record;
      return { done: shareDone(openTiles(scene, planTiles(scene.grid), pages)), settings, overrides };
    },
    async claim(input, record, options) {
      notify = options.notify;
      const found = await open(input, true);
      if (fingerprint !== null) await tidyJobFiles(fingerprint);
      const known = found ?? memory;
      if (known && !options.fresh && sameJob(readRecord(known), record)) return known;
      const pages = (found && (await open(input, true, true))) ?? memoryPages();
      if (!log) {
        memory = pages;
        notify({
          code: 'job/not-kept',
          message:
            'This browser keeps no files for this page here: the run could not be continued after a reload.',
        });
      }
      writeRecord(pages, record);
      return pages;
    },
  };
}
