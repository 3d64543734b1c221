import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportHtml } from '../pipeline/output/report-html.ts';
import { type Command, parseCommand, UsageError } from './arguments.ts';
import { plan } from './plan.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unclouded-plan-'));
  mkdirSync(join(root, 'more'));
  mkdirSync(join(root, 'empty'));
  for (const name of ['a.tif', 'b.TIFF', 'more/a.tif', 'odd[1].tif']) writeFileSync(join(root, name), '');
});
afterEach(() => rmSync(root, { recursive: true }));

const here = (...names: string[]) => names.map((name) => join(root, name));
const planned = (...words: string[]) => plan(parseCommand(words, 1) as Command);
const outputs = (...words: string[]) => planned(...words).map((task) => task.outputs.map(({ path }) => path));

test('by default beside the input', () => {
  expect(outputs(...here('b.TIFF'))).toEqual([here('b-unclouded.tif')]);
});

test('a file for one input; further products after it', () => {
  expect(outputs(...here('a.tif'), '-o', join(root, 'x.tif'), '--mask', '--confidence')).toEqual([
    here('x.tif', 'x-mask.tif', 'x-confidence.tif'),
  ]);
});

test('a folder that is there, or that ends like one and is made, as is that of the report', () => {
  expect(outputs(...here('a.tif'), '-o', join(root, 'more'))).toEqual([here('more/a-unclouded.tif')]);
  expect(outputs(...here('a.tif'), '-o', `${join(root, 'new/deep')}/`, '--mask')).toEqual([
    here('new/deep/a-unclouded.tif', 'new/deep/a-mask.tif'),
  ]);
  expect(existsSync(join(root, 'new/deep'))).toBe(true);
  planned(...here('a.tif'), '--report', join(root, 'reports/one.json'));
  expect(existsSync(join(root, 'reports'))).toBe(true);
});

test.skipIf(!existsSync('/proc/self'))('a folder that cannot be made is told at once', () => {
  for (const output of ['/proc/unclouded/y.tif', '/proc/unclouded/deep/', join(root, 'a.tif/y.tif')]) {
    expect(() => planned(...here('a.tif'), '-o', output)).toThrow(
      expect.objectContaining({ code: 'output/denied' }),
    );
  }
});

test.each([['x.png'], ['x.tif.gz'], ['x']])('%s is no name for a result, but one for a folder', (name) => {
  expect(() => planned(...here('a.tif'), '-o', join(root, name))).toThrow(UsageError);
  expect(existsSync(join(root, name))).toBe(false);
  expect(outputs(...here('a.tif'), '-o', join(root, `${name}/`))).toEqual([here(`${name}/a-unclouded.tif`)]);
  expect(outputs(...here('a.tif', 'b.TIFF'), '-o', join(root, name))).toHaveLength(2);
});

test('several inputs, by name and by pattern, each once', () => {
  const tasks = planned(...here('a.tif', '*.{tif,TIFF}'), '-o', join(root, 'out'));
  expect(tasks.map((task) => task.input)).toEqual(here('a.tif', 'b.TIFF', 'odd[1].tif'));
  expect(tasks[1].outputs[0].path).toBe(join(root, 'out/b-unclouded.tif'));
});

test('other dates by name and by pattern; the scene itself is none of them', () => {
  const [a] = planned(...here('a.tif'), '--date', join(root, '*.{tif,TIFF}'), '--provenance');
  expect(a.dates).toEqual(here('b.TIFF', 'odd[1].tif').map((path) => [path]));
  expect(a.outputs.map(({ product }) => product)).toEqual(['result', 'provenance', 'date']);
  expect(() =>
    planned(...here('a.tif'), '--date', join(root, 'b.TIFF'), '-o', join(root, 'b.TIFF'), '--overwrite'),
  ).toThrow(UsageError);
});

test('a link to nothing is left out of what a pattern finds, and told', () => {
  symlinkSync(join(root, 'gone.tif'), join(root, 'c.tif'));
  const told: string[] = [];
  const [pattern, a] = here('[a-c].tif', 'a.tif');
  const tasks = plan(parseCommand([pattern], 1) as Command, (text) => told.push(text));
  expect(tasks.map(({ input }) => input)).toEqual([a]);
  expect(told).toEqual([expect.stringContaining(`${join(root, 'c.tif')} is a link`)]);
  expect(() => planned(join(root, 'c*.tif'))).toThrow(expect.objectContaining({ code: 'file/unreadable' }));
});

