import { basename } from 'node:path';
import { type OpenedMask, openMask } from '../pipeline/detect/own-mask.ts';
import { throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import { selfCheck } from '../pipeline/evaluate/self-check.ts';
import type { RunEvent } from '../pipeline/events.ts';
import { fileNameOf } from '../pipeline/file-names.ts';
import { openScene, type SceneFile } from '../pipeline/ingest/open.ts';
import { type JobRecord, jobRecord } from '../pipeline/job-record.ts';
import { type Models, modelsFor, type Networks } from '../pipeline/networks.ts';
import { resultPictures } from '../pipeline/output/pictures.ts';
import { type Lineage, productWriters } from '../pipeline/output/products.ts';
import { summaryOf } from '../pipeline/output/report.ts';
import { writing } from '../pipeline/output/sink.ts';
import type { PageLog } from '../pipeline/page-log.ts';
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

/** A scene under way: what was asked for, whom it tells, and what is closed at its end. */
interface SceneWork {
  readonly task: Task;
  readonly onEvent: (event: SceneEvent) => void;
  readonly signal?: AbortSignal;
  readonly closing: (() => unknown)[];
}

/** What a run reads. */
interface Inputs {
  readonly source: SceneSource;
  readonly dates: readonly SceneSource[];
  readonly reference: SceneSource | null;
  readonly mask: OpenedMask | null;
}

/**
 * Processes one scene from file to file, stage by stage. The outputs get their names when all are complete;
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
  const work: SceneWork = { task, onEvent, signal, closing: [] };
  const paths = task.outputs.map((output) => output.path);
  let keepPages = task.resume;
  const seconds = stopwatch();
  // A failure is reported when they are needed; until then it must not count as unhandled.
  networks.catch(() => undefined);
  try {
    // ingest
    const inputs = await ingest(work);
    const { source, dates, reference, mask } = inputs;
    const settings = mask ? { ...task.settings, edits: { own: mask.own, operations: [] } } : task.settings;
    const open = seconds();

    const started = await networks;
    removeWorkingFiles(paths, task.resume);
    const models = modelsFor(started, source.scene);
    const pages = await openPages(work, inputs, jobRecord(source.scene, models, settings, task.overrides));
    throwIfAborted(signal);
    await mask?.keep(pages, signal);

    // preprocess, detect, generate, composite; evaluate, against a reference
    const passOn = (event: RunEvent) => {
      if (event.type === 'progress' || event.type === 'notice') onEvent(event);
    };
    const finished = await run(source, started, settings, passOn, { reference, dates, pages }, signal);
    const notices = [...finished.report.notices];

    // evaluate, with simulated clouds
    const onCheckEvent = (event: SceneEvent) => {
      if (event.type === 'notice') notices.push(event.notice);
      onEvent(event);
    };
    const checked = task.selfCheck
      ? await check({ ...work, onEvent: onCheckEvent }, inputs, finished, started)
      : null;

    // enhance: pictures for the eye, for the page of the report
    const page = task.describe
      ? {
          files: await checksums(filesOf(task), signal),
          pictures: await resultPictures(source, tilesOf(source.scene, pages), signal),
        }
      : null;
    const ran = seconds();

    // output
    const outputs = await writeProducts(work, source, finished, models);
    keepPages = false;
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
    for (const close of work.closing) await close();
    removeWorkingFiles(paths, keepPages);
  }
}

/** Opens the scene as the user says that it is, and all that it is compared with or filled from. */
async function ingest(work: SceneWork): Promise<Inputs> {
  const { task, onEvent } = work;
  onEvent({ type: 'progress', stage: 'ingest', done: 0, total: 1, secondsLeft: null });
  const understood = corrected(await openFiles(work, task.files), task.overrides);
  const source = withNoticeOfFilesBeside(understood, task.files);
  for (const notice of source.scene.notices) onEvent({ type: 'notice', notice });
  const reference = task.reference === null ? null : await openFiles(work, [task.reference]);
  const dates: SceneSource[] = [];
  for (const files of task.dates) dates.push(await openFiles(work, files));
  const mask = task.ownMask === null ? null : await openOwnMask(work, task.ownMask, source);
  return { source, dates, reference, mask };
}

async function openFiles({ closing, signal }: SceneWork, files: readonly string[]): Promise<SceneSource> {
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
  { closing, signal }: SceneWork,
  path: string,
  { scene }: SceneSource,
): Promise<OpenedMask> {
  const layout = planTiles(scene.grid);
  if (isAddress(path)) return openMask(new URL(path), fileNameOf(new URL(path)), layout, signal);
  const file = await fileSource(path);
  closing.push(() => file.close());
  return openMask(file, basename(path), layout, signal);
}

/** The files that a run repairs from, which decide whether an earlier one is continued. */
const filesRead = ({ files, dates }: Task) => [...files, ...dates.flat()];

/** Every file that has a say in the result or its figures. */
const filesOf = (task: Task) => [
  ...filesRead(task),
  ...[task.ownMask, task.reference].filter((path) => path !== null),
];

/** Pages for the run, beside the first output; a notice says if they hold a part of it already. */
async function openPages(
  { task, onEvent, signal, closing }: SceneWork,
  { source, dates }: Inputs,
  record: JobRecord,
): Promise<PageLog> {
  const path = pagesOf(task.outputs[0].path);
  const { pages, continued } = await writing(() => keptPages(path, record, filesRead(task), signal));
  closing.push(() => pages.close());
  if (continued) {
    const composite = task.settings.composite !== undefined && dates.length > 0;
    const done = shareDone(tilesOf(source.scene, pages), composite);
    const message = { text: `An earlier run is continued: ${Math.floor(100 * done)} % was done.` };
    onEvent({ type: 'notice', notice: { code: 'job/continued', message } });
  }
  return pages;
}

/** The self-check; null, with a notice, if the scene does not allow it. */
async function check(
  { task, onEvent, signal }: SceneWork,
  { source, dates }: Inputs,
  { result }: RunResult,
  networks: Networks,
): Promise<SceneOutcome['selfCheck']> {
  try {
    const options = { dates, onProgress: onEvent };
    return await selfCheck(source, result, networks, task.settings, options, signal);
  } catch (thrown) {
    const { code, message, remedy } = toPipelineError(thrown);
    if (!code.startsWith('check/')) throw thrown;
    onEvent({ type: 'notice', notice: { code, message: { text: `No self-check: ${message} ${remedy}` } } });
    return null;
  }
}

/** Writes all outputs; they get their names when all are complete. */
function writeProducts(
  { task: { outputs }, onEvent, signal }: SceneWork,
  source: SceneSource,
  { report, result }: RunResult,
  models: Models,
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

/** Seconds since the last look. */
function stopwatch(): () => number {
  let since = performance.now();
  return () => {
    const passed = (performance.now() - since) / 1000;
    since += passed * 1000;
    return passed;
  };
}
