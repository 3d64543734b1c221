/** The command as it is shipped: built, run as a process, judged by what it leaves behind. */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MASK_CLASS, PROVENANCE } from '../pipeline/scene.ts';
import { hasGdal, samplesByGdal } from '../pipeline/testing/gdal.ts';
import { VERSION } from '../pipeline/version.ts';
import { cutCorner, root, startIn, whole } from './testing/shipped-command.ts';

const sample = join(root, 'public/samples/landsat7-olinda-simulated-clouds.tif');
const clear = join(root, 'public/samples/landsat7-olinda-clear.tif');
const damaged = join(root, 'src/pipeline/testing/fixtures/bad-truncated.tif');

/** Each test starts processes that load and run the networks, beside the tests of other files. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

/** The corner of the sample that one tile holds: quick to process. */
let corner: string;
let folder: string;
beforeAll(async () => {
  await build({ root, configFile: join(root, 'vite.cli.config.ts'), logLevel: 'error' });
  corner = join(mkdtempSync(join(tmpdir(), 'unclouded-cli-')), 'corner.tif');
  await cutCorner(sample, 200, corner);
});
afterAll(() => rmSync(dirname(corner), { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-cli-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Processes of the present test; one that hangs must not outlive it. */
const started: ChildProcess[] = [];

function start(words: readonly string[], stdio?: StdioOptions) {
  const command = startIn(folder, words, stdio);
  started.push(command.process);
  return command;
}

const unclouded = (...words: string[]) => start(words).ended;
const files = () => readdirSync(folder).sort();

describe('one scene', () => {
  test('result, products and report agree; what was observed is unchanged', async () => {
    const words = [sample, '-o', 'out.tif', '--mask', '--provenance', '--confidence'];
    const { code, stdout, stderr } = await unclouded(...words, '--reference', clear, '--report', '-');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/% observed.*\n {2}against \S+: PSNR [\d.]+ dB thin cloud \(/),
    });
    expect(files()).toEqual(['out-confidence.tif', 'out-mask.tif', 'out-provenance.tif', 'out.tif']);

    const before = await whole(sample);
    const after = await whole(join(folder, 'out.tif'));
    expect(after.scene.grid).toEqual(before.scene.grid);
    expect(after.scene.bands).toEqual(before.scene.bands);
    const changed = after.bands[3].filter((value, i) => value !== before.bands[3][i]).length;
    expect(changed).toBeGreaterThan(10_000);

    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ unclouded: VERSION, scenes: [{ input: sample, status: 'done' }] });
    const [{ run, outputs, scene, models }] = report.scenes;
    expect(run.evaluation.after.repaired.mae).toBeLessThan(run.evaluation.before.repaired.mae / 2);
    expect(scene).toMatchObject({ width: 349, height: 352, sensor: 'landsat-tm-etm' });
    expect(models.generator.sha256).toMatch(/^[0-9a-f]{64}$/);
    for (const { path, bytes } of outputs) expect(readFileSync(path)).toHaveLength(bytes);

    if (!hasGdal) return;
    const byGdal = (name: string) => samplesByGdal(join(folder, name), folder);
    expect(byGdal('out.tif').equals(Buffer.concat(after.bands as Uint8Array[]))).toBe(true);
    const [provenance, mask] = [byGdal('out-provenance.tif'), byGdal('out-mask.tif')];
    const confidence = byGdal('out-confidence.tif');
    let observed = 0;
    for (let i = 0; i < provenance.length; i++) {
      if (provenance[i] !== PROVENANCE.observed) continue;
      observed++;
      const same = before.bands.every((band, b) => band[i] === after.bands[b][i]);
      const clean = mask[i] === MASK_CLASS.clear && confidence[i] === 100;
      if (!same || !clean) throw new Error(`pixel ${i} is not as it was observed`);
    }
    expect(run.shares.observed).toBeCloseTo(observed / provenance.length, 12);
  });

  test('threads make no difference; --quiet says nothing', async () => {
    const once = await unclouded(corner, '-o', 'one.tif', '--threads', '1', '--quiet');
    const twice = await unclouded(corner, '-o', 'two.tif', '--threads', '2', '--quiet');
    expect([once, twice]).toEqual(Array(2).fill({ code: 0, stdout: '', stderr: '' }));
    const [one, two] = [await whole(join(folder, 'one.tif')), await whole(join(folder, 'two.tif'))];
    expect(one.bands).toEqual(two.bands);
  });

  test('another date fills what it saw, and says so in every product', async () => {
    const { code, stdout, stderr } = await unclouded(
      ...[sample, '--date', clear, '--reference', clear, '--provenance', '-o', 'out.tif', '--report', '-'],
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/% thin cloud corrected, .* % from landsat7-olinda-clear\.tif/),
    });
    expect(files()).toEqual(['out-date.tif', 'out-provenance.tif', 'out.tif']);
    const [{ run }] = JSON.parse(stdout).scenes;
    expect(run.dates).toMatchObject([{ scene: 'landsat7-olinda-clear.tif', used: true }]);
    expect(run.shares.otherDates).toBeGreaterThan(0.05);
    expect(run.evaluation.after.thick.mae).toBeLessThan(0.02);
    if (!hasGdal) return;
    const pixels = (name: string) => [...samplesByGdal(join(folder, name), folder)];
    const [date, provenance] = [pixels('out-date.tif'), pixels('out-provenance.tif')];
    const filled = date.filter((value) => value === 1).length;
    expect(filled / date.length).toBeCloseTo(run.shares.otherDates, 6);
    expect(date.every((value, i) => (value === 1) === (provenance[i] === 5 || provenance[i] === 6))).toBe(
      true,
    );
  });

  test('settings and corrections reach the run', async () => {
    const words = [
      '--mask-source',
      'union',
      '--buffer',
      '7',
      '--feather',
      '0',
      '--scale',
      '0.002',
      '--nodata',
      '255',
    ];
    const { code, stdout } = await unclouded(corner, '-o', 'x.tif', '--report=-', ...words);
    expect(code).toBe(0);
    const [{ run, scene }] = JSON.parse(stdout).scenes;
    expect(run.settings).toMatchObject({ maskSource: 'union', bufferPixels: 7, featherPixels: 0 });
    expect(run.notices).toContainEqual(expect.objectContaining({ code: 'mask/no-quality-band' }));
    const byUser = scene.decisions.filter(({ because }: { because: string }) => because === 'set by you');
    expect(byUser.map(({ subject }: { subject: string }) => subject)).toEqual(['radiometry', 'nodata']);
  });

  test('at an address, by range requests', async () => {
    const bytes = readFileSync(corner);
    const server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const last = Math.min(Number(to), bytes.length - 1);
      response.writeHead(206, { 'Content-Range': `bytes ${from}-${last}/${bytes.length}` });
      response.end(bytes.subarray(Number(from), last + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await unclouded(`http://127.0.0.1:${port}/far/away.tif?key=1`);
    server.closeAllConnections();
    server.close();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(files()).toEqual(['away-unclouded.tif']);
  });

  test('at an address where the file is replaced during the run: nothing is written', async () => {
    const bytes = readFileSync(sample);
    let answers = 0;
    const server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const last = Math.min(Number(to), bytes.length - 1);
      const ETag = answers++ < 3 ? '"before"' : '"after"';
      response.writeHead(206, { ETag, 'Content-Range': `bytes ${from}-${last}/${bytes.length}` });
      response.end(bytes.subarray(Number(from), last + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await unclouded(`http://127.0.0.1:${port}/away.tif`);
    server.closeAllConnections();
    server.close();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('file/changed') });
    expect(files()).toEqual([]);
  });
});

