import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type ErrorReport, toPipelineError } from '../pipeline/errors.ts';
import type { SelfCheck } from '../pipeline/evaluate/self-check.ts';
import type { ReportedFile, SceneReport } from '../pipeline/output/report.ts';
import { reportHtml } from '../pipeline/output/report-html.ts';
import { writing } from '../pipeline/output/sink.ts';
import { english, inEnglish } from '../pipeline/phrase.ts';
import { VERSION } from '../pipeline/version.ts';
import { type Command, parseCommand, UsageError } from './arguments.ts';
import { HELP } from './help.ts';
import { holdsOutput, unlockOutput } from './output-lock.ts';
import { plan } from './plan.ts';
import type { SceneOutcome, Task } from './protocol.ts';
import { processScenes, type SceneResult } from './scene-pool.ts';
import { statusLine } from './status-line.ts';
import { errorText, finishedText, forTerminal, notBegunText, outcomeText, shortName } from './words.ts';
import { removeWorkingFiles } from './working-files.ts';

const EXIT = { done: 0, error: 1, usage: 2, hungUp: 129, interrupted: 130, terminated: 143 } as const;

/** Beside the bundle in the package. */
const MODELS = new URL('../public/models/', import.meta.url).href;

// What is said after a reader or the terminal has gone is lost; the work goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(words, availableParallelism());
    if (command === 'help') process.stdout.write(HELP);
    else if (command === 'version') process.stdout.write(`${VERSION}\n`);
    else {
      const tell = (text: string) => command.quiet || process.stderr.write(`${text}\n`);
      return await execute(command, plan(command, tell));
    }
    return EXIT.done;
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      process.stderr.write(`${thrown.message}\nTry: unclouded --help\n`);
      return EXIT.usage;
    }
    process.stderr.write(`${errorText(forTerminal(toPipelineError(thrown).toReport()))}\n`);
    return EXIT.error;
  }
}

async function execute(command: Command, planned: readonly Task[]): Promise<number> {
  const tasks = planned.filter(({ finished }) => !finished);
  const { jobs, threads, quiet, resume } = command;
  const names = tasks.map((task) => shortName(task.input));
  const status = statusLine(names, process.stderr, quiet);
  for (const task of planned) if (task.finished && !quiet) status.print(finishedText(task));
  const ending = endOnSignals(tasks);
  const started = performance.now();
  let ended = 0;
  const results = await processScenes(
    tasks,
    jobs,
    { modelsUrl: MODELS, threads, generator: command.settings.generator },
    {
      onEvent(scene, event) {
        if (event.type === 'progress') status.update(scene, event);
        else if (!quiet) status.print(`${names[scene]}: ${english(event.notice.message)}`);
      },
      onEnd(scene, result) {
        ended++;
        status.end(scene);
        if (result.status !== 'done')
          status.print(errorText(forTerminal(result.error, resume), names[scene]));
        else if (!quiet) status.print(outcomeText(tasks[scene].input, result.outcome));
      },
    },
    ending.signal,
  );
  if (ended < tasks.length) status.print(notBegunText(tasks.length - ended));
  const texts: [string | null, () => string][] = [
    [command.report, () => jsonOf(command, planned, results, (performance.now() - started) / 1000)],
    [command.reportHtml, () => pageOf(planned, results)],
  ];
  let written = true;
  for (const [path, text] of texts) {
    if (path !== null && !(await isWritten(path, text()))) written = false;
  }
  if (ending.exitCode !== null) return ending.exitCode;
  return written && results.every((result) => result.status === 'done') ? EXIT.done : EXIT.error;
}

/** The first Ctrl-C, SIGTERM or closed terminal ends the scenes within one tile; the second one ends the process. */
function endOnSignals(tasks: readonly Task[]): {
  readonly signal: AbortSignal;
  readonly exitCode: number | null;
} {
  const abort = new AbortController();
  let exitCode: number | null = null;
  const end = (code: number) => () => {
    if (exitCode !== null) {
      for (const { outputs, resume } of tasks) {
        const [result, ...others] = outputs.map(({ path }) => path);
        if (!holdsOutput(result)) continue;
        removeWorkingFiles([result, ...others], resume);
        unlockOutput(result);
      }
      process.exit(code);
    }
    exitCode = code;
    abort.abort();
  };
  process
    .on('SIGINT', end(EXIT.interrupted))
    .on('SIGTERM', end(EXIT.terminated))
    .on('SIGHUP', end(EXIT.hungUp));
  return {
    signal: abort.signal,
    get exitCode() {
      return exitCode;
    },
  };
}

