import { boxBlur } from '../blur.ts';
import { between } from '../linear.ts';
import type { Window } from '../scene.ts';
import type { Probabilities } from './probabilities.ts';

/*
 * Shadow is dark beside the clear ground around it, which begins farther away than the detector sees. What it says of shadow is therefore
 * weighed once the ground of the scene is known. Training uses the same definition and fits the numbers
 * (`training/unclouded_training/darkness.py`); a fixture ties the two together.
 */

/** Cells to either side in one box mean; two of them, one over the other, are taken. */
const RADIUS = 3;
const TIMES = 2;
/** What one pixel comes to in such means, at most. */
const ONE_PIXEL = (2 * RADIUS + 1) ** (-2 * TIMES);
/** Probabilities of shadow from this on, in 1/255, are weighed. */
export const LEAST_SHADOW = 13;
const FLOOR = 0.01;
const MOST_DARKNESS = 2;
/** Probabilities are weighed as if they lay this far from 0 and 1. */
const LEAST_DOUBT = 1e-4;
/** Weights of 1, the detector's logit l, the darkness d, and l d, by the bands in which darkness is measured. */
const WEIGHTS = {
  infrared: [-0.675, 0.518, -1.706, -0.242],
  visible: [-0.211, 0.532, -2.382, -0.689],
} as const;

/** Brightness is kept as 1..255, from reflectance 0 to this; 0 where it is not known. */
const BRIGHTEST = 1.5;
const STEP = Math.log((BRIGHTEST + FLOOR) / FLOOR) / 254;
const toByte = (logarithm: number) => Math.min(255, Math.round((logarithm - Math.log(FLOOR)) / STEP) + 1);
const fromByte = (byte: number) => Math.log(FLOOR) + (byte - 1) * STEP;

/**
 * The bands in which shadow is darkest: near and first short-wave infrared, else blue, green and red.
 * @param canonical By canonical band: null where the scene lacks it.
 */
function darkBands<T>(canonical: readonly (T | null)[]): T[] {
  const slots = hasInfrared(canonical) ? [3, 4] : [0, 1, 2];
  return slots.map((slot) => canonical[slot]).filter((band) => band !== null);
}

const hasInfrared = (canonical: readonly unknown[]) => canonical[3] !== null;

/**
 * How bright pixels are: the mean logarithm of the reflectance in the dark bands, 1..255; 0 where they are not asked for.
 *
 * @param canonical Reflectance, null where the scene lacks the band.
 * @param asked 1 at the pixels whose shadow is to be weighed.
 */
export function brightnessOf(canonical: readonly (Float32Array | null)[], asked: Uint8Array): Uint8Array {
  const bands = darkBands(canonical);
  return asked.map((is, i) => {
    if (!is) return 0;
    let sum = 0;
    for (const band of bands) sum += Math.log(band[i] + FLOOR);
    return toByte(sum / bands.length);
  });
}

/** A scene in square cells of `side` pixels. */
interface Cells {
  readonly side: number;
  readonly width: number;
  readonly height: number;
}

/** The means of the clear pixels of each cell, and how many they rest on; a cell without any has the weight 0. */
export interface ClearMeans extends Cells {
  readonly planes: readonly Float32Array[];
  readonly weights: readonly Uint8Array[];
}

/** The clear ground around each cell. */
export interface ClearGround extends Cells {
  /** Mean logarithm of its reflectance in the dark bands. */
  readonly brightness: Float32Array;
  /** How shadow is weighed in these bands. */
  readonly weights: readonly number[];
}

/**
 * The mean of the cells around each, by the pixels that they rest on. One pixel's weight of the scene's mean is added, so that all are
 * defined.
 * @param canonical The canonical bands of the scene, null where it lacks one: the first planes of the means.
 * @returns null where no pixel of the scene is clear
 */
export function clearGround(means: ClearMeans, canonical: readonly (number | null)[]): ClearGround | null {
  const { side, width, height } = means;
  let planeCount = 0;
  const planes = darkBands(canonical.map((index) => (index === null ? null : planeCount++)));
  const brightness = new Float32Array(width * height);
  const blur = boxBlur(width, height, RADIUS, TIMES);
  for (const p of planes) {
    const weight = Float64Array.from(means.weights[p]);
    const total = sumOf(weight);
    if (total === 0) return null;
    const sums = weight.map((w, i) => (w > 0 ? w * means.planes[p][i] : 0));
    const mean = sumOf(sums) / total;
    blur(sums);
    blur(weight);
    for (let i = 0; i < brightness.length; i++) {
      brightness[i] +=
        Math.log((sums[i] + ONE_PIXEL * mean) / (weight[i] + ONE_PIXEL) + FLOOR) / planes.length;
    }
  }
  return {
    side,
    width,
    height,
    brightness,
    weights: WEIGHTS[hasInfrared(canonical) ? 'infrared' : 'visible'],
  };
}

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

/**
 * The probability of shadow over a window, weighed by how dark its pixels are beside the clear ground.
 *
 * @param found In 1/255, over the window.
 * @param brightness As {@link brightnessOf} gives it. Where it is 0, what was found stands.
 * @returns in 1/255
 */
export function weighShadow(
  found: Probabilities,
  brightness: Uint8Array,
  window: Window,
  ground: ClearGround,
): Uint8Array {
  const [a, b, c, e] = ground.weights;
  const shadow = found.shadow.slice();
  const groundAt = bilinear(ground, window);
  for (let y = 0, i = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++, i++) {
      if (brightness[i] === 0) continue;
      const d = clip(fromByte(brightness[i]) - groundAt(x, y), -MOST_DARKNESS, MOST_DARKNESS);
      const uncloudy = 255 - found.thin[i] - found.thick[i];
      const q = clip(shadow[i] / uncloudy, LEAST_DOUBT, 1 - LEAST_DOUBT);
      const l = Math.log(q / (1 - q));
      shadow[i] = Math.round(uncloudy / (1 + Math.exp(-(a + b * l + c * d + e * l * d))));
    }
  }
  return shadow;
}

const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Reads cells at pixels of a window, between the cells' centres; clamped at the edges. */
function bilinear({ side, width, height, brightness }: ClearGround, window: Window) {
  const along = (length: number, from: number, cells: number) =>
    Array.from({ length }, (_, n) => between(from + n, side, cells));
  const columns = along(window.width, window.x, width);
  const rows = along(window.height, window.y, height);
  return (x: number, y: number) => {
    const [column, row] = [columns[x], rows[y]];
    const line = (r: number) => {
      const left = brightness[r * width + column.low];
      return left + column.share * (brightness[r * width + column.high] - left);
    };
    const upper = line(row.low);
    return upper + row.share * (line(row.high) - upper);
  };
}
