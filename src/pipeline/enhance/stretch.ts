import { isMeasured, type Samples, type SceneSource, type Window } from '../scene.ts';
import { sizeWithin, spreadWindows } from '../windows.ts';
import { needsPreview } from './preview.ts';

/** Values in reflectance that are drawn black and white. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** How the values of a band are spread about its stretch. */
export interface BandStretch extends Stretch {
  /**
   * Number of sampled values per bin; {@link HISTOGRAM_BINS} bins of equal width from half the stretch's span below `low` to
   * half of it above `high`. What lies beyond is left out.
   */
  readonly histogram: readonly number[];
}

export const HISTOGRAM_BINS = 64;

/** Longer side of the sample from which percentiles are taken. */
const SAMPLE_SIDE = 512;
/** Side of the windows that are read of a scene that is costly to read as a whole; they lie where ingest has read. */
const WINDOW_SIDE = 128;
const LOW = 0.02;
const HIGH = 0.98;
/** With fewer clear pixels than this share, the repaired picture counts, or all where that is not known. */
const LEAST_CLEAR = 0.01;

/** 1 for each pixel under the centres of `width` x `height` equal parts of a window that shows the ground, 0 for cloud and shadow. */
export type ClearAt = (window: Window, width: number, height: number) => Promise<ArrayLike<number>>;

/**
 * The picture as it was repaired, at the centres of `width` x `height` equal parts of a window: reflectance of each band
 * and validity 1 or 0, interleaved.
 */
export type RepairedAt = (window: Window, width: number, height: number) => Promise<ArrayLike<number>>;

interface Sample {
  readonly window: Window;
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Samples[];
}

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
 * 2nd and 98th percentile in reflectance of each band, and the histogram about them, from a sample of at most 512 x 512 pixels: of the whole scene, or
 * of windows spread over it where the whole would have to be decoded for that. Pixels without data do not count. A band
 * of one value gets a range around it; one without data gets 0..1.
 *
 * @param bands File indices.
 * @param clearAt Where the mask is known: cloud and shadow do not count, so that the ground is drawn in full contrast.
 * @param repairedAt Where the picture was repaired: counts in place of the scene where hardly anything is clear, so that
 *   what was found under the clouds is not drawn as dark as it is beside them.
 * @throws PipelineError as SceneSource.readDecimated, and those of `clearAt` and `repairedAt`
 */
export async function sceneStretch(
  source: SceneSource,
  bands: readonly number[],
  signal?: AbortSignal,
  clearAt?: ClearAt,
  repairedAt?: RepairedAt,
): Promise<BandStretch[]> {
  const { scene } = source;
  const alpha = scene.bands.find(({ role }) => role === 'alpha');
  const all = bands.map((): number[] => []);
  const ground = bands.map((): number[] => []);
  const samples = await readSample(source, alpha ? [...bands, alpha.index] : bands, signal);
  for (const sample of samples) {
    const valid = alpha && sample.bands[bands.length];
    const clear = clearAt && (await clearAt(sample.window, sample.width, sample.height));
    bands.forEach((_, k) => {
      sample.bands[k].forEach((value, i) => {
        if (valid?.[i] === 0 || !isMeasured(value, scene.nodata)) return;
        all[k].push(value);
        if (clear?.[i]) ground[k].push(value);
      });
    });
  }
  const isGroundSeen = bands.map(
    (_, k) => ground[k].length > 0 && ground[k].length >= LEAST_CLEAR * all[k].length,
  );
  const repaired =
    clearAt && repairedAt && isGroundSeen.includes(false)
      ? await repairedValues(samples, bands.length, repairedAt)
      : [];
  return bands.map((index, k) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    const values = isGroundSeen[k] ? ground[k] : all[k];
    const sorted =
      !isGroundSeen[k] && repaired[k]?.length > 0
        ? Float64Array.from(repaired[k]).sort()
        : Float64Array.from(values, (value) => value * scale + offset).sort();
    if (sorted.length === 0) return withHistogram({ low: 0, high: 1 }, sorted);
    const low = percentile(sorted, LOW);
    const high = percentile(sorted, HIGH);
    return withHistogram(high > low ? { low, high } : aroundValue(low, scale), sorted);
  });
}

/** The values in reflectance of each band that the repaired picture has at the samples. */
async function repairedValues(
  samples: readonly Sample[],
  count: number,
  repairedAt: RepairedAt,
): Promise<number[][]> {
  const values = Array.from({ length: count }, (): number[] => []);
  for (const { window, width, height } of samples) {
    const data = await repairedAt(window, width, height);
    for (let at = 0; at < data.length; at += count + 1) {
      if (data[at + count] === 0) continue;
      values.forEach((list, k) => {
        if (Number.isFinite(data[at + k])) list.push(data[at + k]);
      });
    }
  }
  return values;
}

function withHistogram({ low, high }: Stretch, values: Float64Array): BandStretch {
  const histogram = new Array<number>(HISTOGRAM_BINS).fill(0);
  const from = low - (high - low) / 2;
  const width = (2 * (high - low)) / HISTOGRAM_BINS;
  for (const value of values) {
    const bin = Math.floor((value - from) / width);
    if (bin >= 0 && bin < HISTOGRAM_BINS) histogram[bin]++;
  }
  return { low, high, histogram };
}

async function readSample(
  source: SceneSource,
  bands: readonly number[],
  signal?: AbortSignal,
): Promise<Sample[]> {
  const { width, height } = source.scene.grid;
  if (!needsPreview(source)) {
    const size = sizeWithin(source.scene.grid, SAMPLE_SIDE);
    const sample = { window: { x: 0, y: 0, width, height }, ...size };
    const read = await source.readDecimated(sample.window, sample.width, sample.height, bands, signal);
    return [{ ...sample, bands: read.bands }];
  }
  const samples: Sample[] = [];
  for (const window of spreadWindows(width, height, WINDOW_SIDE)) {
    const { bands: read } = await source.read(window, bands, signal);
    samples.push({ window, width: window.width, height: window.height, bands: read });
  }
  return samples;
}

function aroundValue(value: number, scale: number): Stretch {
  const half = Math.max(Math.abs(scale), Math.abs(value) * 0.1);
  return { low: value - half, high: value + half };
}
