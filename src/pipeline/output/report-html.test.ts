import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UNTOUCHED_COLOUR } from '../colours.ts';
import { selfCheck } from '../evaluate/self-check.ts';
import { DEFAULT_SETTINGS, type RunSettings } from '../events.ts';
import { memoryPages } from '../pages.ts';
import { run } from '../run.ts';
import { CANONICAL_BANDS } from '../scene.ts';
import { fakeNetworks } from '../testing/fake-networks.ts';
import { memorySource } from '../testing/memory-source.ts';
import { openTiles, planTiles } from '../tiles.ts';
import { resultPictures } from './pictures.ts';
import { type SceneReport, sceneReport } from './report.ts';
import { reportHtml } from './report-html.ts';

const ground = (x: number, y: number, band: number) => 1000 + 200 * band + ((x * 7 + y * 3) % 90);
const cloudy = (x: number, y: number) => Math.hypot(x - 60, y - 70) < 30;
const named = (name: string, sample: (x: number, y: number, band: number) => number) =>
  memorySource({ width: 300, height: 260, roles: CANONICAL_BANDS, name, sample });

async function report(): Promise<SceneReport> {
  const source = named('</script><b>&".tif', (x, y, band) => (cloudy(x, y) ? 7000 : ground(x, y, band)));
  const networks = fakeNetworks();
  const pages = memoryPages();
  const reference = named('truth.tif', ground);
  const finished = await run(source, networks, DEFAULT_SETTINGS, () => {}, { pages, reference });
  const tiles = openTiles(source.scene, planTiles(source.scene.grid), pages);
  return sceneReport(source.scene, {
    files: [{ name: 'scene.tif', bytes: 12, sha256: 'abc123' }],
    models: networks.models,
    run: finished.report,
    selfCheck: await selfCheck(source, finished.result, networks, DEFAULT_SETTINGS),
    pictures: await resultPictures(source, tiles),
  });
}