type SceneEntry = {
  readonly input: string;
  readonly status: SceneResult['status'] | 'finished-before';
} & (
  | Pick<Task, 'outputs'>
  | { readonly error: ErrorReport }
  | (Omit<SceneOutcome, 'page' | 'selfCheck'> & {
      readonly selfCheck: Omit<SelfCheck, 'pictures'> | null;
      /** With checksums, if a page was made as well. */
      readonly files?: readonly ReportedFile[];
    })
);

/** What `--report` writes; described in docs/command-line.md. */
interface Report {
  readonly unclouded: string;
  readonly date: string;
  readonly jobs: number;
  readonly threads: number;
  readonly seconds: number;
  /** Processor time of all threads, start included. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the whole process, in bytes. */
  readonly peakMemoryBytes: number;
  readonly scenes: readonly SceneEntry[];
}

function reportOf(
  { jobs, threads, resume }: Command,
  planned: readonly Task[],
  results: readonly SceneResult[],
  seconds: number,
): Report {
  const ended = results.values();
  const scenes = planned.map(({ input, outputs, finished }): SceneEntry => {
    const result = finished ? undefined : ended.next().value;
    if (!result) return { input, status: 'finished-before', outputs };
    if (result.status === 'done') {
      const { page, selfCheck, ...outcome } = result.outcome;
      const { pictures: _, ...figures } = selfCheck ?? { pictures: null };
      const found = selfCheck && (figures as Omit<SelfCheck, 'pictures'>);
      return { input, status: 'done', ...outcome, selfCheck: found, ...(page && { files: page.files }) };
    }
    return { input, status: result.status, error: forTerminal(result.error, resume) };
  });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    unclouded: VERSION,
    date: new Date().toISOString(),
    jobs,
    threads,
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMemoryBytes: maxRSS * 1024,
    scenes,
  };
}

function pageOf(planned: readonly Task[], results: readonly SceneResult[]): string {
  const tasks = planned.filter(({ finished }) => !finished);
  const reports = results.flatMap((result): SceneReport[] => {
    if (result.status !== 'done' || !result.outcome.page) return [];
    const { scene, run, selfCheck, models, page } = result.outcome;
    const made = { unclouded: VERSION, date: new Date().toISOString(), name: run.scene };
    return [{ ...made, scene, run, selfCheck, models, ...page }];
  });
  const failures = results.flatMap((result, i) =>
    result.status === 'done'
      ? []
      : [{ name: shortName(tasks[i].input), message: english(result.error.message) }],
  );
  const finished = planned
    .filter((task) => task.finished)
    .map(({ input, outputs }) => ({
      name: shortName(input),
      message: outputs.map(({ path }) => path).join(', '),
    }));
  return reportHtml(reports, failures, finished);
}

function jsonOf(...of: Parameters<typeof reportOf>): string {
  return `${JSON.stringify(reportOf(...of), inEnglish, 2)}\n`;
}

/** Writes a report; what hinders it is told, and leaves the results and the other report alone. */
async function isWritten(path: string, text: string): Promise<boolean> {
  try {
    await writing(() => (path === '-' ? printed(text) : writeFileSync(path, text)));
    return true;
  } catch (thrown) {
    const remedy = {
      text: `The results are there, but not the report ${path}: choose another place for it.`,
    };
    process.stderr.write(`${errorText({ ...toPipelineError(thrown).toReport(), remedy })}\n`);
    return false;
  }
}

/** Writes to standard output; a reader that wants no more of it has what it wants. */
function printed(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (fault) => {
      if (fault && (fault as NodeJS.ErrnoException).code !== 'EPIPE') reject(fault);
      else resolve();
    });
  });
}
