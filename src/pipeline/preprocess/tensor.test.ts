import { describe, expect, it } from 'vitest';
import { DETECTOR_CHANNELS } from '../networks.ts';
import type { BandRole, Scene } from '../scene.ts';
import { planBands } from './bands.ts';
import { detectorInput, gatherFrom } from './tensor.ts';

const window = { x: 0, y: 0, width: 3, height: 2 };
const plane = (value: number) => new Float32Array(6).fill(value);

describe('detectorInput', () => {
  const gather = gatherFrom(window, window, window, new Uint8Array(6).fill(1));
  const canonical = [plane(0.1), plane(0.2), plane(0.3), null, null, null];

  it('puts bands, presence, cirrus and its presence into their channels', () => {
    const tensor = detectorInput(canonical, plane(0.05), gather);
    const expected = [0.1, 0.2, 0.3, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0.05, 1].map(Math.fround);
    for (let i = 0; i < 6; i++) {
      expect([...tensor.subarray(i * DETECTOR_CHANNELS, (i + 1) * DETECTOR_CHANNELS)]).toEqual(expected);
    }
  });

  it('says so where there is no cirrus band', () => {
    const tensor = detectorInput(canonical, null, gather);
    expect([...tensor.subarray(12, DETECTOR_CHANNELS)]).toEqual([0, 0]);
  });

  it('leaves nothing of what was in memory that is lent', () => {
    const lend = (length: number) => new Float32Array(length).fill(Number.NaN);
    expect(detectorInput(canonical, null, gather, lend)).toEqual(detectorInput(canonical, null, gather));
  });
});

describe('gatherFrom', () => {
  it('puts the mirror image of the data in place of pixels without data', () => {
    const gather = gatherFrom(window, window, window, Uint8Array.from([1, 1, 0, 1, 1, 0]));
    const blue = Float32Array.from([0.1, 0.2, 0, 0.3, 0.4, 0]);
    const tensor = detectorInput([blue, null, null, null, null, null], null, gather);
    const seen = Array.from({ length: 6 }, (_, i) => tensor[i * DETECTOR_CHANNELS]);
    expect(seen).toEqual([0.1, 0.2, 0.1, 0.3, 0.4, 0.3].map(Math.fround));
  });
});

describe('planBands', () => {
  it('finds the cirrus band among the extra ones', () => {
    const roles: BandRole[] = ['coastal', 'blue', 'green', 'red', 'cirrus'];
    const scene = { bands: roles.map((role, index) => ({ role, index })) } as unknown as Scene;
    expect(planBands(scene)).toMatchObject({ extra: [0, 4], cirrus: 1 });
    const without = { bands: scene.bands.filter((band) => band.role !== 'cirrus') } as unknown as Scene;
    expect(planBands(without).cirrus).toBe(-1);
  });
});