describe('several scenes', () => {
  test('a quoted pattern, two at a time; a bad one does not stop the others', async () => {
    copyFileSync(corner, join(folder, 'a.tif'));
    copyFileSync(damaged, join(folder, 'b.tif'));
    copyFileSync(corner, join(folder, 'c.tif'));
    const words = ['[a-c].tif', '-o', 'cleared/', '--jobs', '2', '--report', 'report.json'];
    const { code, stdout, stderr } = await unclouded(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^b\.tif: error file\/\S+: .+\n {2}\S+/m);
    expect(readdirSync(join(folder, 'cleared')).sort()).toEqual(['a-unclouded.tif', 'c-unclouded.tif']);
    const { scenes } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(scenes.map(({ status }: { status: string }) => status)).toEqual(['done', 'failed', 'done']);
    expect(scenes[1].error).toMatchObject({ code: 'file/truncated', remedy: expect.stringMatching(/\S/) });
    const [a, c] = ['a', 'c'].map((name) => whole(join(folder, `cleared/${name}-unclouded.tif`)));
    expect((await a).bands).toEqual((await c).bands);
  });

  test('--resume goes on with those that were not finished', async () => {
    for (const name of ['a.tif', 'c.tif']) copyFileSync(corner, join(folder, name));
    expect((await unclouded('a.tif')).code).toBe(0);
    const made = readFileSync(join(folder, 'a-unclouded.tif'));
    const { code, stderr } = await unclouded(
      '*.tif',
      '--resume',
      '--report',
      'r.json',
      '--report-html',
      'r.html',
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^a\.tif: finished before -> \S+\nc\.tif: /),
    });
    expect(files()).toEqual(['a-unclouded.tif', 'a.tif', 'c-unclouded.tif', 'c.tif', 'r.html', 'r.json']);
    expect(readFileSync(join(folder, 'a-unclouded.tif')).equals(made)).toBe(true);
    const { scenes } = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'));
    expect(scenes.map(({ status }: { status: string }) => status)).toEqual(['finished-before', 'done']);
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain(
      `Finished before</h1><ul><li>a.tif: ${join(folder, 'a-unclouded.tif')}</li></ul>`,
    );
    expect(scenes[0].outputs).toEqual([{ product: 'result', path: join(folder, 'a-unclouded.tif') }]);
  });

  test('bands that do not fit are named', async () => {
    const { code, stderr } = await unclouded(sample, '-o', 'x.tif', '--bands', 'red,green,blue');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('--bands names 3 roles'),
    });
    expect(files()).toEqual([]);
  });
});

