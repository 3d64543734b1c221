import { describe, expect, it } from 'vitest';
import { english } from '../phrase.ts';
import type { BandRole } from '../scene.ts';
import { memorySource } from '../testing/memory-source.ts';
import { bandsLacking, incomplete, planBands } from './bands.ts';

const lacking = (...roles: BandRole[]) =>
  bandsLacking(memorySource({ width: 2, height: 2, roles, sample: () => 1 }).scene);

describe('what a scene lacks of blue, green and red', () => {
  it('is nothing where all are known', () => {
    expect(lacking('red', 'green', 'blue', 'scl')).toBeNull();
  });

  it.each<[string, string]>([
    ['nir red green', 'red green blue'],
    ['green red rededge1 nir', 'blue green rededge1 red'],
    ['blue other green nir', 'blue other green red'],
    ['alpha swir16 nir red', 'alpha red green blue'],
  ])('%s: others stand in by their wavelengths, %s', (roles, named) => {
    const found = lacking(...(roles.split(' ') as BandRole[]));
    expect(found?.roles.join(' ')).toBe(named);
    const { scene } = memorySource({ width: 2, height: 2, roles: found!.roles, sample: () => 1 });
    expect(planBands(scene).canonical.slice(0, 3)).not.toContain(null);
  });

  it('is told with what can be done, and only that', () => {
    const infrared = incomplete(lacking('nir', 'red', 'green')!);
    expect(infrared.message).toMatch(/^No band is known to be blue:/);
    expect(infrared.remedy).toMatch(
      /in the scene panel .* 3 as blue, 2 as green and 1 as red: .* less sure\.$/,
    );
    const two = incomplete(lacking('red', 'nir', 'alpha')!);
    expect(two.message).toContain('has 2 bands of light');
    expect(two.remedy).not.toContain('scene panel');
    expect(english(lacking('red')!.message)).toContain('has 1 band of light');
  });
});
