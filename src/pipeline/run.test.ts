import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type RunEvent, type RunSettings } from './events.ts';
import { type RunOptions, run } from './run.ts';
import {
  type BandRole,
  MASK_CLASS,
  PROVENANCE,
  type Samples,
  type SampleType,
  type SceneSource,
} from './scene.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource, type SyntheticScene } from './testing/memory-source.ts';

const SIX: BandRole[] = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'];
const whole = ({ width, height }: { width: number; height: number }) => ({ x: 0, y: 0, width, height });

/** Textured ground 0.1 .. 0.3 with thick cloud, thin cloud and shadow discs that cross tile borders. */
function reflectance(x: number, y: number, band: number): number {
  const ground = 0.2 + 0.05 * Math.sin(x / 9 + band) + 0.05 * Math.cos(y / 7 - band);
  if (Math.hypot(x - 66, y - 60) < 21) return 0.7 + 0.01 * band;
  if (Math.hypot(x - 130, y - 130) < 18) return 0.5;
  if (Math.hypot(x - 30, y - 140) < 14) return 0.02;
  return ground;
}

function cloudy(over: Partial<SyntheticScene> = {}): SyntheticScene {
  return {
    width: 200,
    height: 170,
    roles: SIX,
    sample: (x, y, band) => Math.round(1e4 * reflectance(x, y, band)),
    ...over,
  };
}

const SMALL_TILES = { core: 64, halos: { detect: 32, generate: 32 } };

async function go(
  synthetic: SyntheticScene,
  settings: Partial<RunSettings> = {},
  options: Pick<RunOptions, 'core' | 'halos'> = SMALL_TILES,
  networks = fakeNetworks(),
) {
  const source = memorySource(synthetic);
  const events: RunEvent[] = [];
  const { report, result } = await run(
    source,
    networks,
    { ...DEFAULT_SETTINGS, ...settings },
    (e) => events.push(e),
    options,
  );
  const window = whole(synthetic);
  const after = (await result.read(window)).bands;
  const mask = result.mask(window);
  return { source, events, report, result, after, mask, networks, window };
}

const bytes = (samples: Samples) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice();

/** Are all bands equal, byte by byte? (toEqual takes seconds for as many samples.) */
const sameBands = (a: readonly Samples[], b: readonly Samples[]) =>
  a.length === b.length && a.every((band, i) => Buffer.compare(bytes(band), bytes(b[i])) === 0);

const codes = (report: { notices: readonly { code: string }[] }) => report.notices.map((n) => n.code);

