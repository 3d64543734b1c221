import type { Region, RegionScores } from '../events.ts';
import {
  CANONICAL_BANDS,
  isMeasured,
  isOpaque,
  MASK_CLASS,
  type Raster,
  type Scene,
  type Window,
} from '../scene.ts';
import { mirrorPositions } from '../windows.ts';
import { addPixelErrors, emptySums, type NdviBands, type Sums, scoreOf } from './metrics.ts';
import { SSIM_RADIUS, ssimMap } from './ssim.ts';

const REGIONS: readonly Region[] = ['clear', 'thin', 'thick', 'shadow', 'repaired', 'all'];
const REGION_OF: Readonly<Record<number, Region>> = {
  [MASK_CLASS.clear]: 'clear',
  [MASK_CLASS.thin]: 'thin',
  [MASK_CLASS.thick]: 'thick',
  [MASK_CLASS.shadow]: 'shadow',
};

/** Running sums by region. */
export type RegionSums = Record<Region, Sums>;

export function emptyRegionSums(): RegionSums {
  return Object.fromEntries(REGIONS.map((region) => [region, emptySums()])) as RegionSums;
}

/** Scores of the regions that hold pixels. */
export function scoresOf(tally: RegionSums): RegionScores {
  const entries = REGIONS.map((region) => [region, scoreOf(tally[region])] as const);
  return Object.fromEntries(entries.filter(([, score]) => score !== null));
}

/** Reflectance of some bands over a core with SSIM_RADIUS of context; context beyond the scene is mirrored. */
export interface CoreReflectance {
  readonly planes: readonly Float32Array[];
  /** 1 where every band holds data, and the pixel is not transparent. */
  readonly valid: Uint8Array;
}

/**
 * Samples as reflectance, with context.
 * @param raster The bands `indices` of the file over the part of `window` inside the scene; then its transparency, if it has any.
 */
export function toPicture(
  scene: Scene,
  indices: readonly number[],
  raster: Raster,
  window: Window,
): CoreReflectance {
  const { window: inside } = raster;
  const columns = mirrorPositions(window.x, window.width, inside.x, inside.x + inside.width);
  const rows = mirrorPositions(window.y, window.height, inside.y, inside.y + inside.height);
  const valid = new Uint8Array(window.width * window.height).fill(1);
  const eachPixel = (visit: (i: number, at: number) => void) => {
    for (let y = 0, i = 0; y < window.height; y++) {
      const row = (rows[y] - inside.y) * inside.width - inside.x;
      for (let x = 0; x < window.width; x++, i++) visit(i, row + columns[x]);
    }
  };
  const planes = indices.map((index, b) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    const out = new Float32Array(window.width * window.height);
    eachPixel((i, at) => {
      const sample = raster.bands[b][at];
      if (isMeasured(sample, scene.nodata)) out[i] = sample * scale + offset;
      else valid[i] = 0;
    });
    return out;
  });
  const alpha = raster.bands.at(indices.length);
  if (alpha) {
    eachPixel((i, at) => {
      if (!isOpaque(alpha[at], scene)) valid[i] = 0;
    });
  }
  return { planes, valid };
}

/** Which of the compared bands (places among the canonical ones) are red and near infrared. */
export function ndviBands(compared: readonly number[]): NdviBands {
  const red = compared.indexOf(CANONICAL_BANDS.indexOf('red'));
  const nir = compared.indexOf(CANONICAL_BANDS.indexOf('nir'));
  return red >= 0 && nir >= 0 ? [red, nir] : null;
}

export interface CoreScoring {
  readonly core: Window;
  /** MASK_CLASS per pixel of the core; pixels of other values do not count. */
  readonly classes: Uint8Array;
  readonly ndvi: NdviBands;
  /** Half of the 90 % interval per pixel in reflectance, NaN where none was told; left out: nowhere. */
  readonly interval?: Float32Array;
}

/**
 * Adds the pixels of a core, which hold data in both pictures, to the tallies. Pixels without data read 0 in both for the
 * SSIM of their neighbours.
 */
export function addCore(
  tallies: readonly RegionSums[],
  picture: CoreReflectance,
  truth: CoreReflectance,
  { core, classes, ndvi, interval }: CoreScoring,
): void {
  const width = core.width + 2 * SSIM_RADIUS;
  const height = core.height + 2 * SSIM_RADIUS;
  const both = picture.valid.map((is, i) => is & truth.valid[i]);
  const blank = (plane: Float32Array) => plane.map((value, i) => (both[i] ? value : 0));
  const a = picture.planes.map(blank);
  const b = truth.planes.map(blank);
  const maps = a.map((plane, band) => ssimMap(plane, b[band], width, height));
  for (let y = 0, i = 0; y < core.height; y++) {
    for (let x = 0; x < core.width; x++, i++) {
      const at = (y + SSIM_RADIUS) * width + x + SSIM_RADIUS;
      const region = REGION_OF[classes[i]];
      if (!both[at] || region === undefined) continue;
      let ssim = 0;
      for (const map of maps) ssim += map[i] / maps.length;
      const half = interval && !Number.isNaN(interval[i]) ? interval[i] : null;
      for (const tally of tallies) {
        addPixelErrors(tally.all, a, b, at, ssim, ndvi, half);
        addPixelErrors(tally[region], a, b, at, ssim, ndvi, half);
        if (region !== 'clear') addPixelErrors(tally.repaired, a, b, at, ssim, ndvi, half);
      }
    }
  }
}
