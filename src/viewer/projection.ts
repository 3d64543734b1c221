import Projection from 'ol/proj/Projection.js';
import { get as builtIn } from 'ol/proj.js';
import type { Grid } from '../pipeline/scene.ts';
import type { MapSpace } from './map-space.ts';

/**
 * The scene's own projection. Web Mercator, geographic and UTM codes follow rules that OpenLayers knows;
 * every other code gets a projection that is good for showing the scene by itself. No code is ever looked
 * up on the network.
 */
export function projectionFor(grid: Grid, space: MapSpace): Projection {
  const known = space.kind === 'projected' ? builtIn(grid.crs.code) : null;
  return (
    known ??
    new Projection({
      code: space.kind === 'projected' ? grid.crs.code : 'PIXELS',
      units: space.units,
      extent: [...space.extent],
    })
  );
}
