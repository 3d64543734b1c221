import type { Window } from '../scene.ts';

/**
 * How much of the difference between a date and the target is left once the date is joined to what is clear around a gap: little
 * beside the rim, all of it far inside. It is measured where both are clear. Joining takes a harmonic correction; at a distance from a straight
 * rim, that is a mean over the rim with the weights of a Cauchy distribution as wide as the distance (Poisson's kernel of the half-plane). So
 * how far a clear pixel is off such a mean over a line beside it is the error at this distance from a rim.
 */
const DISTANCES = [1, 2, 4, 8, 16, 32] as const;
/** Farther from the rim, nothing changes. */
export const JOIN_REACH = DISTANCES[DISTANCES.length - 1];

/** Every so many rows and columns a pixel is taken for one inside a gap. */
const STEP = 4;
/** Fewer say little of a distance. */
const LEAST_PIXELS = 200;
/** Where along the rim it is sampled, in distances from it: the Cauchy distribution in eight parts of one weight. */
const ALONG = [1, 3, 5, 7].flatMap((k) => [Math.tan((k * Math.PI) / 16), -Math.tan((k * Math.PI) / 16)]);
/** What lies farther along the rim, in pixels, is taken from here, so that tiles hold it. */
const FARTHEST = 64;

/** By distance, offsets of the samples of a rim below, above, right and left of a pixel. */
const RIMS = DISTANCES.map((distance) =>
  [
    [0, 1],
    [0, -1],
    [1, 0],
    [-1, 0],
  ].map(([x, y]) =>
    ALONG.map((share) => {
      const along = Math.round(Math.max(-FARTHEST, Math.min(FARTHEST, share * distance)));
      return [x * distance + y * along, y * distance + x * along] as const;
    }),
  ),
);

/** Per distance: number of pixels, sum of how far they are off the mean over the rim, sum of how far off nought. */
export const createJoinSums = () => new Float64Array(3 * DISTANCES.length);

/**
 * Enters what is clear of a window.
 * @param difference Of target and date by band, in reflectance, where `usable`.
 */
export function addToJoin(
  sums: Float64Array,
  { x, y, width, height }: Window,
  difference: readonly Float32Array[],
  usable: Uint8Array,
): void {
  const first = (from: number) => (STEP - (from % STEP)) % STEP;
  for (let v = first(y); v < height; v += STEP) {
    for (let u = first(x); u < width; u += STEP) {
      const i = v * width + u;
      if (!usable[i]) continue;
      const side = ((x + u) / STEP + (2 * (y + v)) / STEP) % 4;
      RIMS.forEach((sides, d) => {
        const rim: number[] = [];
        for (const [dx, dy] of sides[side]) {
          if (u + dx < 0 || u + dx >= width || v + dy < 0 || v + dy >= height) return;
          if (!usable[i + dy * width + dx]) return;
          rim.push(i + dy * width + dx);
        }
        let [off, all] = [0, 0];
        for (const plane of difference) {
          let mean = 0;
          for (const at of rim) mean += plane[at] / rim.length;
          off += Math.abs(plane[i] - mean);
          all += Math.abs(plane[i]);
        }
        sums[3 * d]++;
        sums[3 * d + 1] += off / difference.length;
        sums[3 * d + 2] += all / difference.length;
      });
    }
  }
}

/** By distance, the share of the difference that is left; 1 where too little is clear to tell. */
export function solveJoin(sums: Float64Array): number[] {
  return DISTANCES.map((_, d) => {
    const [pixels, off, all] = sums.subarray(3 * d, 3 * d + 3);
    return pixels < LEAST_PIXELS || all === 0 ? 1 : off / all;
  });
}

/** @param distance From the rim, in pixels. */
export function leftAt(left: readonly number[], distance: number): number {
  const at = Math.log2(Math.min(JOIN_REACH, Math.max(DISTANCES[0], distance)));
  const low = Math.min(Math.floor(at), DISTANCES.length - 2);
  return left[low] + (at - low) * (left[low + 1] - left[low]);
}
