import proj4 from 'proj4';
import { definitionOf } from './dates/projection.ts';
import type { Grid } from './scene.ts';

/** Where a point of a scene lies, in the systems that people use. */
export interface Place {
  /** Degrees, WGS 84; the longitude from -180 to below 180. */
  readonly longitude: number;
  readonly latitude: number;
  /** Metres in the zone of the scene, or in the one that the point lies in; null where there are no zones. */
  readonly utm: {
    readonly zone: number;
    readonly south: boolean;
    readonly east: number;
    readonly north: number;
  } | null;
}

/** Beyond these latitudes UTM has no zones, in degrees. */
const UTM_LIMITS = [-80, 84] as const;

/**
 * @param column,row fractional position in pixels of the grid
 * @returns null where the grid says no place, or in a system that is not known here
 */
export function placeOf(grid: Grid, column: number, row: number): Place | null {
  const definition = definitionOf(grid.crs.code);
  if (grid.transform === null || definition === null) return null;
  const [x0, a, b, y0, c, d] = grid.transform;
  const own: [number, number] = [x0 + a * column + b * row, y0 + c * column + d * row];
  const [east, latitude] = proj4(definition, definitionOf('EPSG:4326')!, own);
  const longitude = east - 360 * Math.floor((east + 180) / 360);
  const ownZone = /\+proj=utm \+zone=(\d+)( \+south)?/.exec(definition);
  if (ownZone) {
    const utm = { zone: Number(ownZone[1]), south: Boolean(ownZone[2]), east: own[0], north: own[1] };
    return { longitude, latitude, utm };
  }
  const [southernmost, northernmost] = UTM_LIMITS;
  if (latitude < southernmost || latitude > northernmost) return { longitude, latitude, utm: null };
  const zone = Math.floor((longitude + 180) / 6) + 1;
  const south = latitude < 0;
  const inZone = proj4(definition, definitionOf(`EPSG:${(south ? 32700 : 32600) + zone}`)!, own);
  return { longitude, latitude, utm: { zone, south, east: inZone[0], north: inZone[1] } };
}
