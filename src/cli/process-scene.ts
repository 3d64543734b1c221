import { basename } from 'node:path';
import { type OpenedMask, openMask } from '../pipeline/detect/own-mask.ts';
import { throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import { selfCheck } from '../pipeline/evaluate/self-check.ts';
import { fileNameOf } from '../pipeline/file-names.ts';
import { openScene, type SceneFile } from '../pipeline/ingest/open.ts';
import { jobRecord } from '../pipeline/job-record.ts';
import { type Models, modelsFor, type Networks } from '../pipeline/networks.ts';
import { resultPictures } from '../pipeline/output/pictures.ts';
import { type Lineage, productWriters } from '../pipeline/output/products.ts';
import { summaryOf } from '../pipeline/output/report.ts';
import { writing } from '../pipeline/output/sink.ts';
import { shareDone } from '../pipeline/progress.ts';
import { type RunResult, run } from '../pipeline/run.ts';
import type { SceneSource } from '../pipeline/scene.ts';
import { planTiles, tilesOf } from '../pipeline/tiles.ts';
import { VERSION } from '../pipeline/version.ts';
import { withNoticeOfFilesBeside } from './beside.ts';
import { checksums } from './checksums.ts';
import { corrected } from './corrected.ts';
import { keptPages } from './kept-pages.ts';
import { nodeInflate } from './node-inflate.ts';
import { writeNodeFiles } from './node-sink.ts';
import { fileSource } from './node-source.ts';
import { isAddress } from './plan.ts';
import type { SceneEvent, SceneOutcome, Task, WrittenOutput } from './protocol.ts';
import { pagesOf, removeWorkingFiles } from './working-files.ts';

/**
 * Processes one scene from file to file: opens, runs, writes. The outputs get their names when all are complete;
 * after an error or a cancel nothing is left beside them, unless what is done shall be kept for the next run.
 *
 * @throws PipelineError those of openScene, run and writeCog, and of the networks.
 */
export async function processScene(
  task: Task,
  networks: Promise<Networks>,
  onEvent: (event: SceneEvent) => void,
  signal?: AbortSignal,
): Promise<SceneOutcome> {
  const paths = task.outputs.map((output) => output.path);
  const closing: (() => unknown)[] = [];
  let keep = task.resume;
  const seconds = stopwatch();
  // A failure is reported when they are needed; until then it must not count as unhandled.
  networks.catch(() => undefined);
  try {
    onEvent({ type: 'progress', stage: 'ingest', done: 0, total: 1, secondsLeft: null });
    const understood = corrected(await openFiles(task.files, closing, signal), task.overrides);
    const source = withNoticeOfFilesBeside(understood, task.files);
    for (const notice of source.scene.notices) onEvent({ type: 'notice', notice });
    const reference = task.reference === null ? null : await openFiles([task.reference], closing, signal);
    const dates: SceneSource[] = [];
    for (const files of task.dates) dates.push(await openFiles(files, closing, signal));
    const mask = task.ownMask === null ? null : await openOwnMask(task.ownMask, source, closing, signal);
    const settings = mask ? { ...task.settings, edits: { own: mask.own, operations: [] } } : task.settings;
    const open = seconds();

    const started = await networks;
    removeWorkingFiles(paths, task.resume);
    const models = modelsFor(started, source.scene);
    const record = jobRecord(source.scene, models, settings, task.overrides);
    const read = [...task.files, ...task.dates.flat()];
    const { pages, continued } = await writing(() => keptPages(pagesOf(paths[0]), record, read, signal));
    closing.push(() => pages.close());
    if (continued) {
      const composite = settings.composite !== undefined && dates.length > 0;
      const done = shareDone(tilesOf(source.scene, pages), composite);
      const message = { text: `An earlier run is continued: ${Math.floor(100 * done)} % was done.` };
      onEvent({ type: 'notice', notice: { code: 'job/continued', message } });
    }
    throwIfAborted(signal);
    await mask?.keep(pages, signal);
    const finished = await run(
      source,
      started,
      settings,
      (event) => {
        if (event.type === 'progress' || event.type === 'notice') onEvent(event);
      },
      { reference, dates, pages },
      signal,
    );
    const notices = [...finished.report.notices];
    const checked = task.selfCheck
      ? await check(
          task,
          source,
          dates,
          finished,
          started,
          (event) => {
            if (event.type === 'notice') notices.push(event.notice);
            onEvent(event);
          },
          signal,
        )
      : null;
    const page = task.describe
      ? {
          files: await checksums(
            [...read, ...[task.ownMask, task.reference].filter((path) => path !== null)],
            signal,
          ),
          pictures: await resultPictures(source, tilesOf(source.scene, pages), signal),
        }
      : null;
    const ran = seconds();

    const outputs = await writeProducts(task, source, finished, models, onEvent, signal);
    keep = false;
    return {
      scene: summaryOf(source.scene),
      run: { ...finished.report, notices },
      selfCheck: checked,
      page,
      models,
      outputs,
      seconds: { open, run: ran, write: seconds() },
    };
  } finally {
    for (const close of closing) await close();
    removeWorkingFiles(paths, keep);
  }
}

/** Seconds since the last look. */
function stopwatch(): () => number {
  let since = performance.now();
  return () => {
    const passed = (performance.now() - since) / 1000;
    since += passed * 1000;
    return passed;
  };
}

async function openFiles(
  files: readonly string[],
  closing: (() => unknown)[],
  signal?: AbortSignal,
): Promise<SceneSource> {
  const opened: SceneFile[] = [];
  for (const path of files) {
    if (isAddress(path)) opened.push(new URL(path));
    else {
      const file = await fileSource(path);
      closing.push(() => file.close());
      opened.push(file);
    }
  }
  return openScene(opened, { inflate: nodeInflate }, signal);
}

async function openOwnMask(
  path: string,
  source: SceneSource,
  closing: (() => unknown)[],
  signal?: AbortSignal,
): Promise<OpenedMask> {
  const layout = planTiles(source.scene.grid);
  if (isAddress(path)) return openMask(new URL(path), fileNameOf(new URL(path)), layout, signal);
  const file = await fileSource(path);
  closing.push(() => file.close());
  return openMask(file, basename(path), layout, signal);
}

/** The self-check; null, with a notice, if the scene does not allow it. */
async function check(
  { settings }: Task,
  source: SceneSource,
  dates: readonly SceneSource[],
  { result }: RunResult,
  networks: Networks,
  onEvent: (event: SceneEvent) => void,
  signal?: AbortSignal,
): Promise<SceneOutcome['selfCheck']> {
  try {
    const options = { dates, onProgress: onEvent };
    return await selfCheck(source, result, networks, settings, options, signal);
  } catch (thrown) {
    const { code, message, remedy } = toPipelineError(thrown);
    if (!code.startsWith('check/')) throw thrown;
    onEvent({ type: 'notice', notice: { code, message: { text: `No self-check: ${message} ${remedy}` } } });
    return null;
  }
}

/** Writes all outputs; they get their names when all are complete. */
function writeProducts(
  { outputs }: Task,
  source: SceneSource,
  { report, result }: RunResult,
  models: Models,
  onEvent: (event: SceneEvent) => void,
  signal?: AbortSignal,
): Promise<WrittenOutput[]> {
  const { backend, settings, shares, dates } = report;
  const lineage: Lineage = { version: VERSION, models, backend, settings, shares, dates, date: new Date() };
  const started = performance.now();
  const progress = (before: number) => (tiles: number, perOutput: number) => {
    const done = before * perOutput + tiles;
    const total = outputs.length * perOutput;
    const secondsLeft = ((performance.now() - started) / 1000 / done) * (total - done);
    onEvent({ type: 'progress', stage: 'output', done, total, secondsLeft });
  };
  const paths = outputs.map(({ path }) => path);
  return writeNodeFiles(paths, async ({ sink, ...node }, i) => {
    const options = { ...node, signal, onProgress: progress(i) };
    const bytes = await productWriters[outputs[i].product](source, result, lineage, sink, options);
    return { ...outputs[i], bytes };
  });
}
