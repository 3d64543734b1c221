import { type Band, INTEGER_RANGES, type Samples, type SampleType } from '../scene.ts';

/**
 * A converter from values in native units (not yet rounded) to samples: rounded and clamped to the range of an
 * integer type, and moved to the nearest other value where the result would read as no-data.
 */
export function sampleMaker(type: SampleType, nodata: number | null): (value: number) => number {
  const range = INTEGER_RANGES[type];
  if (!range) {
    if (nodata === null || Number.isNaN(nodata)) return (value) => value;
    const stored = type === 'float32' ? Math.fround(nodata) : nodata;
    const aside = nodata + 1e-6 * Math.max(1, Math.abs(nodata));
    return (value) => ((type === 'float32' ? Math.fround(value) : value) === stored ? aside : value);
  }
  const [low, high] = range;
  return (value) => {
    const clamped = Math.min(high, Math.max(low, value));
    const rounded = Math.round(clamped);
    if (rounded !== nodata) return rounded;
    const other = clamped > rounded ? rounded + 1 : rounded - 1;
    return other < low ? rounded + 1 : other > high ? rounded - 1 : other;
  };
}

/**
 * Mixes one repaired band into its native samples: `(1 - alpha) * observed + alpha * repaired` where alpha > 0.
 * Every other sample keeps its bits.
 *
 * @param samples Native samples of the tile core; changed in place.
 * @param repaired In reflectance (`sample * scale + offset`); NaN where nothing is known: the sample stays as it is.
 * @param alpha 0..1 per pixel.
 */
export function mixInto(
  samples: Samples,
  repaired: Float32Array,
  alpha: Float32Array,
  band: Band,
  make: (value: number) => number,
  isData: (sample: number) => boolean,
): void {
  for (let i = 0; i < samples.length; i++) {
    const a = alpha[i];
    if (a === 0 || !isData(samples[i]) || Number.isNaN(repaired[i])) continue;
    const native = (repaired[i] - band.offset) / band.scale;
    samples[i] = make(a === 1 ? native : (1 - a) * samples[i] + a * native);
  }
}
