import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Grid, SceneSource } from '../scene.ts';
import { hasGdal } from '../testing/gdal.ts';
import { memorySource } from '../testing/memory-source.ts';
import { definitionOf, pixelMap } from './projection.ts';
import { overlaps, warpedTo } from './warp.ts';

const [WIDTH, HEIGHT] = [160, 140];
const crs = (code: string) => ({ code, name: code, units: 'm' as const });
const utm16: Grid = {
  width: WIDTH,
  height: HEIGHT,
  transform: [500000, 10, 0, 4000000, 0, -10],
  crs: crs('EPSG:32616'),
};

/** Band 1 holds the column, band 2 the row: what comes out says where it came from. One pixel and a row hold no data. */
function positions(grid: Grid = utm16): SceneSource {
  const source = memorySource({
    width: grid.width,
    height: grid.height,
    roles: ['blue', 'green'],
    sampleType: 'float32',
    scale: 1,
    nodata: -1,
    sample: (x, y, band) => ((x === 40 && y === 50) || y === 0 ? -1 : band === 0 ? x : y),
  });
  return { ...source, scene: { ...source.scene, grid } };
}

const scratch = mkdtempSync(join(tmpdir(), 'unclouded-warp-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The same by gdalwarp, exact transformer. */
async function byGdal(source: SceneSource, target: Grid): Promise<Float32Array[]> {
  const { grid } = source.scene;
  const { bands } = await source.read({ x: 0, y: 0, width: grid.width, height: grid.height });
  const raw = join(scratch, 'in.raw');
  writeFileSync(
    raw,
    Buffer.concat(bands.map((band) => Buffer.from(band.buffer, band.byteOffset, band.byteLength))),
  );
  writeFileSync(
    join(scratch, 'in.hdr'),
    `ENVI\nsamples = ${grid.width}\nlines = ${grid.height}\nbands = 2\nheader offset = 0\nfile type = ENVI Standard\n` +
      'data type = 4\ninterleave = bsq\nbyte order = 0\n',
  );
  const t = grid.transform!;
  const corner = [t[0], t[3], t[0] + grid.width * t[1], t[3] + grid.height * t[5]].map(String);
  execFileSync('gdal_translate', [
    '-q',
    '-a_srs',
    grid.crs.code,
    '-a_ullr',
    ...corner,
    raw,
    join(scratch, 'in.tif'),
  ]);
  const w = target.transform!;
  const extent = [w[0], w[3] + target.height * w[5], w[0] + target.width * w[1], w[3]].map(String);
  const size = [target.width, target.height].map(String);
  const out = join(scratch, 'out.raw');
  execFileSync('gdalwarp', [
    ...['-q', '-overwrite', '-of', 'ENVI', '-r', 'cubic', '-et', '0', '-srcnodata', '-1', '-dstnodata', '-1'],
    ...['-t_srs', target.crs.code, '-te', ...extent, '-ts', ...size, join(scratch, 'in.tif'), out],
  ]);
  const bytes = readFileSync(out);
  const length = target.width * target.height;
  return [0, 1].map(
    (b) =>
      new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + 4 * b * length, bytes.byteOffset + 4 * (b + 1) * length),
      ),
  );
}

const targets: [string, Grid][] = [
  [
    'a part, half a pixel off',
    { ...utm16, width: 100, height: 90, transform: [500205, 10, 0, 3999795, 0, -10] },
  ],
  ['20 m pixels', { ...utm16, width: 70, height: 60, transform: [500100, 20, 0, 3999900, 0, -20] }],
  [
    'another UTM zone',
    { width: 150, height: 150, transform: [-40100, 10, 0, 4016700, 0, -10], crs: crs('EPSG:32617') },
  ],
  [
    'Web Mercator',
    { width: 150, height: 130, transform: [-9684900, 12, 0, 4321700, 0, -12], crs: crs('EPSG:3857') },
  ],
  [
    'degrees',
    { width: 150, height: 130, transform: [-86.9995, 0.0001, 0, 36.1437, 0, -0.0001], crs: crs('EPSG:4326') },
  ],
];

