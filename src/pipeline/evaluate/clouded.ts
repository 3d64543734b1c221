import { sampleMaker } from '../composite/native.ts';
import { percentile } from '../enhance/stretch.ts';
import {
  type Band,
  type BandRole,
  CANONICAL_BANDS,
  DISPLAY_SCALE,
  type GeoTransform,
  type Grid,
  isMeasured,
  MASK_CLASS,
  type Raster,
  type Samples,
  type Scene,
  type SceneSource,
  type Window,
} from '../scene.ts';
import { WAVELENGTHS } from '../wavelengths.ts';
import { cropPlane } from '../windows.ts';
import { maskClassOf, paint, paintCirrus, seenBy, strengths } from './cloud-physics.ts';
import { drawClouds } from './cloud-shapes.ts';
import type { Random } from './random.ts';

/** Reflectance that the full scale of an 8-bit Landsat TM/ETM+ picture stands for, roughly, in the canonical bands. */
const LANDSAT_8_BIT = [0.42, 0.46, 0.42, 0.6, 0.53, 0.5];
/** The same for ESA's true-colour pictures of Sentinel-2 (TCI): 255 from reflectance 0.3558 on. */
const TRUE_COLOUR_S2 = 0.36;
/** The same for other 8-bit pictures, which are stretched for display. */
const DISPLAY_8_BIT = 0.5;

/** Reflectance of the ground per unit of a band's scaled samples: display values are scaled to 0..1. */
function groundPerUnit({ sensor, bands }: Scene, { role, scale }: Band): number {
  if (scale !== DISPLAY_SCALE) return 1;
  // With more bands than those, 8-bit Sentinel-2 is reflectance scaled evenly, as in the training of the networks.
  if (sensor === 'sentinel-2') return bands.some((band) => band.role === 'nir') ? 1 : TRUE_COLOUR_S2;
  if (!sensor.startsWith('landsat')) return DISPLAY_8_BIT;
  return LANDSAT_8_BIT[(CANONICAL_BANDS as readonly BandRole[]).indexOf(role)] ?? DISPLAY_8_BIT;
}

/** Part of a scene, in memory: of a window of at most some hundred thousand pixels. */
export interface SceneCutout {
  readonly source: SceneSource;
  /** All bands of the file. */
  readonly bands: readonly Samples[];
}

/** A window of a scene as a scene of its own. */
export async function cutOut(
  source: SceneSource,
  window: Window,
  signal?: AbortSignal,
): Promise<SceneCutout> {
  const { bands } = await source.read(window, undefined, signal);
  return cutout({ ...source.scene, grid: gridOf(source.scene.grid, window) }, bands);
}

function gridOf({ transform, crs }: Grid, { x, y, width, height }: Window): Grid {
  const moved = (t: GeoTransform): GeoTransform => [
    t[0] + x * t[1] + y * t[2],
    t[1],
    t[2],
    t[3] + x * t[4] + y * t[5],
    t[4],
    t[5],
  ];
  return { width, height, crs, transform: transform && moved(transform) };
}

function cutout(scene: Scene, bands: readonly Samples[]): SceneCutout {
  const { width, height } = scene.grid;
  const whole = { x: 0, y: 0, width, height };
  const all = scene.bands.map(({ index }) => index);
  const read = async (window: Window, indices: readonly number[] = all): Promise<Raster> => ({
    window,
    bands: indices.map((index) => cropPlane(bands[index], whole, window)),
  });
  return {
    bands,
    source: {
      scene,
      read,
      async readDecimated(window, across, down, indices = all) {
        const { bands: full } = await read(window, indices);
        const pick = (plane: Samples) => {
          const out = new (plane.constructor as new (length: number) => Samples)(across * down);
          return out.map((_: number, i: number) => {
            const x = Math.floor((((i % across) + 0.5) * window.width) / across);
            const y = Math.floor(((Math.floor(i / across) + 0.5) * window.height) / down);
            return plane[y * window.width + x];
          }) as Samples;
        };
        return { window: { ...window, width: across, height: down }, bands: full.map(pick) };
      },
    },
  };
}

/** A part under simulated clouds. */
export interface CloudedCutout extends SceneCutout {
  /** MASK_CLASS of the simulation per pixel; 255 where the part was not clear before, or holds no data. */
  readonly classes: Uint8Array;
}

/**
 * Puts simulated clouds and their shadows over a part of a scene, in every band whose wavelength is known.
 * @param clear 1 where the part shows the ground: elsewhere clouds would hide nothing that is known.
 */
export function withClouds({ source, bands }: SceneCutout, clear: Uint8Array, random: Random): CloudedCutout {
  const { scene } = source;
  const { width, height, transform, crs } = scene.grid;
  const bright = brightness(source.scene, bands, clear);
  const metres = transform && crs.units === 'm' ? Math.hypot(transform[1], transform[4]) : 10;
  const { layers, look } = drawClouds(random, width, height, clear, metres, bright);
  const seen = (role: BandRole) => seenBy(scene.sensor, role, look, layers, metres);
  const { opacity, darkening } = strengths(look, seen);
  const make = sampleMaker(scene.sampleType, scene.nodata);
  const painted = scene.bands.map((band) => {
    const { index, role, scale, offset } = band;
    const samples = bands[index];
    const wavelength = WAVELENGTHS[role];
    if (wavelength === undefined) return samples;
    const unit = groundPerUnit(scene, band);
    const ground = Float32Array.from(samples, (sample) => (sample * scale + offset) * unit);
    const covered =
      role === 'cirrus' ? paintCirrus(ground, look, seen(role)) : paint(ground, wavelength, look, seen(role));
    const brightest = scale === DISPLAY_SCALE ? 255 : Number.POSITIVE_INFINITY;
    return samples.map((sample: number, i: number) => {
      const untouched = covered[i] === ground[i] || !isMeasured(sample, scene.nodata);
      return untouched ? sample : make(Math.min(brightest, (covered[i] / unit - offset) / scale));
    }) as Samples;
  });
  const classes = clear.map((is, i) => (is ? maskClassOf(opacity[i], darkening[i]) : MASK_CLASS.nodata));
  return { ...cutout(scene, painted), classes };
}

/** Reflectance in the visible that a quarter of the clear pixels exceed. */
function brightness(scene: Scene, bands: readonly Samples[], clear: Uint8Array): number {
  const visible = scene.bands.filter(({ role }) => role === 'blue' || role === 'green' || role === 'red');
  const values: number[] = [];
  for (let i = 0; i < clear.length; i += 7) {
    if (!clear[i]) continue;
    let sum = 0;
    for (const band of visible)
      sum += (bands[band.index][i] * band.scale + band.offset) * groundPerUnit(scene, band);
    values.push(sum / visible.length);
  }
  return percentile(
    values.sort((a, b) => a - b),
    0.75,
  );
}
