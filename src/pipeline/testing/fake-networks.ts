import { thickBlend } from '../generate/prefill.ts';
import {
  DETECTOR_CHANNELS,
  DETECTOR_CLASSES,
  GENERATOR_CHANNELS,
  GENERATOR_OUTPUTS,
  type Networks,
} from '../networks.ts';

export interface FakeNetworks extends Networks {
  /** Shapes that the networks were called with, as `detect 320x320`. */
  readonly calls: string[];
}

export interface FakeBehaviour {
  /** Probabilities of clear, thin, thick, shadow from the six bands of a pixel. */
  readonly classify?: (bands: readonly number[]) => readonly [number, number, number, number];
  /** Six repaired bands and the error scale from the 22 inputs of a pixel. */
  readonly repair?: (inputs: readonly number[]) => readonly number[];
  readonly onCall?: () => void;
}

/** Blue above 0.6 is thick, above 0.4 thin; below 0.04 shadow. */
const byBlue = ([blue]: readonly number[]): readonly [number, number, number, number] => {
  if (blue > 0.6) return [0, 0, 1, 0];
  if (blue > 0.4) return [0, 1, 0, 0];
  return blue < 0.04 ? [0, 0, 0, 1] : [1, 0, 0, 0];
};

/** What a generator starts from, by its inputs at a pixel: the pre-fill under thick cloud, else the six bands as observed. */
export function baseOf(inputs: readonly number[]): number[] {
  const share = thickBlend(inputs[13]);
  return inputs.slice(0, 6).map((observed, band) => (1 - share) * observed + share * inputs[15 + band]);
}

/** The pre-fill as it is; half the reflectance under thin cloud, twice that in shadow. */
const byClass = (inputs: readonly number[]): readonly number[] => {
  const factor = 1 - 0.5 * inputs[12] + inputs[14];
  const out = baseOf(inputs).map((value) => value * factor);
  out[6] = 0.02;
  return out;
};

/** Networks made of arithmetic on single pixels. */
export function fakeNetworks({
  classify = byBlue,
  repair = byClass,
  onCall,
}: FakeBehaviour = {}): FakeNetworks {
  const identity = { name: 'fake', version: '1', sha256: '00' };
  const calls: string[] = [];
  const perPixel = (
    input: Float32Array,
    channels: number,
    outputs: number,
    map: (values: readonly number[]) => readonly number[],
  ): Float32Array => {
    const pixels = input.length / channels;
    const out = new Float32Array(pixels * outputs);
    const values = new Array<number>(channels);
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < channels; c++) values[c] = input[i * channels + c];
      const mapped = map(values);
      for (let c = 0; c < outputs; c++) out[i * outputs + c] = mapped[c];
    }
    return out;
  };
  const enter = (name: string, input: Float32Array, height: number, width: number, channels: number) => {
    if (input.length !== height * width * channels) throw new Error(`${name}: wrong shape`);
    for (let i = 0; i < input.length; i++) {
      if (!Number.isFinite(input[i])) throw new Error(`${name}: input is not finite`);
    }
    calls.push(`${name} ${height}x${width}`);
    onCall?.();
  };
  return {
    backend: 'fake',
    models: { detector: identity, generator: identity },
    calls,
    async detect(input, height, width) {
      enter('detect', input, height, width, DETECTOR_CHANNELS);
      return perPixel(input, DETECTOR_CHANNELS, DETECTOR_CLASSES, classify);
    },
    async generate(input, height, width) {
      enter('generate', input, height, width, GENERATOR_CHANNELS);
      return perPixel(input, GENERATOR_CHANNELS, GENERATOR_OUTPUTS, repair);
    },
  };
}
