import { describe, expect, it } from 'vitest';
import { type CompositeMethod, DEFAULT_SETTINGS, type RunEvent } from './events.ts';
import { memoryPages } from './pages.ts';
import { shareDone } from './progress.ts';
import { run } from './run.ts';
import { CANONICAL_BANDS, PROVENANCE } from './scene.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource } from './testing/memory-source.ts';
import { openTiles, planTiles } from './tiles.ts';

const [WIDTH, HEIGHT] = [160, 128];
const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;
const ground = (x: number, y: number, band: number) =>
  0.1 + 0.1 * random(Math.floor(x / 5), Math.floor(y / 5)) + 0.03 * random(x, y) + 0.01 * band;

/** A scene with cloud in the columns from..to-1, and its own noise; brighter in the columns from 14 to `changed`, as after a harvest. */
const scene = (name: string, from: number, to: number, seed: number, changed = 0) =>
  memorySource({
    width: WIDTH,
    height: HEIGHT,
    roles: CANONICAL_BANDS,
    name,
    sample: (x, y, band) =>
      Math.round(
        1e4 *
          (x >= from && x < to
            ? 0.8
            : ground(x, y, band) +
              0.004 * (random(y + seed, x + band) - 0.5) +
              (x >= 14 && x < changed ? 0.15 : 0)),
      ),
  });

const target = scene('target', 20, 90, 300);
const dates = [scene('one', 60, 100, 500), scene('two', 80, 90, 700)];
const at = (x: number) => 60 * WIDTH + x;

async function go(
  composite: CompositeMethod | undefined,
  pages = memoryPages(),
  [source, ...others] = [target, ...dates],
) {
  const settings = { ...DEFAULT_SETTINGS, ...(composite && { composite }) };
  const options = { core: 64, halos: { detect: 32, generate: 32 }, dates: others, pages };
  const { report, result } = await run(source, fakeNetworks(), settings, () => undefined, options);
  const { bands } = await result.read(whole);
  const [provenance, date] = [result.provenance(whole), result.date(whole)];
  return { report, bands, provenance, date, confidence: result.confidence(whole) };
}

