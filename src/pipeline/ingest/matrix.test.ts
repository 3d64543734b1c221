import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PipelineError } from '../errors.ts';
import type { Samples } from '../scene.ts';
import { gdalPython, makeMatrix } from '../testing/gdal.ts';
import { openScene } from './open.ts';

/** A file of the matrix, and what GDAL reads from it (sha256 of the samples, band after band). */
interface Cell {
  readonly file: string;
  readonly order: 'LITTLE' | 'BIG';
  readonly big: 'NO' | 'YES';
  readonly blocks: 'strip' | 'tile';
  readonly interleave: 'PIXEL' | 'BAND';
  readonly type: string;
  readonly compress: string;
  readonly predictor: number;
  readonly extra: 'none' | 'overviews' | 'mask' | 'nodata' | 'alpha';
  readonly bands: number;
  readonly samples: string;
  /** Of lossy codecs: the samples themselves. */
  readonly values?: readonly number[];
  readonly alpha?: number;
  readonly mask?: string;
  readonly overview?: string;
  readonly overviewSize?: readonly [number, number];
}

const WIDTH = 70;
const HEIGHT = 45;
const WHOLE = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

/** NaN is NaN, whatever its payload. */
function fingerprint(bands: readonly Samples[]): string {
  const hash = createHash('sha256');
  for (const band of bands) {
    const plain = band.map((value) => (Number.isNaN(value) ? Number.NaN : value));
    hash.update(new Uint8Array(plain.buffer));
  }
  return hash.digest('hex');
}

/** Null if the cell is read as GDAL reads it, the code of the error if it is refused; else what differs. */
async function check(cell: Cell, folder: string): Promise<string | null> {
  const blob = new File([readFileSync(join(folder, cell.file))], cell.file);
  try {
    const source = await openScene(blob);
    const { scene } = source;
    if (scene.sampleType !== (cell.type === 'float16' ? 'float32' : cell.type)) return 'sample type';
    const bands = Array.from({ length: cell.bands }, (_, i) => i);
    const { bands: samples } = await source.read(WHOLE, bands);
    if (cell.values) {
      const off = samples.some((band, b) =>
        band.some((value, i) => Math.abs(value - (cell.values as number[])[b * WIDTH * HEIGHT + i]) > 1),
      );
      if (off) return 'samples';
    } else if (fingerprint(samples) !== cell.samples) return 'samples';
    if ((scene.maskBand !== null) !== (cell.extra === 'mask')) return 'presence of a mask';
    if (cell.mask) {
      const [mask] = (await source.read(WHOLE, [scene.maskBand as number])).bands;
      if (fingerprint([Uint8Array.from(mask, (value) => (value ? 255 : 0))]) !== cell.mask) return 'mask';
    }
    if (cell.overview && cell.overviewSize && !cell.values) {
      const small = await source.readDecimated(WHOLE, ...cell.overviewSize, bands);
      if (fingerprint(small.bands) !== cell.overview) return 'overview';
    }
    if (scene.nodata !== (cell.extra === 'nodata' ? 7 : null)) return 'no-data value';
    const validity = scene.bands.find(({ role }) => role === 'alpha')?.index;
    return validity === (scene.maskBand ?? cell.alpha) ? null : 'alpha band';
  } catch (thrown) {
    if (thrown instanceof PipelineError && thrown.remedy) return thrown.code;
    throw thrown;
  }
}

describe.skipIf(!gdalPython)('the matrix of layouts, as GDAL writes them', () => {
  let folder: string;
  let cells: Cell[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'matrix-'));
    makeMatrix(folder);
    cells = JSON.parse(readFileSync(join(folder, 'cells.json'), 'utf8'));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

  it('equals GDAL in every cell, or is refused', { timeout: 300_000 }, async () => {
    const refused: Cell[] = [];
    const wrong: string[] = [];
    for (const cell of cells) {
      const outcome = await check(cell, folder);
      if (outcome === 'file/unsupported-compression') refused.push(cell);
      else if (outcome !== null) wrong.push(`${outcome}: ${JSON.stringify({ ...cell, values: undefined })}`);
    }
    expect(wrong).toEqual([]);
    expect(cells.length).toBeGreaterThan(3000);
    expect(new Set(refused.map(({ type, compress }) => `${type} ${compress}`))).toEqual(
      new Set(['uint32 LERC']),
    );
  });
});
