import type { BandRole } from './scene.ts';

/**
 * Centre wavelengths in micrometres of the bands that see reflected light: those of Sentinel-2 MSI, of Landsat OLI or PlanetScope where
 * it lacks one.
 */
export const WAVELENGTHS: Readonly<Partial<Record<BandRole, number>>> = {
  coastal: 0.443,
  blue: 0.492,
  green05: 0.531,
  green: 0.56,
  pan: 0.6,
  yellow: 0.61,
  red: 0.665,
  rededge1: 0.704,
  rededge2: 0.74,
  rededge3: 0.783,
  nir: 0.833,
  nir08: 0.865,
  nir09: 0.945,
  cirrus: 1.374,
  swir16: 1.61,
  swir22: 2.19,
};
