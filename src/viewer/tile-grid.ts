import type { Window } from '../pipeline/scene.ts';
import type { MapSpace } from './map-space.ts';

/** Edge of a display tile in display pixels. */
export const TILE_SIZE = 256;

/**
 * Number of levels of the display pyramid: the coarsest shows the whole scene in one tile, the finest
 * (the last) one display pixel per scene pixel. At least 1.
 */
export function levelCount(width: number, height: number): number {
  return 1 + Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / TILE_SIZE)));
}

/** Scene pixels per display pixel at level `z`: a power of two, 1 at the finest. */
export function decimation(z: number, levels: number): number {
  return 2 ** (levels - 1 - z);
}

/** Map units per display pixel for each level, coarse to fine. */
export function resolutions(space: MapSpace, levels: number): number[] {
  return Array.from({ length: levels }, (_, z) => space.resolution * decimation(z, levels));
}

/** Window of the full-resolution grid under display tile (z, x, y). It may reach beyond the scene. */
export function displayTileWindow(z: number, x: number, y: number, levels: number): Window {
  const size = TILE_SIZE * decimation(z, levels);
  return { x: x * size, y: y * size, width: size, height: size };
}