describe('a date on the grid of the target', () => {
  it.skipIf(!hasGdal).each(targets)(
    'lies within a tenth of a pixel of where gdalwarp puts it: %s',
    async (_, target) => {
      const source = positions();
      const expected = await byGdal(source, target);
      const warped = warpedTo(source, target);
      const got = (await warped.read({ x: 0, y: 0, width: target.width, height: target.height })).bands;
      let both = 0;
      let one = 0;
      for (let i = 0; i < got[0].length; i++) {
        const [ours, theirs] = [!Number.isNaN(got[0][i]), expected[0][i] !== -1];
        if (ours !== theirs) one++;
        if (!ours || !theirs) continue;
        // Beside a pixel without data interpolation may differ: there the weights are shared out anew.
        const [x, y] = [expected[0][i], expected[1][i]];
        if (Math.hypot(x - 40, y - 50) < 4 || y < 4 || y > HEIGHT - 4 || x < 3 || x > WIDTH - 4) continue;
        both++;
        expect(Math.abs(got[0][i] - x)).toBeLessThan(0.1);
        expect(Math.abs(got[1][i] - y)).toBeLessThan(0.1);
      }
      expect(both).toBeGreaterThan(1000);
      expect(one).toBeLessThan(0.02 * got[0].length);
    },
  );

  it('does not depend on the window', async () => {
    const target = targets[2][1];
    const warped = warpedTo(positions(), target);
    const { bands: all } = await warped.read({ x: 0, y: 0, width: target.width, height: target.height });
    const part = { x: 48, y: 32, width: 37, height: 29 };
    const { bands } = await warped.read(part, [1]);
    for (let i = 0; i < bands[0].length; i++) {
      const at = (part.y + Math.floor(i / part.width)) * target.width + part.x + (i % part.width);
      if (!Number.isNaN(all[1][at])) expect(bands[0][i]).toBeCloseTo(all[1][at], 2);
    }
  });

  it('holds the same samples on the same grid, NaN for no data, and follows a shift', async () => {
    const window = { x: 30, y: 45, width: 20, height: 10 };
    const [same, moved] = await Promise.all([
      warpedTo(positions(), utm16).read(window, [0]),
      warpedTo(positions(), utm16, { dx: 2, dy: 1 }).read(window, [0]),
    ]);
    expect(same.bands[0][0]).toBe(30);
    expect(same.bands[0][5 * 20 + 10]).toBeNaN();
    expect(moved.bands[0][0]).toBe(32);
    expect(moved.bands[0][4 * 20 + 8]).toBeNaN();
  });

  it('is decimated by the nearest sample, and is nothing where it does not lie', async () => {
    const target: Grid = { ...utm16, transform: [500800, 10, 0, 4000000, 0, -10] };
    const small = await warpedTo(positions(), target).readDecimated(
      { x: 0, y: 0, width: 160, height: 140 },
      16,
      14,
      [0],
    );
    expect(Math.abs(small.bands[0][16] - 84)).toBeLessThan(2);
    expect(small.bands[0][16 + 15]).toBeNaN();
    expect(overlaps(utm16, target)).toBe(true);
    expect(overlaps(utm16, { ...utm16, transform: [600000, 10, 0, 4000000, 0, -10] })).toBe(false);
  });
});

describe('whether two grids overlap', () => {
  const tile: Grid = { ...utm16, width: 10980, height: 10980 };
  const at = (east: number, north: number, width = 150, height = 150): Grid => ({
    ...utm16,
    width,
    height,
    transform: [500000 + 10 * east, 10, 0, 4000000 - 10 * north, 0, -10],
  });

  it.each([
    ['a small one between the points of a large one', at(10, 10), true],
    ['a thin one across it', at(-500, 4010, 12000, 20), true],
    ['one that reaches into a corner', at(-149, -149), true],
    ['one beside it, to the left', at(-150, 0), false],
    ['one beside it, to the right', at(10980, 0), false],
    ['one far away', at(20000, 20000), false],
  ])('%s', (_, other, expected) => {
    expect([overlaps(other, tile), overlaps(tile, other)]).toEqual([expected, expected]);
  });
});

describe('coordinate systems', () => {
  it('in degrees meet across 180 degrees and from any meridian', () => {
    const degrees = (west: number): Grid => ({
      ...utm16,
      transform: [west, 0.001, 0, -17, 0, -0.001],
      crs: { ...crs('EPSG:4326'), units: 'degrees' },
    });
    const [x, y] = pixelMap(degrees(-179.99), degrees(179.97))(10, 20);
    expect(x).toBeCloseTo(50, 6);
    expect(y).toBeCloseTo(20, 6);
    expect(pixelMap(degrees(272.7), degrees(-87.3))(7, 8)[0]).toBeCloseTo(7, 6);
    const utm60: Grid = { ...utm16, transform: [819_000, 10, 0, 8_118_000, 0, -10], crs: crs('EPSG:32760') };
    const placed = pixelMap(utm60, degrees(179.97));
    const [left, right] = [placed(0, 0)[0], placed(WIDTH, 0)[0]];
    expect(right - left).toBeGreaterThan(10);
    expect(right - left).toBeLessThan(20);
  });

  it('are known by rule; others and missing ones are named', () => {
    expect(definitionOf('EPSG:32733')).toContain('+zone=33 +south');
    expect(definitionOf('EPSG:25832')).toContain('+zone=32 +ellps=GRS80');
    expect(definitionOf('EPSG:31985')).toContain('+zone=25 +south');
    expect(definitionOf('EPSG:9999')).toBeNull();
    const local = { ...utm16, crs: { ...crs('LOCAL'), name: 'site' } };
    expect(pixelMap(local, local)(3, 4)).toEqual([3, 4]);
    expect(() => pixelMap(utm16, local)).toThrowError(expect.objectContaining({ code: 'dates/unknown-crs' }));
    const [here, there] = ['3089=31', '3089=48'].map((definition) => ({
      ...local,
      crs: { ...local.crs, definition },
    }));
    expect(() => pixelMap(here, there)).toThrowError(expect.objectContaining({ code: 'dates/unknown-crs' }));
    const bare = { ...utm16, transform: null };
    expect(pixelMap(bare, bare)(3, 4)).toEqual([3, 4]);
    expect(() => pixelMap(utm16, bare)).toThrowError(
      expect.objectContaining({ code: 'dates/no-georeference' }),
    );
  });
});
