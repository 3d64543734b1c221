import { isMeasured } from '../preprocess/observe.ts';
import type { SceneSource } from '../scene.ts';

/** Values in reflectance that are drawn black and white. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** Longer side of the sample from which percentiles are taken. */
const SAMPLE_SIDE = 512;
const LOW = 0.02;
const HIGH = 0.98;

/**
 * The value below which `share` (0..1) of the sorted values lie, interpolated linearly between ranks
 * (definition 7 of Hyndman and Fan 1996, the default of NumPy). NaN for no values.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
}

/**
 * 2nd and 98th percentile in reflectance of each band, from a sample of at most 512 x 512 pixels. Samples without
 * data do not count. A band of one value gets a range around it; one without data gets 0..1.
 *
 * @param bands File indices.
 * @throws PipelineError as SceneSource.readDecimated
 */
export async function sceneStretch(
  source: SceneSource,
  bands: readonly number[],
  signal?: AbortSignal,
): Promise<Stretch[]> {
  const { scene } = source;
  const { width, height } = scene.grid;
  const factor = Math.min(1, SAMPLE_SIDE / Math.max(width, height));
  const sample = await source.readDecimated(
    { x: 0, y: 0, width, height },
    Math.max(1, Math.round(width * factor)),
    Math.max(1, Math.round(height * factor)),
    bands,
    signal,
  );
  return bands.map((index, i) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    const values = Float64Array.from(sample.bands[i])
      .filter((value) => isMeasured(value, scene.nodata))
      .map((value) => value * scale + offset)
      .sort();
    if (values.length === 0) return { low: 0, high: 1 };
    const low = percentile(values, LOW);
    const high = percentile(values, HIGH);
    return high > low ? { low, high } : aroundValue(low, scale);
  });
}

function aroundValue(value: number, scale: number): Stretch {
  const half = Math.max(Math.abs(scale), Math.abs(value) * 0.1);
  return { low: value - half, high: value + half };
}
