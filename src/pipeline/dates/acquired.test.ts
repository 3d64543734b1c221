import { describe, expect, it } from 'vitest';
import { memorySource } from '../testing/memory-source.ts';
import { acquiredOn, seasonDistance } from './acquired.ts';

const named = (name: string, gdalMetadata: string | null = null) => {
  const { scene } = memorySource({ width: 1, height: 1, roles: ['blue'], sample: () => 0 });
  return acquiredOn({ name, metadata: { ...scene.metadata, gdalMetadata } });
};

describe('the day of a scene', () => {
  it.each([
    ['LC08_L2SP_026039_20170829_20200903_02_T1.tif', '2017-08-29'],
    ['S2A_MSIL1C_20170829T105651_N0205_R094.tif', '2017-08-29'],
    ['s2-saclay_e-20160315.tif', '2016-03-15'],
    ['field 2017-08-29.tif', '2017-08-29'],
    ['tile_20171399.tif', null],
    ['scene-12345678901.tif', null],
  ])('is read from the name %s', (name, day) => {
    expect(named(name)).toBe(day);
  });

  it('is rather that of the metadata, but not the day of processing', () => {
    const item = (name: string, value: string) =>
      `<GDALMetadata><Item name="${name}">${value}</Item></GDALMetadata>`;
    expect(named('x-20200101.tif', item('SENSING_TIME', '2017-08-29T10:56:51Z'))).toBe('2017-08-29');
    expect(named('x.tif', item('PROCESSING_DATE', '2017-08-29'))).toBeNull();
  });

  it('tells how far apart two seasons are', () => {
    expect(seasonDistance('2016-06-15', '2019-06-15')).toBeLessThan(0.01);
    expect(seasonDistance('2016-01-01', '2016-07-01')).toBeGreaterThan(0.98);
    expect(seasonDistance(null, '2016-07-01')).toBe(0.5);
  });
});
