import { describe, expect, it } from 'vitest';
import type { MaskEdits } from '../detect/edits.ts';
import { DEFAULT_SETTINGS, type Progress } from '../events.ts';
import {
  type BandRole,
  CANONICAL_BANDS,
  DISPLAY_SCALE,
  MASK_CLASS,
  type Sensor,
  type Window,
} from '../scene.ts';
import { fakeNetworks } from '../testing/fake-networks.ts';
import { memorySource, type SyntheticScene } from '../testing/memory-source.ts';
import { cutOut, withClouds } from './clouded.ts';
import { seeded } from './random.ts';
import { selfCheck } from './self-check.ts';

const RGB: readonly BandRole[] = ['red', 'green', 'blue'];

function field(more: Partial<SyntheticScene> = {}) {
  return memorySource({
    width: 700,
    height: 600,
    roles: CANONICAL_BANDS,
    // Fields of many kinds: what lies under a cloud cannot be told from beside it.
    sample: (x, y, band) =>
      800 + 300 * band + 130 * ((7 * Math.floor(x / 37) + 13 * Math.floor(y / 29) + band) % 5),
    ...more,
  });
}

/** A mask of the whole scene from a rule. */
const maskOf = (classAt: (x: number, y: number) => number) => ({
  mask: ({ x, y, width, height }: Window) =>
    Uint8Array.from({ length: width * height }, (_, i) =>
      classAt(x + (i % width), y + Math.floor(i / width)),
    ),
});
const clear = maskOf(() => MASK_CLASS.clear);
/** Finds clouds by their brightness: the ground's blue is 0.08 to 0.13. */
const classify = ([blue]: readonly number[]): readonly [number, number, number, number] => {
  if (blue > 0.25) return [0, 0, 1, 0];
  if (blue > 0.15) return [0, 1, 0, 0];
  return blue < 0.06 ? [0, 0, 0, 1] : [1, 0, 0, 0];
};
const check = (source = field(), result = clear, options = {}, signal?: AbortSignal) =>
  selfCheck(source, result, fakeNetworks({ classify }), DEFAULT_SETTINGS, options, signal);

describe('simulated clouds', () => {
  it('cover what they should, change nothing where there are none, and are the same for a seed', async () => {
    const part = await cutOut(field(), { x: 100, y: 50, width: 512, height: 512 });
    const usable = new Uint8Array(512 * 512).fill(1);
    const draw = (seed: number) => withClouds(part, usable, seeded(seed));
    for (const seed of [1, 2, 3]) {
      const { classes, bands } = draw(seed);
      const share = (value: number) => classes.filter((c) => c === value).length / classes.length;
      expect(share(MASK_CLASS.thick)).toBeGreaterThan(0.03);
      expect(share(MASK_CLASS.thin)).toBeGreaterThan(0.05);
      expect(share(MASK_CLASS.shadow)).toBeGreaterThan(0.01);
      expect(share(MASK_CLASS.clear)).toBeGreaterThan(0.25);
      const untouched = bands[0].filter((value, i) => value === part.bands[0][i]).length;
      expect(untouched / classes.length).toBeGreaterThan(0.2);
      const brighter = bands[0].every(
        (value: number, i: number) => classes[i] !== MASK_CLASS.thick || value > part.bands[0][i] + 200,
      );
      expect(brighter).toBe(true);
    }
    expect(draw(5).bands[3]).toEqual(draw(5).bands[3]);
    expect(draw(5).bands[3]).not.toEqual(draw(6).bands[3]);
  });

  it('leave quality bands and pixels without data alone', async () => {
    const part = await cutOut(field({ roles: ['blue', 'green', 'red', 'scl'], nodata: 0 }), {
      x: 0,
      y: 0,
      width: 512,
      height: 300,
    });
    part.bands[1].fill(0, 0, 512 * 20);
    const { bands } = withClouds(part, new Uint8Array(512 * 300).fill(1), seeded(4));
    expect(bands[3]).toBe(part.bands[3]);
    expect(bands[1].subarray(0, 512 * 20).every((value: number) => value === 0)).toBe(true);
    expect(bands[1]).not.toEqual(part.bands[1]);
  });

  it('lie over display values as over the darker ground that they stand for, in whatever type', async () => {
    const [width, height] = [160, 128];
    const cover = async (
      sampleType: 'uint8' | 'int16',
      scale: number,
      sensor: Sensor = 'unknown',
      roles: readonly BandRole[] = CANONICAL_BANDS,
    ) => {
      const sample = (x: number, y: number, band: number) => 60 + 12 * band + ((x >> 4) % 5) + ((y >> 4) % 3);
      const source = memorySource({ width, height, roles, sampleType, scale, sensor, sample });
      const part = await cutOut(source, { x: 0, y: 0, width, height });
      const { bands } = withClouds(part, new Uint8Array(width * height).fill(1), seeded(4));
      return bands.map((band) => [...band]);
    };
    for (const sensor of ['unknown', 'landsat-tm-etm'] as const)
      expect(await cover('int16', DISPLAY_SCALE, sensor)).toEqual(
        await cover('uint8', DISPLAY_SCALE, sensor),
      );
    // True colour of Sentinel-2 saturates near reflectance 0.36: most thick cloud is white in it.
    const white = (bands: readonly number[][]) => bands[2].filter((value) => value === 255).length;
    const measured = await cover('int16', 1 / 254, 'sentinel-2', RGB);
    expect(white(await cover('uint8', DISPLAY_SCALE, 'sentinel-2', RGB))).toBeGreaterThan(
      0.02 * width * height,
    );
    expect(white(measured)).toBe(0);
    // 8-bit samples of measured light, as their file says, are no display values.
    expect(await cover('uint8', 1 / 254)).not.toEqual(await cover('uint8', DISPLAY_SCALE));
  });
});

