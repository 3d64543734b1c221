import { describe, expect, it } from 'vitest';
import type { Grid } from '../pipeline/scene.ts';
import { splitOf, unsplit } from './compare.ts';
import { mapSpace, spaceNotice, toCrs, toPixel } from './map-space.ts';
import { canHaveBasemap } from './projection-rules.ts';
import { clippedBox, shift } from './snapshot.ts';
import { imageStyle, stretchVariables } from './styles.ts';
import { describePosition, positionAfterKey, positionAfterPress, positionAt } from './swipe.ts';
import { decimation, displayTileWindow, levelCount, resolutions } from './tile-grid.ts';
import { createTileMemory } from './tile-memory.ts';

const utm: Grid = {
  width: 1000,
  height: 600,
  transform: [500_000, 30, 0, 4_000_000, 0, -30],
  crs: { code: 'EPSG:32616', name: 'WGS 84 / UTM zone 16N', units: 'm' },
};

describe('map space', () => {
  it('keeps the coordinates of a north-up grid', () => {
    const space = mapSpace(utm);
    expect(space.kind).toBe('projected');
    expect(space.extent).toEqual([500_000, 3_982_000, 530_000, 4_000_000]);
    expect(toPixel(space, [500_015, 3_999_985])).toEqual([0.5, 0.5]);
    expect(spaceNotice(utm, space)).toBeNull();
  });

  it('leaves room for a display pixel where a scene is thinner', () => {
    const thin = (width: number, height: number, place: Pick<Grid, 'transform'>) =>
      mapSpace({ ...utm, ...place, width, height }).extent;
    expect(thin(5120, 1, { transform: null })).toEqual([0, -20, 5120, 0]);
    expect(thin(1, 5120, utm)).toEqual([500_000, 4_000_000 - 5120 * 30, 500_600, 4_000_000]);
  });

  it('shows a picture without georeference in its pixels, without a notice of its own', () => {
    const grid: Grid = { ...utm, transform: null, crs: { code: 'LOCAL', name: '', units: 'pixels' } };
    const space = mapSpace(grid);
    expect(space.extent).toEqual([0, -600, 1000, 0]);
    expect(toPixel(space, [10.5, -20.5])).toEqual([10.5, 20.5]);
    expect(toCrs(grid, 1, 1)).toBeNull();
    expect(spaceNotice(grid, space)).toBeNull();
  });

  it.each([
    ['rotated', [500_000, 29, 7, 4_000_000, 7, -29]],
    ['south-up', [500_000, 30, 0, 4_000_000, 0, 30]],
    ['oblong', [500_000, 30, 0, 4_000_000, 0, -20]],
  ] as const)('shows a %s grid in pixels, says so, and still knows its coordinates', (_, transform) => {
    const grid: Grid = { ...utm, transform };
    const space = mapSpace(grid);
    expect(space.kind).toBe('pixels');
    expect(spaceNotice(grid, space)).toMatch(/rotated, begins in the south .* pixel space/);
    expect(toCrs(grid, 2, 3)).toEqual([
      transform[0] + 2 * transform[1] + 3 * transform[2],
      transform[3] + 2 * transform[4] + 3 * transform[5],
    ]);
  });

  it('accepts pixels that are oblong by less than anyone could see', () => {
    const transform = [500_000, 30, 0, 4_000_000, 0, -30.000001] as const;
    expect(mapSpace({ ...utm, transform }).kind).toBe('projected');
  });

  it('offers a base map only where the projection follows a rule', () => {
    const code = (text: string): Grid => ({ ...utm, crs: { ...utm.crs, code: text } });
    expect(
      ['EPSG:3857', 'EPSG:4326', 'EPSG:32601', 'EPSG:32760'].map((c) => canHaveBasemap(code(c))),
    ).toEqual([true, true, true, true]);
    expect(['EPSG:32661', 'EPSG:2154', 'LOCAL'].map((c) => canHaveBasemap(code(c)))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('tile grid', () => {
  it('goes from one tile to full resolution', () => {
    expect(levelCount(1000, 600)).toBe(3);
    expect(levelCount(256, 256)).toBe(1);
    expect(levelCount(10, 3)).toBe(1);
    expect(decimation(0, 3)).toBe(4);
    expect(resolutions(mapSpace(utm), 3)).toEqual([120, 60, 30]);
  });

  it('covers the scene without gap or overlap', () => {
    const levels = levelCount(1000, 600);
    const first = displayTileWindow(1, 0, 0, levels);
    const next = displayTileWindow(1, 1, 0, levels);
    expect(first).toEqual({ x: 0, y: 0, width: 512, height: 512 });
    expect(next.x).toBe(first.x + first.width);
  });
});

describe('tile memory', () => {
  const window = (x: number) => ({ x, y: 0, width: 10, height: 10 });

  it('fetches only what was forgotten', async () => {
    const memory = createTileMemory<string>(10);
    let loads = 0;
    const load = async () => `load ${++loads}`;
    await memory.fetch('a', window(0), load);
    await memory.fetch('b', window(10), load);
    memory.forget({ x: 12, y: 2, width: 2, height: 2 });
    expect(await memory.fetch('a', window(0), load)).toBe('load 1');
    expect(await memory.fetch('b', window(10), load)).toBe('load 3');
  });

  it('drops what was used longest ago, and never keeps a failure', async () => {
    const memory = createTileMemory<string>(2);
    await memory.fetch('a', window(0), async () => 'a');
    await memory.fetch('b', window(10), async () => 'b');
    await memory.fetch('a', window(0), async () => 'again');
    await memory.fetch('c', window(20), async () => 'c');
    expect(await memory.fetch('a', window(0), async () => 'new')).toBe('a');
    expect(await memory.fetch('b', window(10), async () => 'new')).toBe('new');
    const fails = () => Promise.reject(new Error('no tile'));
    await expect(memory.fetch('d', window(30), fails)).rejects.toThrow('no tile');
    expect(await memory.fetch('d', window(30), async () => 'd')).toBe('d');
  });
});

describe('swipe', () => {
  it('follows the pointer within the map', () => {
    expect(positionAt(150, 100, 200)).toBe(0.25);
    expect(positionAt(0, 100, 200)).toBe(0);
    expect(positionAt(900, 100, 200)).toBe(1);
  });

  it('moves by 1 % with the arrows, 10 % with Shift, to the ends with Home and End', () => {
    expect(positionAfterKey('ArrowRight', false, 0.5)).toBe(0.51);
    expect(positionAfterKey('ArrowLeft', true, 0.5)).toBe(0.4);
    expect(positionAfterKey('ArrowLeft', true, 0.05)).toBe(0);
    expect(positionAfterKey('Home', false, 0.5)).toBe(0);
    expect(positionAfterKey('End', false, 0.5)).toBe(1);
    expect(positionAfterKey('Enter', false, 0.5)).toBeNull();
  });

  it('does not drift over a hundred steps', () => {
    let position = 0;
    for (let i = 0; i < 100; i++) position = positionAfterKey('ArrowRight', false, position) ?? Number.NaN;
    expect(position).toBe(1);
  });

  it('says where it stands', () => {
    expect(describePosition(0.62)).toBe('62 % before, 38 % after');
    expect(describePosition(0)).toBe('all after');
    expect(describePosition(1)).toBe('all before');
  });

  it('shows all of a side whose name is pressed, and half of it when it is pressed again', () => {
    expect(positionAfterPress('before', 0.4)).toBe(1);
    expect(positionAfterPress('before', 1)).toBe(0.5);
    expect(positionAfterPress('after', 1)).toBe(0);
    expect(positionAfterPress('after', 0)).toBe(0.5);
  });

  it('moves a divider between rows the way the arrows point', () => {
    expect(positionAfterKey('ArrowDown', false, 0.5, true)).toBe(0.51);
    expect(positionAfterKey('ArrowUp', false, 0.5, true)).toBe(0.49);
    expect(positionAfterKey('PageUp', false, 0.5, true)).toBe(0.4);
    expect(positionAfterKey('Home', false, 0.5, true)).toBe(0);
  });
});

describe('picture', () => {
  const box = { width: 1000, height: 400 };

  it('knows what a clip leaves visible', () => {
    const edges = (text: string) => Object.values(clippedBox(text, box));
    expect(edges('inset(0px 0px 0px 62%)')).toEqual([620, 0, 1000, 400]);
    expect(edges('inset(0px 250px 0px 0px)')).toEqual([0, 0, 750, 400]);
    expect(edges('inset(0px 25%)')).toEqual([250, 0, 750, 400]);
    expect(edges('inset(25% 0px 0px)')).toEqual([0, 100, 1000, 400]);
    expect(edges('none')).toEqual([0, 0, 1000, 400]);
  });

  it('knows where a layer was moved', () => {
    expect(shift('-25%', box)).toEqual([-250, 0]);
    expect(shift('0px 25%', box)).toEqual([0, 100]);
    expect(shift('none', box)).toEqual([0, 0]);
  });
});

describe('halves of the map', () => {
  it('lie where there is room, and show the middle of the map', () => {
    expect([splitOf(1000, 400), splitOf(400, 1000)]).toEqual(['columns', 'rows']);
    const size = [1000, 400];
    expect(unsplit([250, 200], size, 'columns')).toEqual([500, 200]);
    expect(unsplit([750, 200], size, 'columns')).toEqual([500, 200]);
    expect(unsplit([10, 300], size, 'rows')).toEqual([10, 200]);
  });
});

describe('stretch', () => {
  it('gives every variable of the style, and never divides by zero', () => {
    const flat = { low: 0.2, high: 0.2 };
    const variables = stretchVariables([flat, { low: 0, high: 0.3 }, flat], 1.4);
    expect(variables.spanR).toBeGreaterThan(0);
    expect(variables).toMatchObject({ lowG: 0, spanG: 0.3, gamma: 1.4 });
    const used = JSON.stringify(imageStyle(variables).color).matchAll(/"var","(\w+)"/g);
    for (const [, name] of used) expect(variables).toHaveProperty(name);
  });
});
