import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type Grid, sameCrs } from '../scene.ts';

/** Transforms count as equal while they put no corner of the grid further apart than this, in pixels. */
const TOLERANCE = 0.01;

interface Named {
  readonly name: string;
  readonly grid: Grid;
}

/** In which respect the grids of two images differ; null if they are the same. */
export function gridDifference(
  { name: one, grid: a }: Named,
  { name: other, grid: b }: Named,
): Phrase | null {
  const names = { a: one, b: other };
  if (a.width !== b.width || a.height !== b.height) {
    const [first, second] = [a, b].map(({ width, height }) => `${width} x ${height}`);
    return phrase('{{a}} and {{b}} differ in their size ({{first}} pixels; {{second}}).', {
      ...names,
      first,
      second,
    });
  }
  if (!sameCrs(a.crs, b.crs))
    return phrase('{{a}} and {{b}} differ in their coordinate system ({{one}}; {{other}}).', {
      ...names,
      one: a.crs.name,
      other: b.crs.name,
    });
  if (!a.transform || !b.transform)
    return a.transform === b.transform
      ? null
      : phrase('{{a}} and {{b}} differ in their place: one of them has none.', names);
  const [s, t] = [a.transform, b.transform];
  const pixel = Math.max(Math.abs(s[1]), Math.abs(s[2]));
  const apart = (i: 0 | 3) =>
    Math.abs(s[i] - t[i]) +
    Math.abs(s[i + 1] - t[i + 1]) * a.width +
    Math.abs(s[i + 2] - t[i + 2]) * a.height;
  return Math.max(apart(0), apart(3)) > TOLERANCE * pixel
    ? phrase('{{a}} and {{b}} differ in their place or pixel size.', names)
    : null;
}

/** @throws PipelineError `scene/different-grids` */
export function requireSameGrid(a: Named, b: Named): void {
  const difference = gridDifference(a, b);
  if (difference === null) return;
  throw new PipelineError(
    'scene/different-grids',
    difference,
    phrase(
      'Bring them to one grid: gdalwarp -t_srs EPSG:... -te xmin ymin xmax ymax -ts width height input.tif output.tif.',
    ),
  );
}
