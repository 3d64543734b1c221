import { scaleOf } from '../composite/composite.ts';
import { isRepair } from './shares.ts';

/**
 * Half the width, in reflectance, of the interval that should hold the truth in nine of ten cases, per pixel; NaN where
 * nothing was repaired. The error is told as a Laplace distribution of scale b, for which that is b ln 10.
 *
 * @param confidence Percent per pixel, as the product tells it.
 * @param provenance PROVENANCE per pixel.
 */
export function intervalOf(confidence: Uint8Array, provenance: Uint8Array): Float32Array {
  return Float32Array.from(confidence, (percent, i) =>
    isRepair(provenance[i]) ? scaleOf(percent) * Math.LN10 : Number.NaN,
  );
}