test.skipIf(!existsSync('/dev/full'))('a report that standard output has no room for says so', async () => {
  const full = openSync('/dev/full', 'w');
  const { ended } = start([damaged, '--report', '-'], ['ignore', full, 'pipe']);
  closeSync(full);
  const { code, stderr } = await ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/error output\/disk-full: .+\n {2}.*the report -: choose another place/),
  });
});

test.skipIf(!existsSync('/dev/full'))(
  'a report that cannot be written says so and keeps no other from it',
  async () => {
    const reports = ['--report', '/dev/full', '--report-html', 'page.html'];
    const { code, stderr } = await unclouded(damaged, ...reports);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /error output\/\S+: .+\n {2}.*the report \/dev\/full: choose another place/,
      ),
    });
    expect(files()).toEqual(['page.html']);
  },
);

test('a reader that goes away is no reason to stop', async () => {
  for (const name of ['a.tif', 'b.tif']) copyFileSync(corner, join(folder, name));
  const { process: child, ended } = start(['a.tif', 'b.tif', '-o', 'o/', '-j', '2', '--report', '-']);
  child.stdout?.destroy();
  child.stderr?.destroy();
  expect((await ended).code).toBe(0);
  expect(readdirSync(join(folder, 'o')).sort()).toEqual(['a-unclouded.tif', 'b-unclouded.tif']);
});

describe('ends before it is done', () => {
  test.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while the networks compute: code %d, nothing left behind', async (signal, expected) => {
    const words = [sample, sample, clear, '-o', 'out/', '--mask', '--report', 'r.json'];
    const { process: child, ended } = start(words);
    const working = join(folder, 'out/landsat7-olinda-simulated-clouds-unclouded.tif.pages');
    await expect.poll(() => existsSync(working), { timeout: 120_000, interval: 10 }).toBe(true);
    const since = performance.now();
    child.kill(signal);
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: expected,
      stderr: expect.stringMatching(/^[^\n]*job\/cancelled[^\n]*\n {2}[^\n]*\n1 scene not begun\n$/),
    });
    expect(performance.now() - since).toBeLessThan(30_000);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
    const { scenes } = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'));
    expect(scenes.map(({ status }: { status: string }) => status)).toEqual(['cancelled', 'cancelled']);
  });
});

test('--resume: what was done before a SIGKILL is not done again, and the bytes are the same', async () => {
  expect((await unclouded(sample, '-o', 'whole.tif')).code).toBe(0);
  const working = join(folder, 'out.tif.pages');
  /** Tiles of whose findings the last page, which counts them as done, was at least begun. */
  const tilesFound = () =>
    existsSync(working) ? readFileSync(working, 'latin1').split('found/').length - 1 : 0;
  const command = [sample, '-o', 'out.tif', '--resume'];
  const first = start(command);
  // Pages are appended one after the other: those of the first tile are whole once the second's are there.
  await expect.poll(tilesFound, { timeout: 120_000, interval: 10 }).toBeGreaterThan(1);
  first.process.kill('SIGKILL');
  await first.ended;
  const { code, stderr } = await unclouded(...command);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/continued: [1-9]\d? % was done/),
  });
  expect(files()).toEqual(['out.tif', 'whole.tif']);
  expect((await whole(join(folder, 'out.tif'))).bands).toEqual(
    (await whole(join(folder, 'whole.tif'))).bands,
  );

  const other = start([...command, '--overwrite', '--buffer', '5']);
  await expect.poll(tilesFound, { timeout: 120_000, interval: 10 }).toBeGreaterThan(1);
  other.process.kill('SIGINT');
  expect((await other.ended).code).toBe(130);
  expect(tilesFound()).toBeGreaterThan(1);
  const fresh = await unclouded(...command, '--overwrite');
  expect(fresh).toEqual({ code: 0, stdout: '', stderr: expect.not.stringContaining('continued') });
});

describe('commands that are not carried out', () => {
  test('an output that exists stays as it is', async () => {
    writeFileSync(join(folder, 'out.tif'), 'mine');
    const { code, stderr } = await unclouded(sample, '-o', 'out.tif');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('output/exists') });
    expect(readFileSync(join(folder, 'out.tif'), 'utf8')).toBe('mine');
    expect((await unclouded(damaged, '-o', 'out.tif', '--overwrite')).code).toBe(1);
    expect(readFileSync(join(folder, 'out.tif'), 'utf8')).toBe('mine');
  });

  test('an option that there is not', async () => {
    const { code, stderr } = await unclouded(sample, '--colour', 'blue');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('unclouded --help') });
  });

  test('--help and --version', async () => {
    const { code, stdout } = await unclouded('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage\n  unclouded INPUT...');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(await unclouded('--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});
