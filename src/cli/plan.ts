import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { PipelineError } from '../pipeline/errors.ts';
import { fileNameOf, isTiffName, productName, sceneStem, stemOf } from '../pipeline/file-names.ts';
import { type Command, EXTRA_PRODUCTS, UsageError } from './arguments.ts';
import { glob, isPattern } from './glob.ts';
import type { Output, Task } from './protocol.ts';
import { pagesOf } from './working-files.ts';

/** What a command, or the page, may have made of a scene. */
const PRODUCTS = ['result', ...EXTRA_PRODUCTS, 'date', 'picture'] as const;

export const isAddress = (input: string) => /^https?:\/\//i.test(input);

/**
 * Looks up the inputs of a command and says what is written where; makes the folders for it.
 * @param tell told what was left out
 * @throws UsageError if outputs cannot be told apart, would replace an input or are named as no GeoTIFF is, or for what is
 *   no address; PipelineError `file/unreadable` for inputs that are not there, `output/exists` unless overwriting is
 *   allowed, `output/denied`.
 */
export function plan(command: Command, tell: (text: string) => void = () => undefined): Task[] {
  const inputs = scenesOf(command.inputs, command, tell);
  const reference = command.reference === null ? null : lookUp(command.reference, tell)[0];
  const ownMask = command.ownMask === null ? null : lookUp(command.ownMask, tell)[0];
  const dates = scenesOf(command.dates, command, tell, inputs);
  const intoFolder = goesIntoFolder(command, inputs);
  if (command.output !== null && intoFolder && existsSync(command.output) && !isFolder(command.output)) {
    throw new UsageError(`--output ${command.output} is a file: several results need a folder.`);
  }
  if (command.output !== null && !intoFolder && !isTiffName(command.output)) {
    throw new UsageError(
      `--output ${command.output}: results are GeoTIFFs, so name a file that ends in .tif or .tiff, or a folder (with / at its end).`,
    );
  }
  const tasks = inputs.map((input): Task => {
    const outputs = outputsOf(input, command, intoFolder);
    return {
      input,
      files: filesOf(input),
      reference,
      ownMask,
      selfCheck: command.selfCheck,
      describe: command.reportHtml !== null,
      // A pattern that names all dates of a place names the scene as well.
      dates: dates.filter((date) => identity(date) !== identity(input)).map(filesOf),
      outputs,
      settings: command.settings,
      overrides: command.overrides,
      resume: command.resume,
      finished: command.resume && !command.overwrite && outputs.every(({ path }) => isThere(path)),
    };
  });
  const reports = reportsOf(command);
  checkOutputs(tasks, reports, command.overwrite);
  const written = [...tasks.map((task) => task.outputs[0].path), ...reports.map(({ path }) => path)];
  for (const folder of new Set(written.map((path) => dirname(path)))) makeFolder(folder);
  return tasks;
}

/**
 * The scenes that words name. A pattern may find what earlier commands, or the page, made beside the scenes or beside those
 * `besides`: that is not meant.
 */
function scenesOf(
  words: readonly string[],
  command: Command,
  tell: (text: string) => void,
  besides: readonly string[] = [],
): string[] {
  const found = words.flatMap((word) =>
    lookUp(word, tell).map((path) => ({ path, byName: isAddress(word) || existsSync(word) })),
  );
  const named = new Set(found.filter(({ byName }) => byName).map(({ path }) => path));
  const all = [...new Set(found.map(({ path }) => path))];
  const intoFolder = goesIntoFolder(command, all);
  const everything = { products: EXTRA_PRODUCTS, dates: ['any'] };
  const ours = new Set(
    [...all, ...besides]
      .flatMap((scene) => [
        ...outputsOf(scene, { ...everything, output: command.output }, intoFolder),
        ...outputsOf(scene, { ...everything, output: null }, false),
        { path: join(dirname(scene), productName(nameOf(scene), 'picture')) },
      ])
      .map(({ path }) => path),
  );
  return all.filter((path) => named.has(path) || !ours.has(path));
}

function goesIntoFolder({ output }: Command, inputs: readonly string[]): boolean {
  return output !== null && (inputs.length > 1 || isFolder(output));
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Nothing is below a file, nor to be seen in a folder that is closed to us.
    return false;
  }
}

/** Absolute paths, or the address, behind one word of the command line. */
function lookUp(word: string, tell: (text: string) => void): string[] {
  if (isAddress(word)) {
    if (!URL.canParse(word)) throw new UsageError(`${word} is no address.`);
    return [new URL(word).href];
  }
  if (existsSync(word)) return [resolve(word)];
  const matches = isPattern(word) ? glob(word) : [];
  const found = matches.filter(existsSync);
  for (const path of matches) {
    if (!found.includes(path)) tell(`${path} is a link to a file that is not there: it is left out.`);
  }
  if (found.length > 0) return found.map((path) => resolve(path));
  throw new PipelineError(
    'file/unreadable',
    { text: isPattern(word) ? `No file matches ${word}.` : `There is no file ${word}.` },
    { text: 'Check the path; relative paths start in the current folder.' },
  );
}

