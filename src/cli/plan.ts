import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { PipelineError } from '../pipeline/errors.ts';
import { type Command, UsageError } from './arguments.ts';
import { glob, isPattern } from './glob.ts';
import type { Output, Task } from './protocol.ts';

export const isAddress = (input: string) => /^https?:\/\//i.test(input);

/**
 * Looks up the inputs of a command and says what is written where; makes the folders for it.
 * @throws UsageError if outputs cannot be told apart, would replace an input or are named as no GeoTIFF is; PipelineError `file/unreadable`
 *   for inputs that are not there, `output/exists` unless overwriting is allowed, `output/denied`.
 */
export function plan(command: Command): Task[] {
  const inputs = [...new Set(command.inputs.flatMap(lookUp))];
  const reference = command.reference === null ? null : lookUp(command.reference)[0];
  const ownMask = command.ownMask === null ? null : lookUp(command.ownMask)[0];
  const dates = [...new Set(command.dates.flatMap(lookUp))];
  const intoFolder = command.output !== null && (inputs.length > 1 || isFolder(command.output));
  if (command.output !== null && !intoFolder && !TIFF_ENDING.test(command.output)) {
    throw new UsageError(
      `--output ${command.output}: results are GeoTIFFs, so name a file that ends in .tif or .tiff, or a folder (with / at its end).`,
    );
  }
  const tasks = inputs.map(
    (input): Task => ({
      input,
      files: filesOf(input),
      reference,
      ownMask,
      selfCheck: command.selfCheck,
      describe: command.reportHtml !== null,
      // A pattern that names all dates of a place names the scene as well.
      dates: dates.filter((date) => identity(date) !== identity(input)).map(filesOf),
      outputs: outputsOf(input, command, intoFolder),
      settings: command.settings,
      overrides: command.overrides,
      resume: command.resume,
    }),
  );
  checkOutputs(tasks, command.overwrite);
  const reports = [command.report, command.reportHtml].flatMap((path) =>
    path === null || path === '-' ? [] : [resolve(path)],
  );
  const written = [...tasks.map((task) => task.outputs[0].path), ...reports];
  for (const folder of new Set(written.map((path) => dirname(path)))) makeFolder(folder);
  return tasks;
}

/** Absolute paths, or the address, behind one word of the command line. */
function lookUp(word: string): string[] {
  if (isAddress(word)) return [new URL(word).href];
  if (existsSync(word)) return [resolve(word)];
  const found = isPattern(word) ? glob(word) : [];
  if (found.length > 0) return found.map((path) => resolve(path));
  throw new PipelineError(
    'file/unreadable',
    { text: isPattern(word) ? `No file matches ${word}.` : `There is no file ${word}.` },
    { text: 'Check the path; relative paths start in the current folder.' },
  );
}

/** The files of a scene: those of a folder, which hold a band each, or the input itself. */
function filesOf(input: string): string[] {
  if (isAddress(input) || !statSync(input).isDirectory()) return [input];
  const files = readdirSync(input).filter((name) => TIFF_ENDING.test(name));
  if (files.length > 0) return files.sort().map((name) => join(input, name));
  throw new PipelineError(
    'file/unreadable',
    { text: `The folder ${input} holds no GeoTIFF.` },
    { text: 'Name a folder with the single-band files of one scene, or the files themselves.' },
  );
}

function isFolder(path: string): boolean {
  if (path.endsWith('/') || path.endsWith(sep)) return true;
  return existsSync(path) && statSync(path).isDirectory();
}

/** `scene.tif` becomes `scene-unclouded.tif` and `scene-mask.tif`; `-o clear.tif` gives `clear.tif` and `clear-mask.tif`. */
function outputsOf(
  input: string,
  { output, products, dates }: Command,
  intoFolder: boolean,
): Task['outputs'] {
  const named = output !== null && !intoFolder;
  const name = stemOf(isAddress(input) ? decodeURIComponent(new URL(input).pathname) : input) || 'scene';
  const beside = isAddress(input) ? '.' : dirname(input);
  const folder = resolve(named ? dirname(output) : (output ?? beside));
  const stem = named ? stemOf(output) : name;
  const wanted = products.flatMap((product) =>
    product === 'provenance' && dates.length > 0 ? [product, 'date' as const] : [product],
  );
  const extra = wanted.map((product): Output => ({ product, path: join(folder, `${stem}-${product}.tif`) }));
  const result = named ? resolve(output) : join(folder, `${stem}-unclouded.tif`);
  return [{ product: 'result', path: result }, ...extra];
}

const TIFF_ENDING = /\.(tiff?|gtiff?)$/i;
const stemOf = (path: string) => basename(path).replace(TIFF_ENDING, '');

function checkOutputs(tasks: readonly Task[], overwrite: boolean): void {
  const sources = new Set(
    tasks
      .flatMap(({ files, reference, ownMask, dates }) => [...files, reference, ownMask, ...dates.flat()])
      .map(identity),
  );
  const taken = new Map<string, string>();
  const existing: string[] = [];
  for (const { input, outputs } of tasks) {
    for (const { path } of outputs) {
      const other = taken.get(path);
      if (other !== undefined) {
        throw new UsageError(`${other} and ${input} would both be written to ${path}.`);
      }
      if (sources.has(identity(path)))
        throw new UsageError(`${path} is read: it cannot be the output as well.`);
      taken.set(path, input);
      if (lstatSync(path, { throwIfNoEntry: false })) existing.push(path);
    }
  }
  if (existing.length > 0 && !overwrite) {
    throw new PipelineError(
      'output/exists',
      { text: `${existing.join(', ')} ${existing.length > 1 ? 'exist' : 'exists'} already.` },
      { text: 'Choose another output, or allow it to be replaced with --overwrite.' },
    );
  }
}

/** One name for a file that can be reached by several. */
function identity(path: string | null): string | null {
  if (path === null || isAddress(path) || !existsSync(path)) return path;
  return realpathSync(path);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new PipelineError(
      'output/denied',
      { text: `The folder ${folder} cannot be made.` },
      { text: 'Choose another output folder, or allow it to be written to.' },
      { cause },
    );
  }
}
