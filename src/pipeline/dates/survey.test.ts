import { describe, expect, it } from 'vitest';
import { DETECTOR_CHANNELS, DETECTOR_CLASSES } from '../networks.ts';
import type { BandRole } from '../scene.ts';
import { fakeNetworks } from '../testing/fake-networks.ts';
import { memorySource } from '../testing/memory-source.ts';
import { HALOS } from '../tiles.ts';
import { pictureOf } from './picture.ts';
import { surveyDate } from './survey.ts';

const ROLES: BandRole[] = ['blue', 'green', 'red', 'nir'];
const SIZE = 320;

/** The left part of the scene is cloud as the fake detector sees it: bright. */
const scene = (cloudColumns: number, name = 'a-2020-06-15.tif', roles = ROLES) =>
  memorySource({
    width: SIZE,
    height: 64,
    roles,
    name,
    sample: (x, y, band) => (x < cloudColumns ? 7000 : 1000 + 10 * roles.length * ((x + y) % 7) + band),
  });

describe('a date before a run', () => {
  it('is known by its day, its cloud and its picture', async () => {
    const seen = await surveyDate(scene(80), fakeNetworks());
    expect(seen.acquired).toBe('2020-06-15');
    expect(seen.cloud).toBeCloseTo(0.25, 2);
    const copy = await surveyDate(scene(80, 'copy.tif'), fakeNetworks());
    expect(copy).toMatchObject({ acquired: null, digest: seen.digest });
    expect((await surveyDate(scene(160), fakeNetworks())).digest).not.toBe(seen.digest);
  });

  it('is looked at with what lies around a window, as in a run', async () => {
    const blues: number[] = [];
    const detect = async (input: Float32Array, height: number, width: number) => {
      blues.push(input[(HALOS.detect * width + HALOS.detect + 258) * DETECTOR_CHANNELS]);
      return new Float32Array(height * width * DETECTOR_CLASSES);
    };
    await surveyDate(scene(256), { detect });
    expect(blues[0]).toBeLessThan(0.2);
  });

  it('is refused without blue, in words that suit a date', async () => {
    const infrared = scene(0, 'a.tif', ['nir', 'red', 'green']);
    await expect(surveyDate(infrared, null)).rejects.toMatchObject({
      code: 'scene/roles-incomplete',
      remedy: 'Choose a date with blue, green and red.',
    });
  });

  it('has an unknown share of cloud where there are no networks', async () => {
    expect((await surveyDate(scene(80), null)).cloud).toBeNull();
  });
});

describe('a date beside the target', () => {
  it('has the bands of the target in their order; those that it lacks hold no data', async () => {
    const target = scene(0, 'target.tif', ['red', 'green', 'blue', 'nir']).scene;
    const date = scene(0, 'date.tif', ['blue', 'green', 'red']);
    const window = { x: 10, y: 5, width: 3, height: 2 };
    const { bands } = await pictureOf(date, target).read(window);
    const own = (await date.read(window)).bands;
    expect([...bands[0]]).toEqual([...own[2]]);
    expect([...bands[2]]).toEqual([...own[0]]);
    expect(bands[3].every(Number.isNaN)).toBe(true);
    const small = await pictureOf(date, target).readDecimated({ ...window, width: 4 }, 2, 1, [3, 0]);
    expect(small.bands.map((band) => band.length)).toEqual([2, 2]);
  });
});
