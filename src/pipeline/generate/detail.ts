/** The blur that tells tone from detail: boxes of 7 pixels, three times, so about a Gaussian of 3.5 pixels. */
const RADIUS = 3;
const TIMES = 3;
/** Pixels around a pixel on which {@link keepTone} depends. */
export const DETAIL_REACH = RADIUS * TIMES;

/**
 * Takes the tone out of what the generator changed under thick cloud and keeps its detail: nothing was seen there that could
 * say how bright the ground is, so that is left to what surrounds the cloud (the pre-fill). Networks learn to darken the fill,
 * because in training it is drawn from pixels at the rim of clouds that still hold some; where the rim is clear, that shows as a step.
 * The detail fades in from the rim. This is the generator's output cloned into the fill (Perez, Gangnet and Blake 2003), with a
 * blur in place of the membrane, so that it depends on near pixels only and tiles show no borders.
 *
 * @param planes What the generator says, in reflectance; changed in place where `share` is above 0.
 * @param fill The pre-fill.
 * @param share How much of a pixel is to be treated so, 0..1.
 */
export function keepTone(
  planes: readonly Float32Array[],
  fill: readonly Float32Array[],
  share: Float32Array,
  width: number,
  height: number,
): void {
  if (!share.some((s) => s > 0)) return;
  const around = share.slice();
  const change = new Float32Array(share.length);
  const scratch = new Float32Array(share.length);
  blur(around, scratch, width, height);
  planes.forEach((plane, b) => {
    const filled = fill[b];
    for (let i = 0; i < change.length; i++) change[i] = share[i] * (plane[i] - filled[i]);
    blur(change, scratch, width, height);
    for (let i = 0; i < plane.length; i++) {
      const s = share[i];
      if (s === 0) continue;
      const detail = plane[i] - filled[i] - change[i] / around[i];
      const shown = Math.max(0, 2 * around[i] - 1);
      plane[i] = (1 - s) * plane[i] + s * Math.max(0, filled[i] + shown * detail);
    }
  });
}

/** Box after box, along rows, then along columns, in place; beyond the window is nothing. */
function blur(plane: Float32Array, scratch: Float32Array, width: number, height: number): void {
  const inside = (at: number, length: number) => at >= RADIUS && at < length - RADIUS;
  for (let time = 0; time < TIMES; time++) {
    for (let start = 0; start < plane.length; start += width) {
      means(plane, scratch, start + RADIUS, start + width - RADIUS, 1);
      for (let x = 0; x < width; x++) {
        if (inside(x, width)) x = width - RADIUS;
        scratch[start + x] = mean(plane, start + x, 1, x, width - 1 - x);
      }
    }
    for (let y = 0; y < height; y++) {
      const start = y * width;
      if (inside(y, height)) means(scratch, plane, start, start + width, width);
      else for (let i = start; i < start + width; i++) plane[i] = mean(scratch, i, width, y, height - 1 - y);
    }
  }
}

/** Means of the 2 * RADIUS + 1 = 7 samples around each of the samples `first .. end - 1`, along lines of that step. */
function means(from: Float32Array, to: Float32Array, first: number, end: number, step: number): void {
  const [two, three] = [2 * step, 3 * step];
  for (let i = first; i < end; i++) {
    const before = from[i - three] + from[i - two] + from[i - step];
    to[i] = (before + from[i] + from[i + step] + from[i + two] + from[i + three]) / 7;
  }
}

/** The same of one sample, of which so many lie before and after it in its line. */
function mean(plane: Float32Array, i: number, step: number, before: number, after: number): number {
  let sum = 0;
  const last = i + Math.min(after, RADIUS) * step;
  for (let k = i - Math.min(before, RADIUS) * step; k <= last; k += step) sum += plane[k];
  return sum / (2 * RADIUS + 1);
}
