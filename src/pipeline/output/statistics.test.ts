import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openScene } from '../ingest/open.ts';
import { hasGdal } from '../testing/gdal.ts';
import { patterned, savedIn, written } from '../testing/patterned-image.ts';
import { parseItems } from '../tiff/gdal-metadata.ts';

const scratch = mkdtempSync(join(tmpdir(), 'unclouded-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('statistics', () => {
  const itemsOf = async (blob: Blob) =>
    parseItems((await openScene(blob)).scene.metadata.gdalMetadata).filter(({ name }) =>
      name.startsWith('STATISTICS_'),
    );

  it.skipIf(!hasGdal).each([
    ['uint16', 0],
    ['int16', null],
    ['float32', -9999],
    ['float64', null],
  ] as const)('%s, no data %s: those that GDAL computes', async (type, nodata) => {
    const blob = await written(patterned(type, { nodata }));
    const bare = join(scratch, 'bare.tif');
    execFileSync('gdal_translate', ['-q', await savedIn(scratch, blob), bare]);
    execFileSync('gdal_edit.py', ['-unsetstats', bare]);
    const info = JSON.parse(execFileSync('gdalinfo', ['-json', '-stats', bare], { encoding: 'utf8' }));
    const items = await itemsOf(blob);
    expect(items).toHaveLength(15);
    for (const { name, sample, value } of items) {
      const theirs = Number(info.bands[sample ?? -1].metadata[''][name]);
      expect(Math.abs(Number(value) - theirs), name).toBeLessThanOrEqual(1e-6 * Math.abs(theirs) + 1e-9);
    }
  });

  it('pixels outside the mask do not count', async () => {
    const { spec, planes } = patterned('uint16', { hasMask: true });
    const valid = Array.from(planes[1]).filter((_, i) => planes[spec.bands][i] !== 0);
    const mean = valid.reduce((sum, v) => sum + v, 0) / valid.length;
    const items = await itemsOf(await written({ spec, planes }));
    const value = (name: string) => Number(items.find((i) => i.sample === 1 && i.name.endsWith(name))?.value);
    expect(value('MEAN')).toBeCloseTo(mean, 6);
    expect(value('MAXIMUM')).toBe(Math.max(...valid));
    expect(value('VALID_PERCENT')).toBeCloseTo((100 * valid.length) / planes[1].length, 1);
  });

  it('a band without data has none', async () => {
    const { spec } = patterned('uint16', { width: 64, height: 64, nodata: 0 });
    const blob = await written({ spec, planes: [0, 1, 2].map(() => new Uint16Array(64 * 64)) });
    expect((await openScene(blob)).scene.metadata.gdalMetadata).toBeNull();
  });
});
