import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { openScene } from '../pipeline/ingest/open.ts';
import { writeCog } from '../pipeline/output/cog-writer.ts';
import type { BandRole } from '../pipeline/scene.ts';
import { fakeNetworks } from '../pipeline/testing/fake-networks.ts';
import { memorySource } from '../pipeline/testing/memory-source.ts';
import { writeNodeFile } from './node-sink.ts';
import { fileSource } from './node-source.ts';
import { processScene } from './process-scene.ts';
import type { SceneEvent, Task } from './protocol.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unclouded-scene-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const RGB: readonly BandRole[] = ['blue', 'green', 'red'];

/** Writes bands without a place on Earth, 0 on the left, and returns the path. */
async function file(name: string, roles = RGB): Promise<string> {
  const { scene, read } = memorySource({
    width: 64,
    height: 64,
    roles,
    sample: (x, y, band) => (x < 16 ? 0 : 800 + 100 * band + ((7 * x + 3 * y) % 50)),
  });
  const { sampleType, nodata, metadata } = scene;
  const reductions = roles.map(() => 'average' as const);
  const size = { width: 64, height: 64, bands: roles.length };
  const path = join(folder, name);
  await writeNodeFile(path, ({ sink, scratch }) =>
    writeCog({ ...size, sampleType, nodata, metadata, reductions }, (window) => read(window), sink, {
      scratch,
    }),
  );
  return path;
}

async function processed(
  files: readonly string[],
  overrides: Task['overrides'] = {},
  more: Partial<Task> = {},
) {
  const told: SceneEvent[] = [];
  const outcome = await processScene(
    {
      ...{ input: files[0], files, reference: null, ownMask: null, selfCheck: false, describe: false },
      ...{ dates: [], settings: DEFAULT_SETTINGS, overrides, resume: false, finished: false },
      outputs: [{ product: 'result', path: join(folder, 'out.tif') }],
      ...more,
    },
    Promise.resolve(fakeNetworks()),
    (event) => told.push(event),
  );
  const notices = told.flatMap((event) => (event.type === 'notice' ? [event.notice.code] : []));
  return { outcome, notices };
}

test('files beside a scene that hold what it lacks are told, others are not', async () => {
  const path = await file('a.tif');
  const text = async () => {
    const { outcome } = await processed([path], { roles: [...RGB] });
    return outcome.scene.notices.find(({ code }) => code === 'file/beside')?.message.text ?? null;
  };
  writeFileSync(
    `${path}.aux.xml`,
    '<PAMDataset><PAMRasterBand band="1"><Histograms/></PAMRasterBand></PAMDataset>',
  );
  writeFileSync(`${path}.ovr`, '');
  expect(await text()).toBeNull();
  writeFileSync(`${path}.aux.xml`, '<PAMDataset><SRS>x</SRS><NoDataValue>0</NoDataValue></PAMDataset>');
  writeFileSync(`${path}.msk`, '');
  writeFileSync(join(folder, 'a.tfw'), '');
  expect(await text()).toContain(
    'a.tif.msk (a mask of valid pixels), a.tfw (the place), a.tif.aux.xml (the coordinate system, the no-data value). Put it inside: gdal_translate',
  );
  const { outcome } = await processed([path], { roles: [...RGB], nodata: 0 });
  expect(JSON.stringify(outcome.scene.notices)).not.toContain('no-data value)');
});

test('what there is to say about a scene is told once, before that of the run', async () => {
  const { outcome, notices } = await processed([await file('a.tif')], { roles: [...RGB] });
  const [own, ran] = [outcome.scene.notices, outcome.run.notices].map((list) => list.map(({ code }) => code));
  expect(own).toEqual(expect.arrayContaining(['no-georeference', 'zero-border']));
  expect(notices).toEqual([...own, ...ran]);
});

test('not what the command answers; the result names the no-data value', async () => {
  const { notices } = await processed([await file('a.tif')], { roles: [...RGB], nodata: 0 });
  expect(notices).toContain('no-georeference');
  expect(notices).not.toContain('zero-border');
  const result = await fileSource(join(folder, 'out.tif'));
  expect((await openScene(result)).scene.nodata).toBe(0);
  await result.close();
});

test('a no-data value that no sample can have is refused, and nothing is written', async () => {
  const path = await file('a.tif');
  await expect(processed([path], { nodata: -9999 })).rejects.toMatchObject({
    code: 'scene/nodata-out-of-range',
  });
  expect(readdirSync(folder)).toEqual(['a.tif']);
});

test('as is that several files were put together', async () => {
  const names = ['B02.tif', 'B03.tif', 'B04.tif'];
  const files: string[] = [];
  for (const name of names) files.push(await file(name, ['other']));
  const { notices } = await processed(files);
  expect(notices.filter((code) => code === 'files-stacked')).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual([...names, 'out.tif']);
});

test('a report says why there was no self-check, and names every file that was read', async () => {
  const [scene, reference] = [await file('a.tif'), await file('clear.tif')];
  const { outcome, notices } = await processed(
    [scene],
    { roles: [...RGB] },
    { reference, selfCheck: true, describe: true },
  );
  expect(outcome.selfCheck).toBeNull();
  const [why] = notices.filter((code) => code.startsWith('check/'));
  expect(outcome.run.notices.map(({ code }) => code)).toContain(why);
  expect(outcome.page?.files.map(({ name }) => name)).toEqual(['a.tif', 'clear.tif']);
});

test.each([
  ['an answer that does not fit', { overrides: { nodata: -9999 } }],
  ['a date that is not there', { dates: [['missing.tif']] }],
])('what an earlier run kept survives a try to resume that fails early: %s', async (_, more) => {
  const path = await file('a.tif');
  writeFileSync(join(folder, 'out.tif.pages'), 'kept');
  await expect(processed([path], {}, { resume: true, ...more })).rejects.toThrow();
  expect(readFileSync(join(folder, 'out.tif.pages'), 'utf8')).toBe('kept');
});
