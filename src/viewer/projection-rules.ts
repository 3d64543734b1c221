import type { Grid } from '../pipeline/scene.ts';
import { mapSpace } from './map-space.ts';

/**
 * Whether OpenLayers can relate the scene's system to Web Mercator by rule: Web Mercator itself, geographic
 * WGS 84, and UTM zones on WGS 84.
 */
export function canHaveBasemap(grid: Grid): boolean {
  return (
    mapSpace(grid).kind === 'projected' && /^EPSG:(3857|4326|32[67](0[1-9]|[1-5]\d|60))$/.test(grid.crs.code)
  );
}
