import { squaredDistance } from '../distance.ts';
import { type FrequencyPlane, frequency, transform } from './fourier.ts';
import type { Shift } from './warp.ts';

/** How two dates lie to each other, and how sure that is. */
export interface ShiftEstimate extends Shift {
  /** Height of the correlation's peak, 0 (nothing in common) to 1 (the same picture, shifted). */
  readonly peak: number;
}

/** Cross-power of pictures seen on both dates, summed; see {@link addToCrossPower}. */
export interface CrossPower extends FrequencyPlane {
  pictures: number;
}

/** Frequencies beyond this, in cycles per pixel, say more about resampling and noise than about the place. */
const HIGHEST = 0.35;
/** Farthest shift that is looked for, in pixels. */
const FARTHEST_SHIFT = 8;

export function createCrossPower(side: number): CrossPower {
  return { side, re: new Float64Array(side * side), im: new Float64Array(side * side), pictures: 0 };
}

/**
 * Enters a square picture of both dates, `side * side`. Pixels that are not `usable` on both count as their mean.
 * Only the phases are kept (Kuglin and Hines 1975), so that neither season nor sensor weighs.
 */
export function addToCrossPower(
  sum: CrossPower,
  target: Float32Array,
  date: Float32Array,
  usable: Uint8Array,
): void {
  const { side } = sum;
  const a = transform(tapered(target, usable, side), side);
  const b = transform(tapered(date, usable, side), side);
  for (let i = 0; i < side * side; i++) {
    const re = a.re[i] * b.re[i] + a.im[i] * b.im[i];
    const im = a.re[i] * b.im[i] - a.im[i] * b.re[i];
    const size = Math.hypot(re, im);
    if (size === 0) continue;
    sum.re[i] += re / size;
    sum.im[i] += im / size;
  }
  sum.pictures++;
}

/** Pixels over which a picture fades out towards those that are not usable: a hard edge would be what is matched. */
const FADE = 8;

/** Less its mean, and faded out towards gaps, and towards the edges by a Hann window. */
function tapered(picture: Float32Array, usable: Uint8Array, side: number): Float64Array {
  let total = 0;
  let count = 0;
  for (let i = 0; i < picture.length; i++) {
    if (!usable[i]) continue;
    total += picture[i];
    count++;
  }
  const toGap = squaredDistance(
    usable.map((is) => 1 - is),
    side,
    side,
    FADE,
    usable,
  );
  const mean = total / Math.max(1, count);
  const hann = Float64Array.from({ length: side }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / side) ** 2);
  return Float64Array.from(picture, (value, i) =>
    usable[i]
      ? (value - mean) * hann[i % side] * hann[Math.floor(i / side)] * Math.min(1, Math.sqrt(toGap[i]) / FADE)
      : 0,
  );
}

/**
 * The shift at which the dates agree best: the peak of the correlation on whole pixels, then on a hundredth of a pixel
 * around it by a direct transform (Guizar-Sicairos, Thurman and Fienup 2008). Null if nothing was entered.
 */
export function findShift(cross: CrossPower): ShiftEstimate | null {
  if (cross.pictures === 0) return null;
  const whole = Array.from({ length: 2 * FARTHEST_SHIFT + 1 }, (_, i) => i - FARTHEST_SHIFT);
  let best = peakOf(cross, whole, whole);
  for (const step of [0.1, 0.01]) {
    const around = (centre: number) => Array.from({ length: 21 }, (_, i) => centre + (i - 10) * step);
    best = peakOf(cross, around(best.dx), around(best.dy));
  }
  return best;
}

/** The highest correlation among shifts `xs` by `ys`. */
function peakOf({ side, re, im, pictures }: CrossPower, xs: number[], ys: number[]): ShiftEstimate {
  const frequencies = Float64Array.from({ length: side }, (_, i) => frequency(i, side));
  let used = 0;
  // Rows first: sum over columns of the spectrum for each dx.
  const partial = xs.map(() => ({ re: new Float64Array(side), im: new Float64Array(side) }));
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      if (Math.hypot(frequencies[u], frequencies[v]) > HIGHEST) continue;
      used++;
      const i = v * side + u;
      for (let k = 0; k < xs.length; k++) {
        const angle = 2 * Math.PI * frequencies[u] * xs[k];
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        partial[k].re[v] += re[i] * c - im[i] * s;
        partial[k].im[v] += re[i] * s + im[i] * c;
      }
    }
  }
  let best: ShiftEstimate = { dx: 0, dy: 0, peak: -Infinity };
  for (let k = 0; k < xs.length; k++) {
    for (const dy of ys) {
      let value = 0;
      for (let v = 0; v < side; v++) {
        const angle = 2 * Math.PI * frequencies[v] * dy;
        value += partial[k].re[v] * Math.cos(angle) - partial[k].im[v] * Math.sin(angle);
      }
      const peak = value / (used * pictures);
      if (peak > best.peak) best = { dx: xs[k], dy, peak };
    }
  }
  return best;
}
