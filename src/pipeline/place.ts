import proj4 from 'proj4';
import { definitionOf } from './dates/projection.ts';
import type { Grid } from './scene.ts';

/** Where a point of a scene lies, in the systems that people use. */
export interface Place {
  /** Degrees, WGS 84. */
  readonly longitude: number;
  readonly latitude: number;
  /** Metres in the zone of the scene, or in the one that the point lies in; null beyond 84° of latitude. */
  readonly utm: {
    readonly zone: number;
    readonly south: boolean;
    readonly east: number;
    readonly north: number;
  } | null;
}

/** Beyond this latitude UTM has no zones, in degrees. */
const UTM_LIMIT = 84;

/**
 * @param column,row fractional position in pixels of the grid
 * @returns null where the grid says no place, or in a system that is not known here
 */
export function placeOf(grid: Grid, column: number, row: number): Place | null {
  const definition = definitionOf(grid.crs.code);
  if (grid.transform === null || definition === null) return null;
  const [x0, a, b, y0, c, d] = grid.transform;
  const own: [number, number] = [x0 + a * column + b * row, y0 + c * column + d * row];
  const [longitude, latitude] = proj4(definition, definitionOf('EPSG:4326')!, own);
  const ownZone = /\+proj=utm \+zone=(\d+)( \+south)?/.exec(definition);
  if (ownZone) {
    const [east, north] = own;
    return {
      longitude,
      latitude,
      utm: { zone: Number(ownZone[1]), south: Boolean(ownZone[2]), east, north },
    };
  }
  if (Math.abs(latitude) > UTM_LIMIT) return { longitude, latitude, utm: null };
  const zone = Math.min(60, Math.floor((longitude + 180) / 6) + 1);
  const south = latitude < 0;
  const [east, north] = proj4(definition, definitionOf(`EPSG:${(south ? 32700 : 32600) + zone}`)!, own);
  return { longitude, latitude, utm: { zone, south, east, north } };
}
