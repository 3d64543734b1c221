import { describe, expect, it } from 'vitest';
import type { MaskEdits, MaskOperation } from './detect/edits.ts';
import { openMask } from './detect/own-mask.ts';
import { DEFAULT_SETTINGS, type RunSettings } from './events.ts';
import { jobRecord, resultPages, sameFindings, sameJob } from './job-record.ts';
import { memoryPages, type PageStore } from './pages.ts';
import { english } from './phrase.ts';
import { run } from './run.ts';
import { type BandRole, MASK_CLASS, PROVENANCE } from './scene.ts';
import { sameBands } from './testing/cloudy-run.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { maskFile } from './testing/mask-file.ts';
import { memorySource } from './testing/memory-source.ts';
import { planTiles } from './tiles.ts';

const ROLES: BandRole[] = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22', 'rededge1'];
const WHOLE = { x: 0, y: 0, width: 200, height: 170 };
const AT = (x: number, y: number) => y * WHOLE.width + x;

/** Even ground with a found cloud at (66, 60) and one that the detector misses at (150, 120). */
const scene = () =>
  memorySource({
    ...WHOLE,
    roles: ROLES,
    sample: (x, y, band) => {
      if (Math.hypot(x - 66, y - 60) < 21) return 7000;
      if (Math.hypot(x - 150, y - 120) < 12) return 3900;
      return Math.round(1500 + 50 * band + 100 * Math.sin(x / 9 + band) + 100 * Math.cos(y / 7));
    },
  });

async function go(
  settings: Partial<RunSettings>,
  pages: PageStore = memoryPages(),
  networks = fakeNetworks(),
  core = 64,
) {
  const source = scene();
  const merged = { ...DEFAULT_SETTINGS, ...settings };
  const { result, report } = await run(source, networks, merged, () => {}, { core, pages });
  const { bands } = await result.read(WHOLE);
  return { source, bands, mask: result.mask(WHOLE), provenance: result.provenance(WHOLE), report, networks };
}

const MISSED: MaskOperation = { kind: 'stroke', class: 2, radius: 16, points: [150.5, 120.5] };
const ERASED: MaskOperation = { kind: 'polygon', class: 0, rings: [[60, 20, 110, 20, 110, 100, 60, 100]] };
const edits = (...operations: MaskOperation[]): MaskEdits => ({ own: null, operations });

