import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from './events.ts';
import { english } from './phrase.ts';
import { run } from './run.ts';
import { type BandRole, CANONICAL_BANDS, MASK_CLASS, PROVENANCE, type SampleType } from './scene.ts';
import { bytesOf, cloudy, reflectance, runOver, SMALL_TILES, sameBands } from './testing/cloudy-run.ts';
import { fakeNetworks } from './testing/fake-networks.ts';
import { memorySource } from './testing/memory-source.ts';

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
      const { source, after, mask } = await runOver(
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
        const [now, then] = [bytesOf(band), bytesOf(source.bands[b])];
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
    const whole = { x: 0, y: 0, width: synthetic.width, height: synthetic.height };
    const { bands } = await result.read(whole);
    expect(report.tiles.repaired).toBeGreaterThan(0);
    expect([...new Uint32Array(bands[0].buffer, 0, 40)]).toEqual(new Array(40).fill(0x7fc0beef));
    expect(result.mask(whole).slice(0, 41)).toEqual(Uint8Array.from([...new Array(40).fill(255), 0]));
  });

  it('gives the same result with different tiles', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'rededge1'];
    const scene = cloudy({ width: 330, height: 290, roles });
    const [a, b, c] = [
      await runOver(scene, {}, SMALL_TILES),
      await runOver(scene, {}, { core: 112, halos: { detect: 16, generate: 16 } }),
      await runOver(scene, {}, {}),
    ];
    for (const other of [b, c]) {
      expect(sameBands([other.mask], [a.mask])).toBe(true);
      expect(sameBands(other.after, a.after)).toBe(true);
      expect(sameBands([other.result.provenance(other.window)], [a.result.provenance(a.window)])).toBe(true);
      expect(other.report.shares).toEqual(a.report.shares);
    }
    expect(new Set(c.networks.calls)).toEqual(new Set(['detect 384x384', 'generate 384x384']));
  });

  it.each([
    [1, 1],
    [40, 30],
    [257, 3],
    [300, 256],
  ])('handles %i x %i pixels in tiles of one shape a network', async (width, height) => {
    const { networks, source, after, mask } = await runOver(cloudy({ width, height }), {}, {});
    const shapes = { detect: '384x384', generate: '384x384' };
    for (const call of networks.calls) {
      const [network, shape] = call.split(' ') as [keyof typeof shapes, string];
      expect(shape).toBe(shapes[network]);
    }
    const changed = after[0].filter(
      (value, i) => mask[i] === MASK_CLASS.clear && value !== source.bands[0][i],
    );
    expect(changed).toHaveLength(0);
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
    const { events, report } = await runOver(cloudy());
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
    const { report, codes, source, after } = await runOver(cloudy({ sample: () => 2000 }));
    expect(codes).toEqual(['scene/clear']);
    expect(sameBands(after, source.bands)).toBe(true);
    expect(report.tiles.repaired).toBe(0);
    expect(report.shares.observed).toBe(1);
  });

  it('leaves thick cloud where nothing clear is in the scene, and says what is possible', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'coastal'];
    const { report, codes, result, source, after, window } = await runOver(
      cloudy({ roles, sample: (x) => (x < 100 ? 7000 : 5000) }),
    );
    expect(codes).toEqual(['scene/all-cloud', 'extra-bands/left']);
    expect(result.provenance(window)[0]).toBe(PROVENANCE.leftCloudy);
    expect(result.confidence(window)[0]).toBe(0);
    expect(after[0][0]).toBe(7000);
    expect(after[0][150]).toBe(2500);
    expect(sameBands([after[6]], [source.bands[6]])).toBe(true);
    expect(report.shares.leftCloudy).toBeCloseTo(0.5, 6);
  });

  it('says of a scene without clear pixels only what was done', async () => {
    const said = ({ report }: Awaited<ReturnType<typeof runOver>>) =>
      english(report.notices.find(({ code }) => code === 'scene/all-cloud')!.message);
    const thick = cloudy({ sample: () => 7000 });
    expect(said(await runOver(thick))).not.toMatch(/were corrected/);
    const half = memorySource(cloudy({ sample: (x) => (x < 100 ? 1000 + 10 * (x % 16) : 7000) }));
    expect(said(await runOver(thick, {}, { dates: [half] }))).toMatch(/where no other date saw the ground/);
  });

  it('fills thick cloud from the clearest pixels where none is clear beyond doubt, and says so', async () => {
    const roles: BandRole[] = [...CANONICAL_BANDS, 'coastal'];
    const ground = (x: number) => 1500 + 10 * (x % 16);
    const scene = cloudy({ roles, sample: (x) => (x < 60 ? 7000 : x < 130 ? 5000 : ground(x)) });
    const doubtful = fakeNetworks({
      classify: ([blue]) => (blue > 0.6 ? [0, 0, 1, 0] : blue > 0.4 ? [0.2, 0.8, 0, 0] : [0.6, 0.4, 0, 0]),
    });
    const { report, codes, result, after, window } = await runOver(scene, {}, SMALL_TILES, doubtful);
    expect(codes).toEqual(['scene/doubtful']);
    expect(result.provenance(window)[0]).toBe(PROVENANCE.generated);
    expect(after[0][0]).toBeGreaterThan(1500);
    expect(after[0][0]).toBeLessThan(1650);
    expect(Math.abs(after[6][0] - after[0][0])).toBeLessThan(10);
    expect(report.shares.leftCloudy).toBe(0);
  });

  it('ends for a scene without any data', async () => {
    const { report, codes, result, window, networks } = await runOver(cloudy({ nodata: 0, sample: () => 0 }));
    expect(codes).toEqual(['scene/no-data']);
    expect(networks.calls).toEqual([]);
    expect(result.confidence(window).every((value) => value === 255)).toBe(true);
    expect(Object.values(report.shares)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('refuses a scene without blue, green and red', async () => {
    await expect(runOver(cloudy({ roles: ['red', 'nir', 'swir16'] }))).rejects.toMatchObject({
      code: 'scene/roles-incomplete',
      message: expect.stringContaining('blue or green'),
    });
  });

  it('passes a back end over that returns NaN', async () => {
    const networks = fakeNetworks({ repair: () => [Number.NaN, 0, 0, 0, 0, 0, 0.1] });
    await expect(runOver(cloudy(), {}, {}, networks)).rejects.toMatchObject({ code: 'backend/lost' });
  });
});
