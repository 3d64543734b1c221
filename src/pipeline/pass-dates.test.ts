import { describe, expect, it } from 'vitest';
import { scaleOf } from './composite/composite.ts';
import { DEFAULT_SETTINGS } from './events.ts';
import { type RunOptions, run } from './run.ts';
import { CANONICAL_BANDS, type GeoTransform, PROVENANCE, type SceneSource } from './scene.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource, type SyntheticScene } from './testing/memory-source.ts';

const [WIDTH, HEIGHT] = [256, 224];
const whole = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const random = (x: number, y: number) => Math.abs(Math.sin(x * 127.1 + y * 311.7) * 43758.5453) % 1;

/** Fields of 6 pixels with detail in them, 0.1 to 0.3. */
function ground(x: number, y: number, band: number): number {
  const field = random(Math.floor(x / 6), Math.floor(y / 6));
  return 0.1 + 0.12 * field + 0.03 * random(x, y) + 0.01 * band + 0.04 * Math.sin(x / 40 + band);
}

const inDisc = (x: number, y: number, cx: number, cy: number, r: number) => Math.hypot(x - cx, y - cy) < r;
/** A cloud over 4 tiles of 64 pixels, and one in a corner. */
const clouded = (x: number, y: number) => inDisc(x, y, 120, 100, 45) || inDisc(x, y, 10, 8, 20);

type Ground = (x: number, y: number, band: number) => number;

function scene(reflectance: Ground, over: Partial<SyntheticScene> = {}) {
  return memorySource({
    width: WIDTH,
    height: HEIGHT,
    roles: CANONICAL_BANDS,
    name: 'target-20200615.tif',
    sample: (x, y, band) => Math.round(1e4 * reflectance(x, y, band)),
    ...over,
  });
}

const target = scene((x, y, band) => (clouded(x, y) ? 0.7 : ground(x, y, band)));
/** Another season: other gains and offsets, and red takes from near infrared. */
const seasonal: Ground = (x, y, band) =>
  0.8 * ground(x, y, band) + 0.15 * ground(x, y, 3 - (band % 3)) + 0.02 + 0.002 * band;

async function go(
  dates: readonly SceneSource[],
  options: RunOptions = {},
  source = target,
  networks = fakeNetworks(),
) {
  const { report, result } = await run(source, networks, DEFAULT_SETTINGS, () => undefined, {
    core: 64,
    halos: { detect: 32, generate: 32 },
    dates,
    ...options,
  });
  const after = (await result.read(whole)).bands;
  const error = (inside: (x: number, y: number) => boolean) => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (!inside(x, y)) continue;
      for (let b = 0; b < 6; b++) sum += Math.abs(after[b][i] * 1e-4 - ground(x, y, b));
      count += 6;
    }
    return sum / count;
  };
  return { report, result, after, error, codes: report.notices.map((notice) => notice.code) };
}

