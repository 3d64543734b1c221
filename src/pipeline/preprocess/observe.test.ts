import { describe, expect, it } from 'vitest';
import { warpedTo } from '../dates/warp.ts';
import { memorySource } from '../testing/memory-source.ts';
import { planBands } from './bands.ts';
import { observe } from './observe.ts';

/** Ground of one colour, multiplied by an alpha that grows to the east. */
const alphaAt = (x: number) => [0, 100, 228, 230, 255][x] ?? 255;
const scene = (leastAlpha?: number) => {
  const source = memorySource({
    width: 8,
    height: 3,
    roles: ['red', 'green', 'blue', 'alpha'],
    sampleType: 'uint8',
    scale: 1 / 255,
    sample: (x, _, band) => (band === 3 ? alphaAt(x) : Math.round((102 * alphaAt(x)) / 255)),
  });
  return { ...source, scene: { ...source.scene, leastAlpha } };
};

describe('partly transparent pixels', () => {
  it.each([
    ['hold data', undefined, [0, 1, 1, 1, 1, 1, 1, 1]],
    ['hold none where colours are multiplied by alpha', 229, [0, 0, 0, 1, 1, 1, 1, 1]],
  ])('%s', async (_, leastAlpha, expected) => {
    const source = scene(leastAlpha);
    const plan = planBands(source.scene);
    const raster = await source.read({ x: 0, y: 0, width: 8, height: 1 });
    expect([...observe(source.scene, plan, raster, plan.all).valid]).toEqual(expected);
  });

  it('whose colours are multiplied by alpha do not darken another grid', async () => {
    const source = scene(229);
    const plan = planBands(source.scene);
    const warped = warpedTo(source, source.scene.grid, { dx: 0.5, dy: 0 });
    const raster = await warped.read({ x: 0, y: 0, width: 8, height: 3 });
    const { canonical, valid } = observe(warped.scene, plan, raster, plan.all);
    const seen = [...canonical[2]!].filter((_, i) => valid[i]);
    expect(seen.length).toBeGreaterThan(0);
    expect(Math.min(...seen)).toBeGreaterThan(0.35);
  });
});
