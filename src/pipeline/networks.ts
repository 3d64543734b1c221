import { canonicalIndices, type Scene } from './scene.ts';

/**
 * What the pipeline needs of the networks. `src/inference` implements it with TensorFlow.js;
 * tests implement it with arithmetic.
 *
 * Tensors are NHWC with N = 1, flattened, float32. Height and width are multiples of 8.
 */
export interface Networks {
  /** The back end that computes, e.g. `webgpu` or `wasm`. */
  readonly backend: string;
  readonly models: Models & {
    /** Of the generator that repairs pictures with all six bands in the other's place, where there is one. */
    readonly generatorSix?: ModelIdentity;
  };
  /**
   * Memory for an input, which holds what it held before: inputs are megabytes, and new ones for every tile would wait for the
   * collector on both sides of a worker. New memory if left out.
   */
  readonly lend?: LendMemory;
  /**
   * @param input `[1, height, width, 14]`: six canonical bands (reflectance, clipped to 0..1.5, 0 where
   *   missing), six presence planes (0 or 1), the cirrus band and its presence.
   * @returns `[1, height, width, 4]`: probabilities of clear, thin, thick, shadow; they sum to 1.
   */
  detect(input: Float32Array, height: number, width: number): Promise<Float32Array>;
  /**
   * @param input `[1, height, width, 22]`: six observed bands, six presence planes, the probabilities of thin, thick
   *   and shadow, six pre-filled bands, and 1 where the pre-fill was observed on another date.
   * @returns `[1, height, width, 7]`: six repaired bands in reflectance, then the Laplace scale of their
   *   error in reflectance (> 0).
   */
  generate(input: Float32Array, height: number, width: number): Promise<Float32Array>;
}

export type LendMemory = (length: number) => Float32Array;

/** The networks of a run: written into every result. */
export interface Models {
  readonly detector: ModelIdentity;
  readonly generator: ModelIdentity;
}

/** Those of the networks that a scene is given to. */
export function modelsFor({ models }: Networks, scene: Scene): Models {
  const { detector, generator, generatorSix } = models;
  const hasSixBands = canonicalIndices(scene).every((index) => index !== null);
  return { detector, generator: hasSixBands && generatorSix ? generatorSix : generator };
}

export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** The generators that are shipped; the light one is for machines without a GPU. */
export type GeneratorSize = 'full' | 'light';

export const DETECTOR_CHANNELS = 14;
export const DETECTOR_CLASSES = 4;
export const GENERATOR_CHANNELS = 22;
export const GENERATOR_OUTPUTS = 7;