describe('the self-check', () => {
  it('measures what comes back, by region, and shows it', async () => {
    const told: Progress[] = [];
    const options = { onProgress: (progress: Progress) => told.push(progress) };
    const found = await check(field(), clear, options);
    const { before, after, places } = found;
    for (const region of ['thin', 'thick', 'shadow', 'repaired'] as const) {
      expect(after[region]!.pixels).toBe(before[region]!.pixels);
      expect(after[region]!.pixels).toBeGreaterThan(1000);
    }
    expect(after.thick!.mae).toBeLessThan(0.5 * before.thick!.mae);
    expect(after.thick!.coverage).toBeGreaterThan(0);
    expect(found.found.thick).toBeGreaterThan(0.5);
    expect(places).toHaveLength(1);
    for (const picture of Object.values(found.pictures)) expect(picture).toMatch(/^data:image\/png;base64,/);
    expect(found.pictures.simulated).not.toBe(found.pictures.truth);
    const shares = told.map(({ done }) => done);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ stage: 'evaluate', done: 100, total: 100 });
  });

  it('scores only what the mask says is clear', async () => {
    const left = maskOf((x) => (x < 300 ? MASK_CLASS.clear : MASK_CLASS.thick));
    const { after, places } = await check(field(), left);
    expect(places[0].x).toBe(0);
    expect(after.all!.pixels).toBe(300 * 512);
  });

  it('takes other dates as the run does', async () => {
    const source = field();
    const alone = await check(source);
    const dated = await check(source, clear, { dates: [field({ name: 'other' })] });
    expect(dated.after.thick!.mae).toBeLessThan(0.85 * alone.after.thick!.mae);
  });

  it('says why a scene does not allow it', async () => {
    await expect(check(field({ width: 80 }))).rejects.toMatchObject({ code: 'check/too-small' });
    const cloudy = maskOf(() => MASK_CLASS.thin);
    await expect(check(field(), cloudy)).rejects.toMatchObject({ code: 'check/no-clear-part' });
    await expect(check(field(), clear, {}, AbortSignal.abort())).rejects.toMatchObject({
      code: 'job/cancelled',
    });
  });

  it('says of the network what it finds, whatever the user drew on the mask', async () => {
    const edits: MaskEdits = {
      own: null,
      operations: [{ kind: 'stroke', class: MASK_CLASS.thick, radius: 60, points: [120, 80, 300, 300] }],
    };
    const settings = { ...DEFAULT_SETTINGS, edits };
    const drawn = await selfCheck(field(), clear, fakeNetworks({ classify }), settings);
    expect(drawn.after).toEqual((await check()).after);
  });
});
