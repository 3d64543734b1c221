import { PipelineError } from '../errors.ts';
import type { Grid } from '../scene.ts';

/** Transforms count as equal while they put no corner of the grid further apart than this, in pixels. */
const TOLERANCE = 0.01;

/** In which respect two grids differ, as said to the user; null if they are the same. */
export function gridDifference(a: Grid, b: Grid): string | null {
  if (a.width !== b.width || a.height !== b.height)
    return `size (${a.width} x ${a.height} pixels; ${b.width} x ${b.height})`;
  if (a.crs.code !== b.crs.code || a.crs.name !== b.crs.name)
    return `coordinate system (${a.crs.name}; ${b.crs.name})`;
  if (!a.transform || !b.transform) return a.transform === b.transform ? null : 'place: one of them has none';
  const [s, t] = [a.transform, b.transform];
  const pixel = Math.max(Math.abs(s[1]), Math.abs(s[2]));
  const apart = (i: 0 | 3) =>
    Math.abs(s[i] - t[i]) +
    Math.abs(s[i + 1] - t[i + 1]) * a.width +
    Math.abs(s[i + 2] - t[i + 2]) * a.height;
  return Math.max(apart(0), apart(3)) > TOLERANCE * pixel ? 'place or pixel size' : null;
}

/** @throws PipelineError `scene/different-grids` */
export function requireSameGrid(a: { name: string; grid: Grid }, b: { name: string; grid: Grid }): void {
  const difference = gridDifference(a.grid, b.grid);
  if (difference === null) return;
  throw new PipelineError(
    'scene/different-grids',
    `${a.name} and ${b.name} differ in their ${difference}.`,
    'Bring them to one grid: gdalwarp -t_srs EPSG:... -te xmin ymin xmax ymax -ts width height input.tif output.tif.',
  );
}