test('a pattern that means nothing is told as one', () => {
  expect(() => planned(join(root, 'x[9-1].tif'))).toThrow(UsageError);
});

test('a file whose name looks like a pattern is a file', () => {
  expect(planned(...here('odd[1].tif'))[0].input).toBe(join(root, 'odd[1].tif'));
});

test('an address: named after its last part', () => {
  const [task] = planned('https://example.org/tiles/S2%20A.tif?token=1', '-o', `${root}/`);
  expect(task.input).toBe('https://example.org/tiles/S2%20A.tif?token=1');
  expect(task.outputs[0].path).toBe(join(root, 'S2 A-unclouded.tif'));
});

test('an address with a % that stands for nothing keeps it in the name', () => {
  const [task] = planned('https://example.org/cloud-20%.tif', '-o', `${root}/`);
  expect(task.outputs[0].path).toBe(join(root, 'cloud-20%-unclouded.tif'));
});

test('two inputs of one name cannot share a folder', () => {
  expect(() => planned(...here('a.tif', 'more/a.tif'), '-o', join(root, 'out'))).toThrow(UsageError);
});

test('an input is never an output, whatever it is called', () => {
  symlinkSync(join(root, 'a.tif'), join(root, 'link.tif'));
  expect(() => planned(...here('a.tif'), '-o', join(root, 'a.tif'), '--overwrite')).toThrow(UsageError);
  expect(() => planned(...here('a.tif'), '-o', join(root, 'link.tif'), '--overwrite')).toThrow(UsageError);
  expect(() =>
    planned(...here('a.tif'), '--reference', join(root, 'b.TIFF'), '-o', join(root, 'b.TIFF'), '--overwrite'),
  ).toThrow(UsageError);
});

test('what exists is replaced only when asked', () => {
  writeFileSync(join(root, 'a-mask.tif'), 'mine');
  expect(() => planned(...here('a.tif'), '--mask')).toThrow(
    expect.objectContaining({ code: 'output/exists', message: expect.stringContaining('a-mask.tif') }),
  );
  expect(planned(...here('a.tif'), '--mask', '--overwrite')).toHaveLength(1);
});

test('a report takes the place of no input, no output and no other report', () => {
  const [a, b] = here('a.tif', 'b.TIFF');
  symlinkSync(b, join(root, 'link.json'));
  for (const words of [
    [a, b, '--report', b],
    [a, '--report-html', a],
    [a, '--date', b, '--report', join(root, 'link.json')],
    [a, '-o', join(root, 'x.tif'), '--report', join(root, 'x.tif')],
    [a, '--report', join(root, 'r.x'), '--report-html', join(root, 'r.x')],
    [a, '--report', join(root, 'more')],
  ]) {
    expect(() => planned(...words, '--overwrite')).toThrow(UsageError);
  }
});

test('of files that exist a report replaces earlier reports only, unless it is asked to', () => {
  const [a, notes, json, page] = here('a.tif', 'notes.txt', 'r.json', 'r.html');
  writeFileSync(notes, 'mine');
  writeFileSync(json, '{\n  "unclouded": "0.1.0"');
  writeFileSync(page, reportHtml([], []));
  const exists = expect.objectContaining({ code: 'output/exists' });
  expect(() => planned(a, '--report', notes)).toThrow(exists);
  expect(() => planned(a, '--report-html', notes)).toThrow(exists);
  expect(planned(a, '--report', notes, '--overwrite')).toHaveLength(1);
  expect(planned(a, '--report', json, '--report-html', page)).toHaveLength(1);
});

test('several inputs cannot go into a file', () => {
  const words = [...here('a.tif', 'b.TIFF'), '-o', join(root, 'more/a.tif')];
  expect(() => planned(...words)).toThrow(UsageError);
  expect(() => planned(...words, '--overwrite')).toThrow(UsageError);
});

test('a pattern that finds the results of an earlier command as well does not mean them', () => {
  for (const name of ['a-unclouded.tif', 'a-mask.tif']) writeFileSync(join(root, name), 'ours');
  const tasks = planned(join(root, '*.tif'), '--mask', '--overwrite');
  expect(tasks.map(({ input }) => input)).toEqual(here('a.tif', 'odd[1].tif'));
  expect(() => planned(...here('a.tif', 'a-unclouded.tif'), '--overwrite')).toThrow(UsageError);
});