/** The files of a scene: those of a folder, which hold a band each but for what was made of them, or the input itself. */
function filesOf(input: string): string[] {
  if (isAddress(input) || !isFolder(input)) return [input];
  const made = PRODUCTS.map((product) => productName(sceneStem(basename(input)), product));
  const named = readdirSync(input).filter((name) => isTiffName(name) && !made.includes(name));
  const files = named.filter((name) => !isFolder(join(input, name)));
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
  { output, products, dates }: Pick<Command, 'output' | 'products' | 'dates'>,
  intoFolder: boolean,
): Task['outputs'] {
  const named = output !== null && !intoFolder;
  const name = sceneStem(basename(isAddress(input) ? fileNameOf(new URL(input)) : input));
  const beside = isAddress(input) ? '.' : dirname(input);
  const folder = resolve(named ? dirname(output) : (output ?? beside));
  const stem = named ? nameOf(output) : name;
  const wanted = products.flatMap((product) =>
    product === 'provenance' && dates.length > 0 ? [product, 'date' as const] : [product],
  );
  const extra = wanted.map(
    (product): Output => ({ product, path: join(folder, productName(stem, product)) }),
  );
  const result = named ? resolve(output) : join(folder, productName(stem, 'result'));
  return [{ product: 'result', path: result }, ...extra];
}

const nameOf = (path: string) => stemOf(basename(path));

/** A file that a command writes, and what for: a scene, or the option that asks for it. */
interface Written {
  readonly path: string;
  readonly of: string;
}

function reportsOf({ report, reportHtml }: Command): Written[] {
  const asked = [
    { of: '--report', path: report === '-' ? null : report },
    { of: '--report-html', path: reportHtml },
  ];
  return asked.flatMap(({ of, path }) => (path === null ? [] : [{ of, path: resolve(path) }]));
}

function checkOutputs(tasks: readonly Task[], reports: readonly Written[], overwrite: boolean): void {
  const sources = new Set(
    tasks
      .flatMap(({ files, reference, ownMask, dates }) => [...files, reference, ownMask, ...dates.flat()])
      .map(identity),
  );
  const products = tasks.flatMap((task) =>
    task.outputs.map(({ path }) => ({ path, of: task.input, ours: task.finished || wasBegun(task) })),
  );
  const taken = new Map<string, string>();
  for (const { path, of } of [...products, ...reports]) {
    const other = taken.get(path);
    if (other !== undefined) throw new UsageError(`${other} and ${of} would both be written to ${path}.`);
    if (sources.has(identity(path)))
      throw new UsageError(`${path} is read: it cannot be the output as well.`);
    taken.set(path, of);
  }
  const folder = reports.find(({ path }) => isFolder(path));
  if (folder) throw new UsageError(`${folder.of} ${folder.path} is a folder: name a file.`);
  const product = products.find(({ path }) => isFolder(path));
  if (product) {
    throw new UsageError(`${product.of} would be written to ${product.path}, which is a folder.`);
  }
  const existing = [
    ...products.filter(({ path, ours }) => !ours && isThere(path)),
    ...reports.filter(({ path }) => isOthers(path)),
  ].map(({ path }) => path);
  if (existing.length > 0 && !overwrite) {
    throw new PipelineError(
      'output/exists',
      { text: `${existing.join(', ')} ${existing.length > 1 ? 'exist' : 'exists'} already.` },
      { text: 'Choose another output, or allow it to be replaced with --overwrite.' },
    );
  }
}

/** Is this a scene to go on with? What stands in its other products' places was left by the earlier run. */
function wasBegun({ resume, outputs: [result] }: Task): boolean {
  return resume && isThere(pagesOf(result.path)) && !isThere(result.path);
}

/** How a report begins, as JSON or as a page. */
const REPORT = /^\{\s*"unclouded":|Unclouded report<\/title>/;
/** Bytes in which that is found. */
const REPORT_HEAD = 4096;

/** Is a path taken by a file that is no earlier report? A device or a pipe may be written to. */
function isOthers(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(REPORT_HEAD);
    const length = readSync(file, head);
    return length > 0 && !REPORT.test(head.toString('utf8', 0, length));
  } finally {
    closeSync(file);
  }
}

/** One name for a file that can be reached by several. */
function identity(path: string | null): string | null {
  if (path === null || isAddress(path) || !existsSync(path)) return path;
  return realpathSync(path);
}

function makeFolder(folder: string): void {
  try {
    makeMissing(folder);
  } catch (cause) {
    throw new PipelineError(
      'output/denied',
      { text: `The folder ${folder} cannot be made.` },
      { text: 'Choose another output folder, or allow it to be written to.' },
      { cause },
    );
  }
}

/** One by one: Node's recursive `mkdir` never ends in file systems that answer as /proc does. */
function makeMissing(folder: string): void {
  if (isFolder(folder)) return;
  makeMissing(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (cause) {
    // Another command may have made it meanwhile.
    if (!isFolder(folder)) throw cause;
  }
}
