import type { Samples } from '../scene.ts';
import type { MetadataItem } from '../tiff/gdal-metadata.ts';

/** Moments of one band, gathered tile by tile. */
export interface BandStatistics {
  pixels: number;
  count: number;
  minimum: number;
  maximum: number;
  mean: number;
  /** Sum of squared differences from the mean. */
  squares: number;
}

export function emptyStatistics(): BandStatistics {
  return {
    pixels: 0,
    count: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    mean: 0,
    squares: 0,
  };
}

/**
 * Adds samples to the statistics, but for no data, what is not finite, and pixels where `valid` is 0.
 * Sums are taken around a value of the tile itself and merged after Chan, Golub and LeVeque (1983), so that large
 * values and many tiles cost no precision.
 */
export function addSamples(
  statistics: BandStatistics,
  samples: Samples,
  nodata: number | null,
  valid: Samples | null,
): void {
  // NaN equals no sample, so that the loop compares numbers with numbers.
  const absent = nodata ?? Number.NaN;
  const counts = (i: number) =>
    samples[i] !== absent && Number.isFinite(samples[i]) && (valid === null || valid[i] !== 0);
  let first = 0;
  while (first < samples.length && !counts(first)) first++;
  const centre = samples[first];
  const plain = valid === null && !(samples instanceof Float32Array || samples instanceof Float64Array);
  let count = 0;
  let sum = 0;
  let squares = 0;
  let { minimum, maximum } = statistics;
  for (let i = first; i < samples.length; i++) {
    const value = samples[i];
    if (plain ? value === absent : !counts(i)) continue;
    const difference = value - centre;
    sum += difference;
    squares += difference * difference;
    count++;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  statistics.pixels += samples.length;
  if (count === 0) return;
  const before = statistics.count;
  const shift = centre + sum / count - statistics.mean;
  statistics.count += count;
  statistics.mean += (shift * count) / statistics.count;
  statistics.squares += squares - (sum * sum) / count + (shift * shift * before * count) / statistics.count;
  statistics.minimum = minimum;
  statistics.maximum = maximum;
}

/** The items by which GDAL keeps the statistics of a band; none if it holds no data. */
export function statisticsItems(statistics: BandStatistics, band: number): MetadataItem[] {
  const { pixels, count, minimum, maximum, mean, squares } = statistics;
  if (count === 0) return [];
  const item = (name: string, value: number | string): MetadataItem => {
    return { name: `STATISTICS_${name}`, sample: band, role: '', domain: '', value: String(value) };
  };
  return [
    item('MAXIMUM', maximum),
    item('MEAN', mean),
    item('MINIMUM', minimum),
    item('STDDEV', Math.sqrt(Math.max(0, squares) / count)),
    item('VALID_PERCENT', Number(((100 * count) / pixels).toPrecision(4))),
  ];
}