describe('other dates', () => {
  it('fill thick cloud with what they saw; clear pixels stay bit-identical', async () => {
    const { report, result, after, error, codes } = await go([
      scene(seasonal, { name: 'other_20200701.tif' }),
    ]);
    expect(codes).toEqual([]);
    expect(error(clouded)).toBeLessThan(0.003);
    const provenance = result.provenance(whole);
    const date = result.date(whole);
    const mask = result.mask(whole);
    for (let i = 0; i < provenance.length; i++) {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (mask[i] === 0) for (let b = 0; b < 6; b++) expect(after[b][i]).toBe(target.bands[b][i]);
      if (!clouded(x, y)) continue;
      expect(provenance[i]).toBe(PROVENANCE.otherDate);
      expect(date[i]).toBe(1);
    }
    expect(report.shares.generated).toBe(0);
    expect(report.dates).toMatchObject([{ acquired: '2020-07-01', used: true }]);
    expect(report.dates[0].share).toBe(report.shares.otherDates);
    expect(report.shares.otherDates).toBeCloseTo(
      provenance.filter((p) => p === 5).length / provenance.length,
      6,
    );
    const without = await go([]);
    expect(error(clouded)).toBeLessThan(0.2 * without.error(clouded));
  });

  it('fill all that the mask calls thick cloud, however sure the detector is of it', async () => {
    const unsure = fakeNetworks({
      classify: ([blue]) => (blue > 0.6 ? [0.56, 0.12, 0.32, 0] : [1, 0, 0, 0]),
    });
    const { error, result } = await go([scene(seasonal)], {}, target, unsure);
    expect(error(clouded)).toBeLessThan(0.003);
    const provenance = result.provenance(whole);
    const date = result.date(whole);
    for (let i = 0; i < provenance.length; i++) {
      const inside = clouded(i % WIDTH, Math.floor(i / WIDTH));
      if (inside) expect([provenance[i], date[i]]).toEqual([PROVENANCE.otherDate, 1]);
    }
    // The rim holds more of the date than of the generator's output beside the cloud, and less farther out.
    const rim = [166, 167].map((x) => provenance[100 * WIDTH + x]);
    expect(rim).toEqual([PROVENANCE.otherDate, PROVENANCE.thinCorrected]);
  });

  it('fill what they can together, and leave the rest to the generator', async () => {
    const west = scene((x, y, band) => (x > 110 ? 0.9 : seasonal(x, y, band)), { name: 'west' });
    const east = scene((x, y, band) => (x < 130 ? 0.9 : 1.1 * ground(x, y, band) + 0.01), { name: 'east' });
    const { report, result, error } = await go([west, east]);
    const date = result.date(whole);
    const provenance = result.provenance(whole);
    const at = (x: number, y: number) => y * WIDTH + x;
    expect([date[at(90, 100)], date[at(150, 100)]]).toEqual([1, 2]);
    expect(provenance[at(120, 100)]).toBe(PROVENANCE.generated);
    expect(date[at(120, 100)]).toBe(0);
    expect(report.dates.map(({ used, share }) => used && share > 0)).toEqual([true, true]);
    expect(error((x, y) => clouded(x, y) && (x < 100 || x > 140))).toBeLessThan(0.006);
  });

  it('on another grid, shifted and in another coordinate system are laid over the scene', async () => {
    const moved = memorySource({
      width: 300,
      height: 300,
      roles: CANONICAL_BANDS,
      name: 'moved',
      sample: (x, y, band) => Math.round(1e4 * seasonal(x - 22, y - 31, band)),
    });
    // Ten metres to a pixel: 20 and 30 pixels to the west and north, so 2 and 1 pixels are left unsaid.
    const transform: GeoTransform = [500000 - 200, 10, 0, 4000000 + 300, 0, -10];
    const source = { ...moved, scene: { ...moved.scene, grid: { ...moved.scene.grid, transform } } };
    const { report, error, codes } = await go([source]);
    expect(codes).toEqual(['dates/shifted']);
    expect(report.dates[0].shift!.dx).toBeCloseTo(2, 1);
    expect(report.dates[0].shift!.dy).toBeCloseTo(1, 1);
    expect(error(clouded)).toBeLessThan(0.008);
  });

  it('with gaps in one band only are still moved back', async () => {
    const gaps = (x: number, y: number, band: number) => band === 2 && (x + y) % 64 < 2;
    const striped = scene((x, y, band) => (gaps(x, y, band) ? 0 : seasonal(x - 2, y - 1, band)), {
      name: 'striped',
      nodata: 0,
    });
    const { report, codes } = await go([striped]);
    expect(codes).toContain('dates/shifted');
    expect(report.dates[0].shift!.dx).toBeCloseTo(2, 1);
    expect(report.dates[0].shift!.dy).toBeCloseTo(1, 1);
  });

  it('that the ground has changed on are flagged, with low confidence', async () => {
    const flooded: Ground = (x, y, band) =>
      inDisc(x, y, 120, 100, 75) ? 0.07 + 0.02 * random(x, y) : seasonal(x, y, band);
    const flood = scene(flooded, { name: 'flood' });
    const dry = scene(seasonal, { name: 'dry' });
    const i = 100 * WIDTH + 120;
    const alone = await go([flood]);
    expect(alone.result.provenance(whole)[i]).toBe(PROVENANCE.otherDateChanged);
    expect(alone.result.confidence(whole)[i]).toBeLessThan(50);
    expect(alone.report.shares.otherDatesChanged).toBeGreaterThan(0.09);
    // Of two, the one is taken that agrees with what is clear around the cloud; that they disagree is still told.
    const both = await go([flood, dry]);
    expect(both.result.date(whole)[i]).toBe(2);
    expect(both.report.shares.otherDatesChanged).toBeGreaterThan(0.05);
  });

  it('tell errors that are true: of what changed here and there as well, and less beside the rim', async () => {
    const isNew = (x: number, y: number) => random(Math.floor(x / 6) + 50, Math.floor(y / 6) + 90) < 0.1;
    const changing: Ground = (x, y, band) => seasonal(x, y, band) + (isNew(x, y) ? 0.08 : 0);
    /** Light that wanders over tens of pixels, as haze does. */
    const wandering: Ground = (x, y, band) =>
      seasonal(x, y, band) + 0.02 * Math.sin(x / 12 + band) * Math.cos(y / 12 - band);
    const measure = async (date: Ground) => {
      const { result, error } = await go([scene(date)]);
      const confidence = result.confidence(whole);
      return (
        [
          [0, 36],
          [41, 44],
        ] as const
      ).map(([from, to]) => {
        const isIn = (x: number, y: number) => {
          const d = Math.hypot(x - 120, y - 100);
          return d >= from && d < to;
        };
        const inside = confidence.filter((_, i) => isIn(i % WIDTH, Math.floor(i / WIDTH)));
        return { told: inside.reduce((sum, c) => sum + scaleOf(c), 0) / inside.length, real: error(isIn) };
      });
    };
    const [{ told, real }] = await measure(changing);
    expect(told / real).toBeGreaterThan(0.75);
    expect(told / real).toBeLessThan(1.4);
    const [deep, rim] = await measure(wandering);
    expect(deep.told / deep.real).toBeGreaterThan(0.75);
    expect(rim.real).toBeLessThan(0.6 * deep.real);
    expect(rim.told).toBeLessThan(0.85 * deep.told);
  });

  it('of which more than half is transparent, or a border of zeros, help with the rest', async () => {
    const empty = (x: number, y: number) => x < 60 || y > 150 || x > 200;
    const shown = (x: number, y: number, band: number) => (empty(x, y) ? 0 : seasonal(x, y, band));
    const transparent = scene((x, y, band) => (band === 6 ? (empty(x, y) ? 0 : 1) : shown(x, y, band)), {
      roles: [...CANONICAL_BANDS, 'alpha'],
    });
    const swath = scene(shown);
    const notice = { code: 'zero-border', message: { text: '', values: {} } };
    for (const date of [transparent, { ...swath, scene: { ...swath.scene, notices: [notice] } }]) {
      const { codes, result, error } = await go([date]);
      expect(codes).toEqual([]);
      expect(error((x, y) => inDisc(x, y, 120, 100, 44))).toBeLessThan(0.004);
      // The cloud in the corner is seen by nobody.
      expect(result.provenance(whole)[8 * WIDTH + 10]).toBe(PROVENANCE.generated);
    }
  });

  it('that nothing compares with the scene are no sure source: neither agreement nor confidence is claimed', async () => {
    const overcast = scene(() => 0.7, { name: 'overcast' });
    const { report, result, codes, error } = await go([scene(seasonal)], {}, overcast);
    expect(report.shares.otherDates).toBe(1);
    expect(report.dates).toMatchObject([{ used: true, residual: null }]);
    expect(codes).toContain('dates/unmatched');
    expect(error(() => true)).toBeGreaterThan(0.01);
    // An error of 0.05, rounded up.
    expect([...new Set(result.confidence(whole))]).toEqual([36]);
  });

  it('that agree where only few pixels can be compared count for less than those that agree in many', async () => {
    const told = async (side: number) => {
      const isClear = (x: number, y: number) => x < side && y < side;
      const cloud = scene((x, y, band) => (isClear(x, y) ? ground(x, y, band) : 0.7));
      const { report, result, codes } = await go([scene(ground)], {}, cloud);
      return { sure: result.confidence(whole)[WIDTH * HEIGHT - 1], ...report.dates[0], codes };
    };
    const [few, many] = [await told(16), await told(64)];
    expect(few.residual).toBeLessThan(0.001);
    expect(few.sure).toBeLessThan(60);
    expect(few.codes).toContain('dates/unmatched');
    expect(many.sure).toBeGreaterThan(95);
    expect(many.codes).not.toContain('dates/unmatched');
  });

  it('that cannot help are left out, each with its reason', async () => {
    const far: GeoTransform = [900000, 10, 0, 4000000, 0, -10];
    const at = (over: object) => {
      const source = scene(seasonal);
      return { ...source, scene: { ...source.scene, grid: { ...source.scene.grid, ...over } } };
    };
    const cases: [SceneSource, string][] = [
      [at({ transform: far }), 'dates/no-overlap'],
      [at({ crs: { code: 'LOCAL', name: 'site grid', units: 'm' } }), 'dates/unknown-crs'],
      [at({ transform: null, width: 100 }), 'dates/no-georeference'],
      [target, 'dates/same-date'],
      [scene(seasonal, { scale: 1 }), 'dates/other-radiometry'],
      [scene(seasonal, { roles: ['nir', 'swir16', 'swir22'] }), 'scene/roles-incomplete'],
    ];
    for (const [date, code] of cases) {
      const { report, codes } = await go([date]);
      expect(codes).toContain(code);
      expect(report.dates[0].used).toBe(false);
      expect(report.shares.otherDates).toBe(0);
    }
    const all = await go([scene(() => 0.9, { name: 'all cloud' })]);
    expect(all.codes).toContain('dates/all-cloudy');
  });

  it('whose bright ground looks like cloud are believed where the scene shows such ground to be none', async () => {
    const roof = (x: number, y: number) => x % 16 < 6 && y % 16 < 6;
    const town: Ground = (x, y, band) => (roof(x, y) ? 0.395 : ground(x, y, band));
    const cloudy = scene((x, y, band) => (clouded(x, y) ? 0.7 : town(x, y, band)));
    // The detector sees thin cloud from 0.4 on.
    const date = scene((x, y, band) => (roof(x, y) ? 0.405 : ground(x, y, band)), { name: 'roofs' });
    const { result, codes } = await go([date], {}, cloudy);
    expect(codes).toContain('dates/bright-ground');
    const provenance = result.provenance(whole);
    for (const [x, y] of [
      [114, 98],
      [130, 114],
    ]) {
      expect(roof(x, y)).toBe(true);
      expect(provenance[y * WIDTH + x]).toBe(PROVENANCE.otherDate);
    }
    // A veil over a quarter of the date is cloud.
    const veiled = scene((x, y, band) => (x > 90 && y > 60 ? 0.45 : ground(x, y, band)), { name: 'veiled' });
    const kept = await go([veiled], {}, cloudy);
    expect(kept.codes).not.toContain('dates/bright-ground');
    expect(kept.result.provenance(whole)[98 * WIDTH + 114]).toBe(PROVENANCE.generated);
  });

  it('with other bands still help', async () => {
    const { codes, error } = await go([
      scene(seasonal, { roles: ['blue', 'green', 'red', 'nir'], name: 'four' }),
    ]);
    expect(codes).toEqual(['dates/other-bands']);
    expect(error(clouded)).toBeLessThan(0.01);
  });

  it('do not take gaps of a band for measurements, nor temperatures for reflectance', async () => {
    const roles = [...CANONICAL_BANDS, 'lwir', 'rededge1'] as const;
    const scene8 = (
      reflectance: Ground,
      gap: (x: number, y: number, band: number) => boolean,
      name: string,
    ) =>
      scene(
        (x, y, band) => {
          if (gap(x, y, band)) return 0;
          return band === 6 ? 299 + reflectance(x, y, 5) : reflectance(x, y, band === 7 ? 2.5 : band);
        },
        { roles, name, nodata: 0, sampleType: 'float32' },
      );
    const cloudy = scene8(
      (x, y, band) => (clouded(x, y) ? 0.7 : ground(x, y, band)),
      // Gaps beside the cloud.
      (x, _, band) => band === 6 && x > 160 && x < 200,
      'gaps',
    );
    // The red edge of the date lacks a half, that of the other one columns here and there.
    for (const lacking of [(x: number) => x > 128, (x: number) => x % 32 === 0]) {
      const date = scene8(seasonal, (x, _, band) => band === 7 && lacking(x), 'other');
      const { after, result, codes, error } = await go([date], {}, cloudy);
      expect(codes).toEqual([]);
      const provenance = result.provenance(whole);
      let [warmth, kept] = [0, 0];
      for (let i = 0; i < WIDTH * HEIGHT; i++) {
        const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
        if (cloudy.bands[6][i] === 0) expect(after[6][i]).toBe(0);
        else if (clouded(x, y))
          warmth = Math.max(warmth, Math.abs(after[6][i] * 1e-4 - 299 - ground(x, y, 5)));
        if (clouded(x, y) && provenance[i] === PROVENANCE.otherDate) kept++;
      }
      expect(warmth).toBeLessThan(0.2);
      expect(error((x, y) => clouded(x, y) && !lacking(x))).toBeLessThan(0.01);
      expect(kept).toBeGreaterThan(5000);
      expect(result.confidence(whole)[100 * WIDTH + 120]).toBeGreaterThan(70);
    }
  });

  it('fill a scene of nothing but cloud with what they saw', async () => {
    const { result, report } = await go(
      [scene(seasonal)],
      {},
      scene(() => 0.8),
    );
    expect(result.provenance(whole)[5000]).toBe(PROVENANCE.otherDate);
    expect(report.shares.leftCloudy).toBe(0);
  });

  it('make no difference where nothing is cloudy', async () => {
    const { report, after } = await go([scene(seasonal)], {}, scene(ground));
    expect(report.shares.observed).toBe(1);
    expect(
      after[0].every((value, i) => value === Math.round(1e4 * ground(i % WIDTH, Math.floor(i / WIDTH), 0))),
    ).toBe(true);
  });
});
