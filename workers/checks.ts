import { evaluate } from '../src/pipeline/evaluate/evaluate.ts';
import { type SelfCheck, selfCheck } from '../src/pipeline/evaluate/self-check.ts';
import type { Evaluation, Progress, RunReport } from '../src/pipeline/events.ts';
import { createPace } from '../src/pipeline/job.ts';
import type { Models } from '../src/pipeline/networks.ts';
import { resultPictures } from '../src/pipeline/output/pictures.ts';
import type { ResultReader } from '../src/pipeline/output/products.ts';
import { type ReportedFile, sceneReport } from '../src/pipeline/output/report.ts';
import { reportHtml } from '../src/pipeline/output/report-html.ts';
import { inEnglish } from '../src/pipeline/phrase.ts';
import type { SceneSource } from '../src/pipeline/scene.ts';
import type { TileStore } from '../src/pipeline/tiles.ts';
import { checksum } from './checksum.ts';
import { unlessAborted } from './crossing.ts';
import type { NetworksHost } from './networks-host.ts';
import type { PostedScene, ReportRequest } from './protocol.ts';

/** What a finished run leaves to be measured and told. */
export interface FinishedRun {
  readonly source: SceneSource;
  readonly result: ResultReader;
  readonly tiles: TileStore;
  /** The other dates that it used. */
  readonly dates: readonly SceneSource[];
  readonly report: RunReport;
  readonly models: Models;
}

type Tell = (progress: Progress) => void;

/** @throws PipelineError as selfCheck, and `backend/none`. */
export async function checkRun(
  { source, result, dates, report: { settings } }: FinishedRun,
  host: NetworksHost,
  onProgress: Tell,
  signal: AbortSignal,
): Promise<SelfCheck> {
  const { networks } = await unlessAborted(host.start(settings.generator), signal);
  return selfCheck(source, result, networks, settings, { dates, onProgress }, signal);
}

/** @throws PipelineError as evaluate */
export function compareRun(
  { source, result, tiles }: FinishedRun,
  reference: SceneSource,
  onProgress: Tell,
  signal: AbortSignal,
): Promise<Evaluation> {
  const pace = createPace((event) => event.type === 'progress' && onProgress(event));
  return evaluate(source, reference, result, tiles, pace, signal);
}

/** Reads the files of the scene once more for their checksums, and puts the report together. */
export async function reportRun(
  { source, tiles, report, models }: FinishedRun,
  inputs: readonly PostedScene[],
  { format, selfCheck: checked, evaluation }: ReportRequest,
  onProgress: Tell,
  signal: AbortSignal,
): Promise<string> {
  const pictures = await resultPictures(source, tiles, signal);
  const given = inputs.flatMap((input) =>
    typeof input === 'string' || input instanceof File ? [input] : [...input],
  );
  const total = given.reduce((sum, input) => sum + (input instanceof File ? input.size : 0), 0);
  let done = 0;
  const files: ReportedFile[] = [];
  for (const input of given) {
    if (!(input instanceof File)) {
      files.push({ name: input, bytes: null, sha256: null });
      continue;
    }
    const hash = await checksum(
      input,
      (bytes) => {
        done += bytes;
        onProgress({ type: 'progress', stage: 'output', done, total, secondsLeft: null });
      },
      signal,
    );
    files.push({ name: input.name, bytes: input.size, sha256: hash });
  }
  const mask = report.settings.edits?.own;
  if (mask) files.push({ name: mask.name, bytes: mask.bytes ?? null, sha256: mask.sha256 ?? null });
  const run = { ...report, evaluation: evaluation ?? report.evaluation };
  const told = sceneReport(source.scene, { files, models, run, selfCheck: checked, pictures });
  return format === 'html' ? reportHtml([told]) : `${JSON.stringify(told, inEnglish, 2)}\n`;
}
