import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import type { Grid } from '../scene.ts';
import { gridDifference } from './grids.ts';

const utm: Grid = {
  width: 1000,
  height: 500,
  transform: [500_000, 10, 0, 4_000_000, 0, -10],
  crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
};

const difference = (a: Grid, b: Grid) => {
  const said = gridDifference({ name: 'a.tif', grid: a }, { name: 'b.tif', grid: b });
  return said && english(said);
};

describe('grids', () => {
  it('are the same within a hundredth of a pixel over the whole of them', () => {
    expect(difference(utm, { ...utm, transform: [500_000.05, 10, 0, 4_000_000, 0, -10] })).toBeNull();
    expect(difference(utm, { ...utm, transform: [500_000, 10.0000001, 0, 4_000_000, 0, -10] })).toBeNull();
    expect(difference({ ...utm, transform: null }, { ...utm, transform: null })).toBeNull();
  });

  it('differ in what is named', () => {
    const other = (change: Partial<Grid>) => difference(utm, { ...utm, ...change });
    expect(other({ width: 999 })).toContain('size');
    expect(other({ crs: { ...utm.crs, code: 'EPSG:32617', name: 'zone 17N' } })).toContain('zone 17N');
    expect(other({ transform: [500_010, 10, 0, 4_000_000, 0, -10] })).toContain('place');
    expect(other({ transform: [500_000, 10.01, 0, 4_000_000, 0, -10] })).toContain('pixel size');
    expect(other({ transform: null })).toContain('place');
  });
});
