import type { Grid } from '../pipeline/scene.ts';
import { t } from '../texts/texts.ts';
import { TILE_SIZE } from './tile-grid.ts';

/**
 * The coordinate system in which a scene is shown. North-up grids with square pixels keep their own
 * coordinates, so that nothing is resampled and a base map can lie beneath; all other grids (rotated,
 * sheared, south-up, oblong pixels, no georeference) are shown in pixel space: x = column, y = -row.
 */
export interface MapSpace {
  readonly kind: 'projected' | 'pixels';
  /** Map units per pixel. */
  readonly resolution: number;
  /** Top left corner of the scene in map units. */
  readonly origin: readonly [number, number];
  /** minX, minY, maxX, maxY in map units; of a scene thinner than that, a display pixel of the coarsest level. */
  readonly extent: readonly [number, number, number, number];
  readonly units: 'm' | 'degrees' | 'us-ft' | 'ft' | 'pixels';
}

/** Oblong pixels are accepted as square while they drift by less than this over the whole scene, in pixels. */
const SQUARE_TOLERANCE = 0.25;

export function mapSpace(grid: Grid): MapSpace {
  const { width, height, transform, crs } = grid;
  const least = Math.max(width, height) / TILE_SIZE;
  const [across, down] = [Math.max(width, least), Math.max(height, least)];
  if (transform !== null) {
    const [x0, dx, rx, y0, ry, dy] = transform;
    const square = Math.abs(dx + dy) * Math.max(width, height) <= SQUARE_TOLERANCE * Math.abs(dx);
    if (dx > 0 && dy < 0 && rx === 0 && ry === 0 && square) {
      return {
        kind: 'projected',
        resolution: dx,
        origin: [x0, y0],
        extent: [x0, y0 - down * dx, x0 + across * dx, y0],
        units: crs.units,
      };
    }
  }
  return {
    kind: 'pixels',
    resolution: 1,
    origin: [0, 0],
    extent: [0, -down, across, 0],
    units: 'pixels',
  };
}

/** Map coordinate to fractional column and row of the scene. */
export function toPixel(space: MapSpace, coordinate: readonly number[]): [number, number] {
  return [
    (coordinate[0] - space.origin[0]) / space.resolution,
    (space.origin[1] - coordinate[1]) / space.resolution,
  ];
}

/** Fractional column and row of the scene to map coordinate. */
export function toCoordinate(space: MapSpace, column: number, row: number): [number, number] {
  return [space.origin[0] + column * space.resolution, space.origin[1] - row * space.resolution];
}

/** Fractional column and row to the coordinate system of the file; null where it has none. */
export function toCrs(grid: Grid, column: number, row: number): [number, number] | null {
  const t = grid.transform;
  if (t === null) return null;
  return [t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5]];
}

/** A sentence for the user when a georeferenced scene cannot be shown in its own coordinates. */
export function spaceNotice(grid: Grid, space: MapSpace): string | null {
  if (grid.transform === null || space.kind === 'projected') return null;
  return t(
    'The grid of this scene is rotated, begins in the south or has pixels that are not square, so it is shown in pixel space: north may not be up. The result keeps its place on Earth.',
  );
}