test('a pattern means no products of any earlier command beside the scenes, neither as scenes nor as dates', () => {
  const products = ['unclouded', 'mask', 'provenance', 'confidence', 'date', 'picture'].map(
    (name) => `a-${name}.tif`,
  );
  for (const name of [...products, 'b-mask.tif', 'c-mask.tif']) writeFileSync(join(root, name), '');
  const pattern = join(root, '[a-c]*.{tif,TIFF}');
  const scenes = here('a.tif', 'b.TIFF', 'c-mask.tif');
  expect(planned(pattern, '--overwrite').map(({ input }) => input)).toEqual(scenes);
  expect(planned(pattern, '-o', join(root, 'out/')).map(({ input }) => input)).toEqual(scenes);
  const [{ dates }] = planned(
    ...here('a.tif'),
    '--date',
    join(root, 'a*.tif'),
    '--date',
    pattern,
    '--overwrite',
  );
  expect(dates.flat()).toEqual(here('c-mask.tif', 'b.TIFF').sort());
  expect(planned(...here('a-mask.tif', 'more/a.tif'), '-o', join(root, 'out/'))).toHaveLength(2);
});

test('to resume, scenes whose files are all there are finished', () => {
  writeFileSync(join(root, 'a-unclouded.tif'), 'ours');
  const finished = (...words: string[]) =>
    planned(...here('a.tif', 'b.TIFF'), ...words).map((task) => task.finished);
  expect(() => finished()).toThrow(expect.objectContaining({ code: 'output/exists' }));
  expect(finished('--resume')).toEqual([true, false]);
  expect(finished('--resume', '--overwrite')).toEqual([false, false]);
  expect(() => finished('--resume', '--mask')).toThrow(expect.objectContaining({ code: 'output/exists' }));
});

test('to resume, other products of a scene that was not finished may be replaced, and only of such a one', () => {
  const [a, mask, pages] = here('a.tif', 'a-mask.tif', 'a-unclouded.tif.pages');
  writeFileSync(mask, 'ours');
  const exists = expect.objectContaining({ code: 'output/exists' });
  expect(() => planned(a, '--mask', '--resume')).toThrow(exists);
  writeFileSync(pages, '');
  expect(() => planned(a, '--mask')).toThrow(exists);
  expect(planned(a, '--mask', '--resume').map(({ finished }) => finished)).toEqual([false]);
  writeFileSync(join(root, 'a-unclouded.tif'), 'mine');
  expect(() => planned(a, '--mask', '--provenance', '--resume')).toThrow(exists);
});

test.each(['a-unclouded.tif', 'a-mask.tif'])('a folder %s is no output', (name) => {
  mkdirSync(join(root, name));
  expect(() => planned(...here('a.tif'), '--mask', '--overwrite')).toThrow(UsageError);
});

test('a folder is one scene of single-band files', () => {
  mkdirSync(join(root, 'S2A'));
  for (const name of ['B03.tif', 'B02.TIF', 'B04.tiff', 'notes.txt'])
    writeFileSync(join(root, 'S2A', name), '');
  mkdirSync(join(root, 'S2A/cleared.tif'));
  const [task] = planned(...here('S2A'));
  expect(task.files).toEqual(here('S2A/B02.TIF', 'S2A/B03.tif', 'S2A/B04.tiff'));
  expect(task.outputs[0].path).toBe(join(root, 'S2A-unclouded.tif'));
  expect(() => planned(...here('S2A'), '-o', join(root, 'S2A/B03.tif'), '--overwrite')).toThrow(UsageError);
});

test('what a command made of the bands of a folder is none of them', () => {
  mkdirSync(join(root, 'S2A'));
  const made = ['unclouded', 'mask', 'picture'].map((product) => `S2A-${product}.tif`);
  for (const name of ['B02.tif', 'B03.tif', ...made]) writeFileSync(join(root, 'S2A', name), '');
  const words = [...here('S2A'), '-o', join(root, 'S2A'), '--mask'];
  const bands = here('S2A/B02.tif', 'S2A/B03.tif');
  expect(planned(...words, '--resume')).toMatchObject([{ files: bands, finished: true }]);
  expect(planned(...words, '--overwrite')).toMatchObject([{ files: bands, finished: false }]);
  expect(planned(...here('a.tif'), '--date', join(root, 'S2A')).map(({ dates }) => dates)).toEqual([[bands]]);
});

test.each([['http://'], ['https://[::1/x.tif']])('%s is no address', (address) => {
  expect(() => planned(address)).toThrow(UsageError);
});

test.each([['missing.tif'], ['missing-*.tif'], ['empty']])('%s is no input', (name) => {
  expect(() => planned(...here(name))).toThrow(expect.objectContaining({ code: 'file/unreadable' }));
});