describe('run', () => {
  const types: [SampleType, number, number][] = [
    ['uint8', 1 / 255, 0],
    ['int8', 1 / 127, 0],
    ['uint16', 1e-4, -0.1],
    ['int16', 1e-4, 0],
    ['uint32', 1e-7, 0],
    ['int32', 1e-7, 0],
    ['float32', 1, 0],
    ['float64', 1, 0],
  ];
  it.each(types)(
    'leaves clear pixels of %s as they are, bit by bit, and repairs the others',
    async (sampleType, scale, offset) => {
      const float = sampleType.startsWith('float');
      const { source, after, mask } = await go(
        cloudy({
          sampleType,
          scale,
          offset,
          nodata: float ? Number.NaN : null,
          sample: (x, y, band) => {
            if (float && x > 190) return Number.NaN;
            const native = (reflectance(x, y, band) - offset) / scale;
            return float ? native : Math.round(native);
          },
        }),
      );
      let changed = 0;
      after.forEach((band, b) => {
        const [now, then] = [bytes(band), bytes(source.bands[b])];
        const size = band.BYTES_PER_ELEMENT;
        for (let i = 0; i < now.length; i++) {
          if (now[i] === then[i]) continue;
          changed++;
          const value = mask[Math.floor(i / size)];
          if (value === MASK_CLASS.clear || value === MASK_CLASS.nodata) {
            expect.fail(`byte ${i} of band ${b} changed outside the mask`);
          }
        }
      });
      expect(changed).toBeGreaterThan(1000);
    },
  );

  it('keeps the payload of NaN samples inside and outside repaired tiles', async () => {
    const synthetic = cloudy({ sampleType: 'float32', scale: 1, nodata: Number.NaN, sample: reflectance });
    const source = memorySource(synthetic);
    for (const band of source.bands) new Uint32Array(band.buffer).fill(0x7fc0beef, 0, 40);
    const { result, report } = await run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { core: 64 });
    const { bands } = await result.read(whole(synthetic));
    expect(report.tiles.repaired).toBeGreaterThan(0);
    expect([...new Uint32Array(bands[0].buffer, 0, 40)]).toEqual(new Array(40).fill(0x7fc0beef));
    expect(result.mask(whole(synthetic)).slice(0, 41)).toEqual(
      Uint8Array.from([...new Array(40).fill(255), 0]),
    );
  });

  it('gives the same result with different tiles', async () => {
    const roles: BandRole[] = [...SIX, 'rededge1'];
    const scene = cloudy({ width: 330, height: 290, roles });
    const [a, b, c] = [
      await go(scene, {}, SMALL_TILES),
      await go(scene, {}, { core: 112, halos: { detect: 16, generate: 16 } }),
      await go(scene, {}, {}),
    ];
    for (const other of [b, c]) {
      expect(sameBands([other.mask], [a.mask])).toBe(true);
      expect(sameBands(other.after, a.after)).toBe(true);
      expect(sameBands([other.result.provenance(other.window)], [a.result.provenance(a.window)])).toBe(true);
      expect(other.report.shares).toEqual(a.report.shares);
    }
    expect(new Set(c.networks.calls)).toEqual(new Set(['detect 320x320', 'generate 352x352']));
  });

  it('names where every pixel came from', async () => {
    const { result, report, mask, window } = await go(cloudy());
    const provenance = result.provenance(window);
    const confidence = result.confidence(window);
    const at = (x: number, y: number) => y * window.width + x;
    expect(provenance[at(66, 60)]).toBe(PROVENANCE.generated);
    expect(provenance[at(130, 130)]).toBe(PROVENANCE.thinCorrected);
    expect(provenance[at(30, 140)]).toBe(PROVENANCE.shadowCorrected);
    expect(provenance[at(2, 2)]).toBe(PROVENANCE.observed);
    expect(confidence[at(66, 60)]).toBe(Math.round(100 * Math.exp(-0.02 / 0.05)));
    expect(confidence[at(2, 2)]).toBe(100);
    // The buffer around cloud is thin, so that it is corrected gently.
    expect(mask[at(66 + 22, 60)]).toBe(MASK_CLASS.thin);
    const { observed, thinCorrected, shadowCorrected, generated, leftCloudy } = report.shares;
    expect(observed + thinCorrected + shadowCorrected + generated + leftCloudy).toBeCloseTo(1, 12);
    expect(generated).toBeCloseTo((Math.PI * 21 * 21) / (200 * 170), 2);
    expect(report.meanConfidence).toBeCloseTo(67, 1);
  });

  it('fills thick cloud from its surroundings', async () => {
    const flat = cloudy({ sample: (x, y) => (Math.hypot(x - 90, y - 80) < 40 ? 7000 : 2000) });
    const { after } = await go(flat, { featherPixels: 0 });
    for (const band of after) expect(Math.abs(band[80 * 200 + 90] - 2000)).toBeLessThanOrEqual(1);
  });

  it('feathers inside the mask only', async () => {
    const disc = cloudy({ sample: (x, y) => (Math.hypot(x - 90, y - 80) < 40 ? 5000 : 2000) });
    const { after, mask } = await go(disc, { bufferPixels: 3, featherPixels: 3 });
    const row = Array.from({ length: 10 }, (_, i) => after[0][80 * 200 + 124 + i]);
    // Cloud ends after x = 129, the mask after 132: there, 1000 (half of 2000) fades in over four pixels.
    expect([...mask.slice(80 * 200 + 130, 80 * 200 + 134)]).toEqual([1, 1, 1, 0]);
    expect(row.slice(0, 5)).toEqual([2500, 2500, 2500, 2500, 2500]);
    expect(row[9]).toBe(2000);
  });

  it('cancels within one tile', async () => {
    for (const after of [3, 18]) {
      const controller = new AbortController();
      let calls = 0;
      const networks = fakeNetworks({
        onCall: () => {
          calls++;
          if (calls === after) setTimeout(() => controller.abort());
        },
      });
      const source = memorySource(cloudy());
      const job = run(source, networks, DEFAULT_SETTINGS, () => {}, { core: 64 }, controller.signal);
      await expect(job).rejects.toMatchObject({ code: 'job/cancelled' });
      expect(calls).toBe(after);
    }
  });

  it('reports progress that never runs back, and masks before repairs', async () => {
    const { events, report } = await go(cloudy());
    const progress = events.filter((e) => e.type === 'progress');
    expect([...new Set(progress.map((e) => e.stage))]).toEqual(['detect', 'generate']);
    for (const stage of ['detect', 'generate'] as const) {
      const done = progress.filter((e) => e.stage === stage);
      expect(done.map((e) => e.done)).toEqual(done.map((_, i) => i));
      expect(done.at(-1)?.done).toBe(done.at(-1)?.total);
    }
    expect(progress.at(-1)?.secondsLeft).toBe(0);
    const kinds = events.map((e) => e.type);
    expect(kinds.indexOf('mask')).toBeLessThan(kinds.indexOf('repaired'));
    expect(kinds.lastIndexOf('mask')).toBeLessThan(kinds.indexOf('repaired'));
    expect(kinds.filter((kind) => kind === 'repaired')).toHaveLength(report.tiles.repaired);
  });

  it('changes nothing in a clear scene, and says so', async () => {
    const { report, source, after } = await go(cloudy({ sample: () => 2000 }));
    expect(codes(report)).toEqual(['scene/clear']);
    expect(sameBands(after, source.bands)).toBe(true);
    expect(report.tiles.repaired).toBe(0);
    expect(report.shares.observed).toBe(1);
  });

  it('leaves thick cloud where nothing clear is in the scene, and says what is possible', async () => {
    const roles: BandRole[] = [...SIX, 'coastal'];
    const { report, result, source, after, window } = await go(
      cloudy({ roles, sample: (x) => (x < 100 ? 7000 : 5000) }),
    );
    expect(codes(report)).toEqual(['scene/all-cloud', 'extra-bands/left']);
    expect(result.provenance(window)[0]).toBe(PROVENANCE.leftCloudy);
    expect(result.confidence(window)[0]).toBe(0);
    expect(after[0][0]).toBe(7000);
    expect(after[0][150]).toBe(2500);
    expect(sameBands([after[6]], [source.bands[6]])).toBe(true);
    expect(report.shares.leftCloudy).toBeCloseTo(0.5, 6);
  });

  it('fills thick cloud from the clearest pixels where none is clear beyond doubt, and says so', async () => {
    const roles: BandRole[] = [...SIX, 'coastal'];
    const ground = (x: number) => 1500 + 10 * (x % 16);
    const scene = cloudy({ roles, sample: (x) => (x < 60 ? 7000 : x < 130 ? 5000 : ground(x)) });
    const doubtful = fakeNetworks({
      classify: ([blue]) => (blue > 0.6 ? [0, 0, 1, 0] : blue > 0.4 ? [0.2, 0.8, 0, 0] : [0.6, 0.4, 0, 0]),
    });
    const { report, result, after, window } = await go(scene, {}, SMALL_TILES, doubtful);
    expect(codes(report)).toEqual(['scene/doubtful']);
    expect(result.provenance(window)[0]).toBe(PROVENANCE.generated);
    expect(after[0][0]).toBeGreaterThan(1500);
    expect(after[0][0]).toBeLessThan(1650);
    expect(Math.abs(after[6][0] - after[0][0])).toBeLessThan(10);
    expect(report.shares.leftCloudy).toBe(0);
  });

  it('passes over borders without data, and never writes the no-data value', async () => {
    const { result, after, source, window, report } = await go(
      cloudy({
        nodata: 0,
        sample: (x, y, band) => (x + y < 90 ? 0 : Math.round(1e4 * reflectance(x, y, band))),
      }),
      {},
      SMALL_TILES,
      fakeNetworks({ repair: () => [0, 0, 0, 0, 0, 0, 0.01] }),
    );
    const mask = result.mask(window);
    let repairedToZero = 0;
    let wrong = 0;
    mask.forEach((value, i) => {
      const invalid = source.bands[0][i] === 0;
      if ((value === MASK_CLASS.nodata) !== invalid || (after[0][i] === 0) !== invalid) wrong++;
      if (after[0][i] === 1) repairedToZero++;
    });
    expect(wrong).toBe(0);
    expect(repairedToZero).toBeGreaterThan(100);
    expect(report.shares.generated).toBeGreaterThan(0);
  });

  it('ends for a scene without any data', async () => {
    const { report, result, window, networks } = await go(cloudy({ nodata: 0, sample: () => 0 }));
    expect(codes(report)).toEqual(['scene/no-data']);
    expect(networks.calls).toEqual([]);
    expect(result.confidence(window).every((value) => value === 255)).toBe(true);
    expect(Object.values(report.shares)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([
    [1, 1],
    [40, 30],
    [257, 3],
    [300, 256],
  ])('handles %i x %i pixels in tiles of one shape a network', async (width, height) => {
    const { networks, source, after, mask } = await go(cloudy({ width, height }), {}, {});
    const shapes = { detect: '320x320', generate: '352x352' };
    for (const call of networks.calls) {
      const [network, shape] = call.split(' ') as [keyof typeof shapes, string];
      expect(shape).toBe(shapes[network]);
    }
    const changed = after[0].filter(
      (value, i) => mask[i] === MASK_CLASS.clear && value !== source.bands[0][i],
    );
    expect(changed).toHaveLength(0);
  });

  it('lets further bands follow a linear relation, and copies alpha and quality bands', async () => {
    const roles: BandRole[] = [...SIX, 'rededge1', 'alpha', 'scl'];
    // Independent texture in every band: else the relation could not be told from the clear pixels.
    const seen = (x: number, y: number, band: number) => {
      const value = reflectance(x, y, band);
      const noise = ((x * 7919 + y * 104729 + band * 1299709 + x * y * 31) % 1000) / 1e4;
      return Math.round(1e4 * (value > 0.45 || value < 0.05 ? value : value + noise));
    };
    const linear = (x: number, y: number) => 500 + 0.4 * seen(x, y, 2) + 0.5 * seen(x, y, 3);
    const { after, source, mask } = await go(
      cloudy({
        roles,
        sample: (x, y, band) => {
          if (band === 6) return linear(x, y);
          if (band > 6) return band === 7 ? 255 : 4;
          return seen(x, y, band);
        },
      }),
      { featherPixels: 0 },
    );
    expect(sameBands(after.slice(7), source.bands.slice(7))).toBe(true);
    let worst = 0;
    mask.forEach((value, i) => {
      if (value === MASK_CLASS.clear) return;
      worst = Math.max(worst, Math.abs(after[6][i] - (500 + 0.4 * after[2][i] + 0.5 * after[3][i])));
    });
    // Of 500 .. 7000; the ridge takes the rest.
    expect(worst).toBeLessThan(40);
  });

  it('lets further bands follow over ground that is all the same', async () => {
    const roles: BandRole[] = [...SIX, 'coastal'];
    const { after } = await go(cloudy({ roles, sample: (x) => (x < 60 ? 7000 : 1503) }));
    expect(after.map((band) => band[0])).toEqual(new Array(7).fill(1503));
  });

  it('takes the mask from a quality band where asked, and from the network where there is none', async () => {
    const withScl = cloudy({
      roles: [...SIX, 'scl', 'quality'],
      sample: (x, _, band) => (band === 6 ? (x < 20 ? 9 : 4) : 2000),
    });
    const quality = await go(withScl, { maskSource: 'quality-band', bufferPixels: 0 });
    expect(quality.networks.calls.some((call) => call.startsWith('detect'))).toBe(false);
    expect([...quality.mask.slice(18, 22)]).toEqual([2, 2, 0, 0]);
    const none = await go(cloudy({ roles: [...SIX, 'quality'], sample: () => 2000 }), {
      maskSource: 'quality-band',
    });
    expect(codes(none.report)).toContain('mask/no-quality-band');
    expect(none.networks.calls.some((call) => call.startsWith('detect'))).toBe(true);
    const union = await go(
      cloudy({
        roles: [...SIX, 'scl'],
        sample: (x, y, b) => (b < 6 ? 1e4 * reflectance(x, y, b) : x < 20 ? 9 : 4),
      }),
      { maskSource: 'union', bufferPixels: 0 },
    );
    expect(union.mask[19]).toBe(MASK_CLASS.thick);
    expect(union.mask[60 * 200 + 66]).toBe(MASK_CLASS.thick);
  });

  it('refuses a scene without blue, green and red', async () => {
    await expect(go(cloudy({ roles: ['red', 'nir', 'swir16'] }))).rejects.toMatchObject({
      code: 'scene/roles-incomplete',
      message: expect.stringContaining('blue or green'),
    });
  });

  it('passes a back end over that returns NaN', async () => {
    const networks = fakeNetworks({ repair: () => [Number.NaN, 0, 0, 0, 0, 0, 0.1] });
    await expect(go(cloudy(), {}, {}, networks)).rejects.toMatchObject({ code: 'backend/lost' });
  });

  it('measures the error against a truth, by region', async () => {
    const ground = {
      ...cloudy(),
      name: 'truth',
      sample: (x: number, y: number, band: number) =>
        1e4 * (0.2 + 0.05 * Math.sin(x / 9 + band) + 0.05 * Math.cos(y / 7 - band)),
    };
    const truth = memorySource(ground);
    const options = { core: 64, reference: truth };
    const source = memorySource(cloudy());
    const events: RunEvent[] = [];
    const { report } = await run(source, fakeNetworks(), DEFAULT_SETTINGS, (e) => events.push(e), options);
    const { before, after, reference } = report.evaluation!;
    expect(reference).toBe('truth');
    expect(before.clear!.mae).toBeLessThan(1e-4);
    expect(after.clear!.mae).toBe(before.clear!.mae);
    expect(after.thick!.mae).toBeLessThan(0.3 * before.thick!.mae);
    expect(after.repaired!.pixels).toBe(after.thin!.pixels + after.thick!.pixels + after.shadow!.pixels);
    expect(after.all!.pixels).toBe(200 * 170);
    expect(after.thick!.coverage).toBeGreaterThan(0);
    expect(before.thick!.coverage).toBeNull();
    const against = (reference: SceneSource) =>
      run(source, fakeNetworks(), DEFAULT_SETTINGS, () => {}, { core: 64, reference });
    const part = await against(memorySource({ ...ground, width: 100 }));
    expect(part.report.evaluation).toMatchObject({ warped: true, after: { all: { pixels: 100 * 170 } } });
    expect(part.report.evaluation!.after.clear!.mae).toBeLessThan(1e-4);
    const lost = await against({
      ...truth,
      scene: { ...truth.scene, grid: { ...truth.scene.grid, transform: null } },
    });
    expect(lost.report.evaluation).toEqual(report.evaluation);
    const nameless = await against(memorySource({ ...cloudy(), roles: ['other', 'other'] }));
    expect(nameless.report.evaluation).toBeNull();
    expect(codes(nameless.report)).toEqual(['evaluate/no-common-bands']);
  });
});