describe('composites', () => {
  it('least cloudy: the date that sees most, wherever it does; then the next; generated where none does', async () => {
    const { report, bands, provenance, date } = await go('least-cloudy');
    expect([at(5), at(40), at(70)].map((i) => date[i])).toEqual([2, 2, 2]);
    // Cloud on the second date, and around it what the mask is grown by.
    expect(date[at(95)]).toBe(2);
    expect(provenance[at(85)]).toBe(PROVENANCE.generated);
    expect(report.dates[1].share).toBeGreaterThan(0.8);
    for (const x of [5, 40, 70, 120]) {
      for (let b = 0; b < 6; b++) {
        expect(Math.abs(bands[b][at(x)] * 1e-4 - ground(x, 60, b))).toBeLessThan(0.006);
      }
    }
  });

  it('of a scene without cloud tells that dates were used, and that the ground was seen', async () => {
    // Farther from the dates at every pixel than they are from each other: the median is never the scene's.
    const noisy = memorySource({
      width: WIDTH,
      height: HEIGHT,
      roles: CANONICAL_BANDS,
      name: 'clear',
      sample: (x, y, band) =>
        Math.round(1e4 * ground(x, y, band)) + (random(x + 3, y + band) < 0.5 ? -200 : 200),
    });
    const { report } = await go('median', memoryPages(), [
      noisy,
      scene('one', 0, 0, 500),
      scene('two', 0, 0, 700),
    ]);
    expect(report.dates.map(({ used }) => used)).toEqual(report.dates.map(({ share }) => share > 0));
    expect(report.dates[0]).toMatchObject({ used: true });
    expect(report.shares.observed).toBeLessThan(0.05);
    expect(report.notices.map(({ code }) => code)).not.toContain('scene/mostly-cloud');
  });

  it.each([undefined, 'least-cloudy'] as const)(
    'light that another date gives is not below 0 (composite: %s)',
    async (method) => {
      const isCloud = (x: number) => x >= 50 && x < 110;
      // Hazier all over, and dark where the target is clouded: in the light of the target, below 0.
      const [clouded, hazy] = [0, 1].map((date) =>
        memorySource({
          width: WIDTH,
          height: HEIGHT,
          roles: CANONICAL_BANDS,
          sampleType: 'float32',
          scale: 1,
          name: `date-${date}`,
          sample: (x, y, band) => {
            if (date === 0) return isCloud(x) ? 0.8 : ground(x, y, band);
            return x >= 60 && x < 100 ? 0.05 : 0.8 * ground(x, y, band) + 0.12;
          },
        }),
      );
      const { bands, provenance } = await go(method, memoryPages(), [clouded, hazy]);
      expect([PROVENANCE.otherDate, PROVENANCE.otherDateChanged]).toContain(provenance[at(80)]);
      for (const band of bands) expect(band.every((value) => value >= 0)).toBe(true);
      expect(bands[0].subarray(at(70), at(90))).toContain(0);
    },
  );

  it.each(['medoid', 'median'] as const)(
    '%s: target pixels that are taken keep their bits',
    async (method) => {
      const { report, bands, provenance, date } = await go(method);
      let [kept, others] = [0, 0];
      for (let i = 0; i < provenance.length; i++) {
        expect(provenance[i] === PROVENANCE.otherDate).toBe(date[i] > 0);
        if (provenance[i] === PROVENANCE.observed) {
          kept++;
          for (let b = 0; b < 6; b++) expect(bands[b][i]).toBe(target.bands[b][i]);
        } else if (provenance[i] === PROVENANCE.otherDate) {
          others++;
          const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
          expect(Math.abs(bands[0][i] * 1e-4 - ground(x, y, 0))).toBeLessThan(0.006);
        }
      }
      expect(kept).toBeGreaterThan(method === 'medoid' ? 300 : 0);
      expect(others).toBeGreaterThan(5000);
      expect(report.settings.composite).toBe(method);
      expect(report.shares.observed).toBeCloseTo(kept / provenance.length, 6);
    },
  );

  it.each(['least-cloudy', 'medoid', 'median'] as const)(
    '%s: does not hide that the ground has changed',
    async (method) => {
      const harvested = scene('harvested', 0, 0, 500, 55);
      const cloudy = scene('target', 20, 60, 300);
      const repaired = await go(undefined, memoryPages(), [cloudy, harvested]);
      expect(repaired.provenance[at(25)]).toBe(PROVENANCE.otherDateChanged);
      const composed = await go(method, memoryPages(), [cloudy, harvested]);
      expect(composed.date[at(25)]).toBe(1);
      expect(composed.provenance[at(25)]).toBe(PROVENANCE.otherDateChanged);
      expect(composed.confidence[at(25)]).toBeLessThanOrEqual(repaired.confidence[at(25)] + 1);
      expect(composed.report.shares.otherDatesChanged).toBeGreaterThan(0.05);
      // Dates that differ among each other, where the target says nothing.
      const three = await go(method, memoryPages(), [cloudy, harvested, scene('one', 0, 0, 700)]);
      expect(three.provenance[at(50)]).toBe(PROVENANCE.otherDateChanged);
      expect(three.confidence[at(50)]).toBeLessThan(30);
    },
  );

  it('is not all computed before every tile is put together, also where no date can help', async () => {
    const core = 64;
    const [{ scene: other, ...rest }] = dates;
    const nowhere = { ...rest, scene: { ...other, grid: { ...other.grid, width: 100, transform: null } } };
    for (const others of [dates, [nowhere]]) {
      const pages = memoryPages();
      const settings = { ...DEFAULT_SETTINGS, composite: 'medoid' } as const;
      const told: [stage: string, share: number][] = [];
      const share = () => shareDone(openTiles(target.scene, planTiles(target.scene.grid, core), pages), true);
      const note = (event: RunEvent) => {
        if (event.type === 'progress') told.push([event.stage, share()]);
      };
      const options = { core, halos: { detect: 32, generate: 32 }, dates: others, pages };
      await run(target, fakeNetworks(), settings, note, options);
      const repairing = told.filter(([stage]) => stage === 'generate');
      for (const [, done] of repairing) expect(done).toBeLessThan(0.9);
      const shares = told.map(([, done]) => done);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.at(-2)).toBeLessThan(1);
      expect(share()).toBe(1);
    }
  });

  it('goes on over the pages of an earlier run, and does nothing unless it is asked for', async () => {
    const pages = memoryPages();
    const first = await go('medoid', pages);
    const again = await go('medoid', pages);
    expect(again.date).toEqual(first.date);
    expect(Buffer.compare(Buffer.from(again.bands[0].buffer), Buffer.from(first.bands[0].buffer))).toBe(0);
    const repaired = await go(undefined);
    expect(repaired.date[at(5)]).toBe(0);
    expect(repaired.provenance[at(5)]).toBe(PROVENANCE.observed);
  });
});
