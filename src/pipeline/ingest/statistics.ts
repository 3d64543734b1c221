import { isMeasured, type Samples } from '../scene.ts';
import { spreadWindows } from '../windows.ts';
import type { ImageReader } from './source.ts';

/** A sample of the scene's values: windows spread over the grid, so that little of a large file is read. */
export interface SceneSample {
  /** Ascending valid values per requested band. */
  readonly sorted: readonly Float64Array[];
  /** Share of sampled pixels that are 0 in every requested band, 0..1. */
  readonly zeroShare: number;
  /** The highest sample of the band of validity; 0 if there is none. */
  readonly highestAlpha: number;
  /** Share of sampled pixels at which the band of validity is neither 0 nor {@link LEAST_OPACITY} of that or more, 0..1. */
  readonly partShare: number;
}

/** What lossy compression makes of full opacity is no transparency; nor do colours darkened so little stand out. */
export const LEAST_OPACITY = 0.9;

interface SampledImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly bands: readonly number[];
  readonly nodata: number | null;
  /** Band that is 0 where the scene holds no data; -1 if there is none. */
  readonly validity: number;
}

export async function sampleScene(
  reader: ImageReader,
  { width, height, bands, nodata, validity }: SampledImage,
  signal?: AbortSignal,
): Promise<SceneSample> {
  const values = bands.map(() => [] as number[]);
  const alphas: number[] = [];
  let zeros = 0;
  let pixels = 0;
  for (const window of spreadWindows(width, height)) {
    const raster = await reader.read(window, validity < 0 ? bands : [...bands, validity], signal);
    const valid = raster.bands[bands.length] as Samples | undefined;
    const light = raster.bands.slice(0, bands.length);
    const count = window.width * window.height;
    pixels += count;
    for (let i = 0; i < count; i++) {
      if (valid?.[i] === 0) continue;
      if (valid) alphas.push(valid[i]);
      if (light.every((samples) => samples[i] === 0)) {
        zeros++;
        continue;
      }
      light.forEach((samples, k) => {
        if (isMeasured(samples[i], nodata)) values[k].push(samples[i]);
      });
    }
  }
  const sorted = values.map((list) => Float64Array.from(list).sort());
  const highestAlpha = alphas.reduce((highest, alpha) => Math.max(highest, alpha), 0);
  const parts = alphas.filter((alpha) => alpha < LEAST_OPACITY * highestAlpha).length;
  const share = (count: number) => (pixels ? count / pixels : 0);
  return { sorted, zeroShare: share(zeros), highestAlpha, partShare: share(parts) };
}

/** Value below which a share (0..1) of the sorted values lies: one of them, never a mean of two. NaN if there are none. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : Number.NaN;
}
