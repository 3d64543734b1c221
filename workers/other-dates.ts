import { type ErrorReport, throwIfAborted, toPipelineError } from '../src/pipeline/errors.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';
import type { JobRecord } from '../src/pipeline/job-record.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import { received } from './crossing.ts';
import { sceneFingerprint } from './job-files.ts';
import type { DateInput, PostedScene } from './protocol.ts';

/** The other dates of the open scene, in one worker. */
export interface OtherDates {
  /**
   * Opens the dates that are new and forgets those that are not named.
   * @param check throws if a date cannot be used
   * @returns for each why it cannot be used, null if it can
   */
  set(
    dates: readonly DateInput[],
    check: (source: SceneSource) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<(ErrorReport | null)[]>;
  clear(): void;
  /** Undefined if it is not known or could not be opened. */
  source(id: number): SceneSource | undefined;
  /** What a run over these dates is known by. */
  record(ids: readonly number[], signal: AbortSignal): Promise<JobRecord['dates']>;
  /** The dates of an earlier run: their numbers here, and the names of those that are not among the dates. */
  find(
    wanted: JobRecord['dates'],
    signal: AbortSignal,
  ): Promise<{ readonly dates: number[]; readonly missing: string[] }>;
}

interface OpenDate {
  readonly input: PostedScene;
  readonly source: SceneSource;
}

export function otherDates(): OtherDates {
  const open = new Map<number, OpenDate>();

  /** As pages know the scene; by its name where the browser has no digest. */
  const fingerprint = async ({ input, source }: OpenDate, signal: AbortSignal) =>
    (await sceneFingerprint(input, signal)) ?? source.scene.name;

  return {
    async set(dates, check, signal) {
      for (const id of open.keys()) if (!dates.some((date) => date.id === id)) open.delete(id);
      const problems: (ErrorReport | null)[] = [];
      for (const { id, input } of dates) {
        try {
          const source = open.get(id)?.source ?? (await openScene(received(input), {}, signal));
          open.set(id, { input, source });
          await check(source);
          problems.push(null);
        } catch (thrown) {
          throwIfAborted(signal);
          problems.push(toPipelineError(thrown).toReport());
        }
      }
      return problems;
    },
    clear: () => open.clear(),
    source: (id) => open.get(id)?.source,
    record: (ids, signal) =>
      Promise.all(
        ids
          .flatMap((id) => open.get(id) ?? [])
          .map(async (date) => ({
            fingerprint: await fingerprint(date, signal),
            name: date.source.scene.name,
          })),
      ),
    async find(wanted, signal) {
      const known = new Map<string, number>();
      if (wanted.length > 0) for (const [id, date] of open) known.set(await fingerprint(date, signal), id);
      return {
        dates: wanted.flatMap((date) => known.get(date.fingerprint) ?? []),
        missing: wanted.filter((date) => !known.has(date.fingerprint)).map(({ name }) => name),
      };
    },
  };
}
