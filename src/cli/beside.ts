import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Notice, SceneSource } from '../pipeline/scene.ts';
import { isAddress } from './plan.ts';

/**
 * The scene with a notice if files beside its own hold what these lack: GDAL reads them, we do not. Pixels that such a
 * file calls empty would count as measured, and a place that it gives would be missing in the result.
 */
export function withNoticeOfFilesBeside(source: SceneSource, files: readonly string[]): SceneSource {
  const { scene } = source;
  const found = files.filter((path) => !isAddress(path)).flatMap((path) => filesBeside(path, source));
  if (found.length === 0) return source;
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  const notice: Notice = {
    code: 'file/beside',
    message: {
      text: `What lies beside the file is not read: ${found.slice(0, 3).join(', ')}${more}. Put it inside: gdal_translate --config GDAL_TIFF_INTERNAL_MASK YES input.tif output.tif.`,
    },
  };
  return { ...source, scene: { ...scene, notices: [...scene.notices, notice] } };
}

/** Names, each with what it holds. */
function filesBeside(path: string, { scene }: SceneSource): string[] {
  const stem = path.replace(/\.[^./\\]*$/, '');
  const found: string[] = [];
  const note = (file: string, holds: string) => found.push(`${basename(file)} (${holds})`);

  const mask = [`${path}.msk`, `${path}.MSK`].find(existsSync);
  if (mask && typeof scene.maskBand !== 'number') note(mask, 'a mask of valid pixels');
  const placed = scene.grid.transform !== null;
  const world = ['tfw', 'TFW', 'tifw', 'wld'].map((ending) => `${stem}.${ending}`).find(existsSync);
  if (world && !placed) note(world, 'the place');
  const aux = `${path}.aux.xml`;
  const says = auxiliary(aux);
  const lacking = [
    !placed && /<(GeoTransform|GCPList)\b/.test(says) && 'the place',
    scene.grid.crs.units === 'pixels' && /<SRS\b/.test(says) && 'the coordinate system',
    scene.nodata === null && /<NoDataValue\b/.test(says) && 'the no-data value',
  ].filter((what) => what !== false);
  if (lacking.length > 0) note(aux, lacking.join(', '));
  return found;
}

/** The text of a file of GDAL's metadata; empty if there is none that can be read. */
function auxiliary(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
