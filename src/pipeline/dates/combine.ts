import type { CompositeMethod } from '../events.ts';

/** What one date saw at a pixel, in the radiometry of the target. */
export interface DateValues {
  /** 0 for the target, else the date's number. */
  readonly date: number;
  /** NaN where a band that does not count was not measured. */
  readonly values: Float64Array;
}

/** What a composite takes. */
export interface Taken {
  /** The candidate, or the one that is nearest to what was worked out. */
  readonly date: number;
  readonly values: Float64Array;
  /** Mean absolute difference to the other candidates in reflectance, 0 if there is none. */
  readonly spread: number;
}

/**
 * Chooses among what several dates saw at one pixel.
 * Medoid: the one with the least sum of distances to the others (Flood 2013). Median: band by band, the mean of
 * the two in the middle if their number is even.
 *
 * @param candidates One or more, the least cloudy date first; of those alike the first is taken.
 * @param counted Bands that count for distances: the first so many.
 */
export function combine(candidates: readonly DateValues[], method: CompositeMethod, counted: number): Taken {
  const taken = method === 'median' ? medianOf(candidates, counted) : pick(candidates, method, counted);
  let sum = 0;
  for (const { values } of candidates) {
    for (let b = 0; b < counted; b++) sum += Math.abs(values[b] - taken.values[b]);
  }
  return { ...taken, spread: sum / (counted * Math.max(1, candidates.length - 1)) };
}

function pick(candidates: readonly DateValues[], method: CompositeMethod, counted: number): DateValues {
  if (method === 'least-cloudy') return candidates[0];
  const sums = candidates.map(({ values }) =>
    candidates.reduce((sum, other) => sum + distance(values, other.values, counted), 0),
  );
  return candidates[sums.indexOf(Math.min(...sums))];
}

function medianOf(candidates: readonly DateValues[], counted: number): DateValues {
  const values = candidates[0].values.map((_, b) => {
    const sorted = candidates
      .map((candidate) => candidate.values[b])
      .filter((value) => !Number.isNaN(value))
      .sort((p, q) => p - q);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
  });
  const same = candidates.find((candidate) =>
    candidate.values.every((value, b) => value === values[b] || Number.isNaN(value)),
  );
  if (same) return same;
  // A mixture is no date's own; the target is named only where its values are left as they are.
  const others = candidates.filter(({ date }) => date > 0);
  const distances = others.map((other) => distance(other.values, values, counted));
  return { date: others[distances.indexOf(Math.min(...distances))].date, values };
}

function distance(a: Float64Array, b: Float64Array, counted: number): number {
  let sum = 0;
  for (let i = 0; i < counted; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}
