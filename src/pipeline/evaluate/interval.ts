import { CONFIDENCE_SCALE, scaleOf } from '../composite/composite.ts';
import { type Measuring, unitOf } from './measures.ts';
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

/** What a confidence means, in the units in which a scene's errors are told: for those who read it in a file or a report. */
export function confidenceMeans(measuring: Measuring): string {
  const scale = CONFIDENCE_SCALE * measuring.unitsPerOne;
  const error = (percent: number) => String(Number((-scale * Math.log(percent / 100)).toPrecision(2)));
  return `Confidence is a measure of the error to expect, not a probability: 100 exp(-b / ${scale}), where b is the mean absolute error to expect in ${unitOf(measuring)}. 50 % stand for ${error(50)}, 20 % for ${error(20)}. Nine of ten errors should be below 2.3 b.`;
}