describe('a run with an edited mask', () => {
  it('repairs what was drawn from ground that the user calls clear', async () => {
    const { bands, mask, provenance } = await go({ edits: edits(MISSED) });
    expect(mask[AT(150, 120)]).toBe(MASK_CLASS.thick);
    expect(provenance[AT(150, 120)]).toBe(PROVENANCE.generated);
    // The missed cloud was the brightest there: it must not be what its own place is filled from.
    for (const band of bands) expect(band[AT(150, 120)]).toBeLessThan(2300);
  });

  it('leaves what was erased, and all outside the mask, bit-identical', async () => {
    const { bands, mask, source, report } = await go({ edits: edits(MISSED, ERASED) });
    const drawn = { erased: mask[AT(70, 60)], left: mask[AT(50, 60)] };
    expect(drawn).toEqual({ erased: MASK_CLASS.clear, left: MASK_CLASS.thick });
    let changed = 0;
    bands.forEach((band, b) => {
      band.forEach((value, i) => {
        if (value === source.bands[b][i]) return;
        changed++;
        if (mask[i] === MASK_CLASS.clear) expect.fail(`sample ${i} of band ${b} changed outside the mask`);
      });
    });
    expect(changed).toBeGreaterThan(1000);
    expect(report.shares.observed).toBeCloseTo(
      mask.filter((v) => v === 0).length / (WHOLE.width * WHOLE.height),
      10,
    );
    expect(report.settings.edits?.operations).toEqual([MISSED, ERASED]);
  });

  it('gives the same with other tiles', async () => {
    const a = await go({ edits: edits(MISSED, ERASED) });
    const b = await go({ edits: edits(MISSED, ERASED) }, memoryPages(), fakeNetworks(), 112);
    expect(Buffer.compare(a.mask, b.mask)).toBe(0);
    expect(sameBands(a.bands, b.bands)).toBe(true);
  });

  it('uses what was found again, and gives what a fresh run gives', async () => {
    // The bright disc is called shadow in doubt; the ground around it says otherwise.
    const doubting = () =>
      fakeNetworks({
        classify: ([blue]) => (blue > 0.6 ? [0, 0, 1, 0] : blue > 0.35 ? [0.55, 0, 0, 0.45] : [1, 0, 0, 0]),
      });
    const models = doubting().models;
    const pages = memoryPages();
    const settings = (more: Partial<RunSettings>): RunSettings => ({ ...DEFAULT_SETTINGS, ...more });
    const record = (more: Partial<RunSettings>) => jobRecord(scene().scene, models, settings(more));
    const first = await go({}, resultPages(pages, record({})), doubting());
    expect(first.mask[AT(150, 120)]).toBe(MASK_CLASS.clear);
    for (const changed of [
      { edits: edits(MISSED) },
      { cloudThreshold: 0.2, bufferPixels: 6, featherPixels: 2 },
      { edits: edits(ERASED) },
      {},
    ]) {
      expect(sameFindings(record({}), record(changed))).toBe(true);
      expect(sameJob(record({}), record(changed))).toBe(Object.keys(changed).length === 0);
      const again = await go(changed, resultPages(pages, record(changed)), doubting());
      expect(again.networks.calls.filter((call) => call.startsWith('detect'))).toEqual([]);
      const fresh = await go(changed, memoryPages(), doubting());
      expect(Buffer.compare(again.mask, fresh.mask)).toBe(0);
      expect(sameBands(again.bands, fresh.bands)).toBe(true);
    }
    expect(first.mask[AT(66, 60)]).toBe(MASK_CLASS.thick);
  });

  it("puts the user's own mask in place of what was found", async () => {
    const pages = memoryPages();
    const { grid } = scene().scene;
    const ring = (x: number, y: number, side: number) =>
      [
        [x, y],
        [x + side, y],
        [x + side, y + side],
        [x, y + side],
        [x, y],
      ].map(([u, v]) => [500_000 + 10 * u, 4_000_000 - 10 * v]);
    const text = JSON.stringify({
      type: 'Feature',
      properties: { class: 'shadow' },
      geometry: { type: 'Polygon', coordinates: [ring(140, 110, 20)] },
    });
    const file = new File([text], 'mine.geojson');
    const { own, keep } = await openMask(file, file.name, planTiles(grid, 64));
    await keep(pages);
    const { mask, bands, source } = await go({ edits: { own, operations: [] }, bufferPixels: 0 }, pages);
    expect(mask[AT(150, 120)]).toBe(MASK_CLASS.shadow);
    expect(mask.filter((value) => value !== MASK_CLASS.clear).length).toBe(400);
    expect(bands[0][AT(66, 60)]).toBe(source.bands[0][AT(66, 60)]);
    await expect(go({ edits: { own, operations: [] } })).rejects.toMatchObject({ code: 'mask/lost' });
  });

  it("says how much of the scene a mask of the user's own covers", async () => {
    const withMask = async (width: number) => {
      const pages = memoryPages();
      const file = maskFile({ width, height: 170, pixel: 10, value: (x) => (x < 10 ? 1 : 0) });
      const { own, keep } = await openMask(file, file.name, planTiles(scene().scene.grid, 64));
      await keep(pages);
      return go({ edits: { own, operations: [] } }, pages);
    };
    const { report, mask } = await withMask(50);
    expect(report.notices.map(({ code, message }) => [code, english(message)])).toContainEqual([
      'mask/partial',
      'The mask mine.tif covers 25.0 % of the scene. The rest counts as clear.',
    ]);
    expect([mask[AT(5, 60)], mask[AT(66, 60)]]).toEqual([MASK_CLASS.thick, MASK_CLASS.clear]);
    const whole = await withMask(200);
    expect(whole.report.notices.map(({ code }) => code)).not.toContain('mask/partial');
  });
});
