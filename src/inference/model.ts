import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { PipelineError, throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import type { ModelIdentity } from '../pipeline/networks.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';

/** card.json of a model: what its export promises. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  /** `model.json`, `weights.bin`, `golden.bin`; SHA-256 in hex. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Names of the channels, in order. */
  readonly inputChannels: readonly string[];
  readonly outputChannels: readonly string[];
  readonly golden: {
    /** Little-endian float32: an input, then the output that the training framework computed for it. */
    readonly file: string;
    /** NHWC. */
    readonly shape: readonly number[];
    readonly outputShape: readonly number[];
    /** Largest absolute difference that counts as equal. */
    readonly tolerance: number;
  };
}

/** A model as fetched and verified, not yet on any back end. */
export interface ModelFiles {
  readonly card: ModelCard;
  readonly identity: ModelIdentity;
  readonly topology: tf.io.ModelJSON;
  readonly weights: ArrayBuffer;
  readonly golden: { readonly input: Float32Array; readonly output: Float32Array };
}

/** Returns the bytes at an address. */
export type FetchBytes = (url: string, signal?: AbortSignal) => Promise<ArrayBuffer>;

/**
 * Fetches a model and checks every file against the card.
 *
 * @param folder address of the model's folder, with a slash at the end
 * @throws PipelineError `model/unavailable`, `model/corrupt`, `job/cancelled`.
 */
export async function fetchModel(
  folder: string,
  fetchBytes: FetchBytes = fetchOverHttp,
  signal?: AbortSignal,
): Promise<ModelFiles> {
  const card = parse<ModelCard>(await fetchBytes(`${folder}card.json`, signal), folder);
  if (!card.files || !card.golden) throw corrupt(folder, phrase('its card is incomplete'));
  const checked = async (name: string) => {
    const bytes = await fetchBytes(folder + name, signal);
    if ((await sha256(bytes)) !== card.files[name]?.sha256) {
      throw corrupt(folder, phrase('{{name}} does not match the checksum on its card', { name }));
    }
    return bytes;
  };
  const [topology, weights, golden] = await Promise.all(
    ['model.json', 'weights.bin', card.golden.file].map(checked),
  );
  throwIfAborted(signal);
  const values = new Float32Array(golden);
  const inputLength = size(card.golden.shape);
  if (values.length !== inputLength + size(card.golden.outputShape)) {
    throw corrupt(folder, phrase('its test tile has another size than the card says'));
  }
  return {
    card,
    identity: { name: card.name, version: card.version, sha256: card.files['weights.bin'].sha256 },
    topology: parse<tf.io.ModelJSON>(topology, folder),
    weights,
    golden: { input: values.subarray(0, inputLength), output: values.subarray(inputLength) },
  };
}

/** A network on the current back end: flat NHWC float32 in and out, N = 1. */
export interface LoadedModel {
  run(input: Float32Array, height: number, width: number): Promise<Float32Array>;
  dispose(): void;
}

/** Puts a model on the current back end. Every run leaves the number of live tensors as it was. */
export async function loadModel(files: ModelFiles): Promise<LoadedModel> {
  const { card, topology, weights } = files;
  const channels = card.inputChannels.length;
  const graph: GraphModel = await loadGraphModel(
    tf.io.fromMemory({
      modelTopology: topology.modelTopology,
      weightSpecs: topology.weightsManifest.flatMap((group) => group.weights),
      weightData: weights,
    }),
  ).catch((cause) => {
    throw corrupt(card.name, phrase('its graph cannot be read'), cause);
  });
  return {
    async run(input, height, width) {
      const expected = height * width * channels;
      if (input.length !== expected) {
        throw new RangeError(`${card.name}: ${input.length} values given, ${expected} needed`);
      }
      const output = tf.tidy(() => {
        const tile = tf.tensor4d(input, [1, height, width, channels]);
        return graph.execute({ [card.inputNames[0]]: tile }, card.outputNames[0]) as tf.Tensor;
      });
      try {
        return (await output.data()) as Float32Array;
      } finally {
        output.dispose();
      }
    },
    dispose: () => graph.dispose(),
  };
}

/** Largest absolute difference between a model's output on its golden tile and the stored one. */
export async function goldenDifference(files: ModelFiles, model: LoadedModel): Promise<number> {
  const [, height, width] = files.card.golden.shape;
  const output = await model.run(files.golden.input, height, width);
  if (output.length !== files.golden.output.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < output.length; i++) {
    const difference = Math.abs(output[i] - files.golden.output[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

async function fetchOverHttp(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  let cause: unknown;
  try {
    const response = await fetch(url, { signal });
    if (response.ok) return await response.arrayBuffer();
    cause = new Error(`HTTP ${response.status}`);
  } catch (thrown) {
    if (signal?.aborted) throw toPipelineError(thrown);
    cause = thrown;
  }
  throw new PipelineError(
    'model/unavailable',
    phrase("The network's weights could not be loaded ({{address}}).", { address: String(url) }),
    phrase('Check the connection and try again.'),
    { cause },
  );
}

function parse<T>(bytes: ArrayBuffer, folder: string): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch (cause) {
    throw corrupt(folder, phrase('a description of it is not JSON'), cause);
  }
}

function corrupt(model: string, what: Phrase, cause?: unknown): PipelineError {
  return new PipelineError(
    'model/corrupt',
    phrase('The model {{model}} is damaged: {{what}}.', { model, what }),
    phrase('Reload the page; if it happens again, the files on the server need to be replaced.'),
    { cause },
  );
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