describe('a report', () => {
  it('stands alone and says everything', async () => {
    const told = await report();
    const html = reportHtml([told]);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;/script&gt;&lt;b&gt;&amp;&quot;.tif');
    for (const words of ['truth.tif', 'abc123', 'Self-check', 'Thick cloud', 'generated', 'Simulated clouds'])
      expect(html).toContain(words);
    const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)![1];
    const { pictures: _, selfCheck: checked, ...figures } = JSON.parse(JSON.stringify(told));
    expect(JSON.parse(json)).toMatchObject([{ ...figures, selfCheck: { after: checked.after } }]);
    expect(json).not.toContain('data:');
  });

  it('tells errors of display values in these, not in reflectance', async () => {
    const told = await report();
    expect(reportHtml([told])).toContain('MAE, RMSE in reflectance');
    const html = reportHtml([{ ...told, scene: { ...told.scene, values: 'display' } }]);
    expect(html).toContain('MAE, RMSE in values of 0 to 255');
    expect(html).not.toMatch(/error in reflectance/);
  });

  it('says what confidence means, and in what dates differ, in the units of the scene', async () => {
    const told = await report();
    const date = { scene: 'b.tif', acquired: null, used: true, shift: null, residual: 0.02, share: 0.1 };
    const dates = [date, { ...date, residual: null }];
    const page = (values: 'reflectance' | 'display') =>
      reportHtml([{ ...told, run: { ...told.run, dates }, scene: { ...told.scene, values } }]);
    expect(page('reflectance')).toContain(
      'error to expect in reflectance. 50 % stand for 0.035, 20 % for 0.08.',
    );
    expect(page('reflectance')).toContain('<td>0.0200</td>');
    expect(page('display')).toContain(
      'error to expect in values of 0 to 255. 50 % stand for 8.8, 20 % for 21.',
    );
    expect(page('display')).toContain('<td>5.1</td>');
    expect(page('display')).toContain('<td>–</td>');
  });

  it('says where the self-check finds clouds in another way than the run', async () => {
    const told = await report();
    const page = (settings: Partial<RunSettings>) =>
      reportHtml([{ ...told, run: { ...told.run, settings: { ...DEFAULT_SETTINGS, ...settings } } }]);
    expect(page({})).not.toContain('The network looked for these clouds');
    expect(page({ maskSource: 'quality-band' })).toContain('The network looked for these clouds');
  });

  it('says of which bands provenance does not speak', async () => {
    const told = await report();
    const bands = (...roles: string[]) =>
      reportHtml([{ ...told, scene: { ...told.scene, bands: [...told.scene.bands, ...roles] } }]);
    expect(bands('alpha', 'scl')).not.toContain('worked out from the bands');
    expect(bands('coastal', 'lwir', 'scl')).toContain('coastal, lwir are worked out from the bands');
  });

  it('names the scenes that it does not describe', () => {
    const failed = { name: 'a.tif', message: 'It is <cut>.' };
    const finished = { name: 'b.tif', message: '/out/b-unclouded.tif' };
    const html = reportHtml([], [failed], [finished]);
    expect(html).toContain('<h1>Not processed</h1><ul><li>a.tif: It is &lt;cut&gt;.</li></ul>');
    expect(html).toContain('<h1>Finished before</h1><ul><li>b.tif: /out/b-unclouded.tif</li></ul>');
    expect(html).toContain('<title>b.tif – ');
    expect(reportHtml([], [failed])).not.toContain('Finished before');
  });

  it('says what decided where clouds are', async () => {
    const told = await report();
    const page = (settings: object) =>
      reportHtml([
        { ...told, run: { ...told.run, settings: { ...told.run.settings, ...settings } as RunSettings } },
      ]);
    const dot = { kind: 'stroke', class: 2, radius: 1, points: [1, 1] };
    expect(page({})).toContain('<dt>Mask decided by</dt><dd>network</dd>');
    expect(page({})).not.toContain('by hand');
    const drawn = page({ edits: { own: null, operations: [dot, dot] } });
    expect(drawn).toContain('<dt>Mask decided by</dt><dd>network</dd>');
    expect(drawn).toContain('<dt>Mask edited by hand</dt><dd>2 strokes and polygons</dd>');
    const own = page({ edits: { own: { id: '1', name: '<mine>.tif' }, operations: [] } });
    expect(own).toContain('<dt>Mask</dt><dd>a file of the user’s own, &lt;mine&gt;.tif</dd>');
    expect(own).not.toMatch(/Mask decided by|Cloud from/);
  });

  it('shows no data as such where nothing was repaired, too', async () => {
    const source = memorySource({
      width: 40,
      height: 30,
      roles: CANONICAL_BANDS,
      nodata: 0,
      sample: (x) => (x < 10 ? 0 : 900),
    });
    const pages = memoryPages();
    await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { pages });
    const pictures = await resultPictures(
      source,
      openTiles(source.scene, planTiles(source.scene.grid), pages),
    );
    const file = Buffer.from(pictures.provenance.split(',')[1], 'base64');
    const at = file.indexOf('IDAT');
    const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)));
    // Each row says how it was predicted, then its differences: white, and at column 10 the colour of what was observed.
    expect([...rows.subarray(1, 4)]).toEqual([255, 255, 255]);
    expect([...rows.subarray(1 + 3 * 9, 1 + 3 * 10)]).toEqual([0, 0, 0]);
    expect([...rows.subarray(1 + 3 * 10, 1 + 3 * 11)]).toEqual(UNTOUCHED_COLOUR.map((value) => value + 1));
  });

  it('names the coordinate system, also one without a code', async () => {
    const told = await report();
    const systemOf = (crs: string, crsName: string) =>
      /Coordinate system<\/dt><dd>(.*?)<\/dd>/s.exec(
        reportHtml([{ ...told, scene: { ...told.scene, crs, crsName } }]),
      )?.[1];
    expect(systemOf('EPSG:32616', 'WGS 84 / UTM zone 16N')).toBe('WGS 84 / UTM zone 16N (EPSG:32616)');
    expect(systemOf('EPSG:32616', 'EPSG:32616')).toBe('EPSG:32616');
    expect(systemOf('LOCAL', 'north <pit>')).toBe('north &lt;pit&gt;');
  });

  it('shows pictures in which only the repair differs', async () => {
    const { pictures } = await report();
    expect(new Set(Object.values(pictures)).size).toBe(3);
    for (const picture of Object.values(pictures)) {
      const bytes = Buffer.from(picture.split(',')[1], 'base64');
      expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
      expect(bytes.readUInt32BE(16)).toBe(300);
      expect(bytes.readUInt32BE(20)).toBe(260);
    }
  });
});
