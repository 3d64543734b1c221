import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { PipelineError, throwIfAborted, toPipelineError } from '../pipeline/errors.ts';
import { hex } from '../pipeline/hex.ts';
import type { ModelIdentity } from '../pipeline/networks.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { request } from '../pipeline/request.ts';

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

export type Pause = () => Promise<void>;

/** A network on the current back end: flat NHWC float32 in and out, N = 1. */
export interface LoadedModel {
  /** @param pause if given, the network is computed in parts, and this is awaited before each: the result is the same */
  run(input: Float32Array, height: number, width: number, pause?: Pause): Promise<Float32Array>;
  dispose(): void;
}

/** Convolutions of a part: the shipped networks have some twenty. */
const CONVOLUTIONS_A_PART = 2;

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

/**
 * Cuts a graph, whose nodes come after those they take from, behind every `each`-th convolution.
 * @returns for every part the names of the tensors that what follows it needs; for the last one, `output`
 */
function partsOf(graph: readonly GraphNode[], output: string, each: number): string[][] {
  const nodes = graph.filter(({ op }) => op !== 'Const');
  const lastUse = new Map<string, number>();
  nodes.forEach(({ input = [] }, at) => {
    for (const name of input) lastUse.set(name, at);
  });
  let convolutions = 0;
  const cuts = nodes.flatMap(({ op }, at) => (/Conv2D$/.test(op) && ++convolutions % each === 0 ? at : []));
  const neededAfter = (cut: number) =>
    nodes.flatMap(({ name }, at) => (at <= cut && lastUse.get(name)! > cut ? name : []));
  return [...cuts.filter((cut) => cut < nodes.length - 1).map(neededAfter), [output]];
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
  const [inputName] = card.inputNames;
  const [outputName] = card.outputNames;
  const { node: nodes } = topology.modelTopology as { node: readonly GraphNode[] };
  const parts = partsOf(nodes, outputName, CONVOLUTIONS_A_PART);

  /** Part by part; the memory of what no later part needs is freed. */
  const compute = async (tile: tf.Tensor, steps: readonly string[][], pause?: Pause) => {
    let held: tf.NamedTensorMap = { [inputName]: tile };
    try {
      for (const needed of steps) {
        await pause?.();
        const missing = needed.filter((name) => !(name in held));
        const made = [tf.tidy(() => graph.execute(held, missing))].flat();
        const all = { ...held, ...Object.fromEntries(missing.map((name, i) => [name, made[i]])) };
        held = Object.fromEntries(needed.map((name) => [name, all[name]]));
        for (const [name, tensor] of Object.entries(all)) if (!(name in held)) tensor.dispose();
      }
      return held[outputName];
    } catch (thrown) {
      tf.dispose(held);
      throw thrown;
    }
  };

  return {
    async run(input, height, width, pause) {
      const expected = height * width * channels;
      if (input.length !== expected) {
        throw new RangeError(`${card.name}: ${input.length} values given, ${expected} needed`);
      }
      const tile = tf.tensor4d(input, [1, height, width, channels]);
      const output = await compute(tile, pause ? parts : [[outputName]], pause);
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
  try {
    const { bytes } = await request(new URL(url), {}, Number.POSITIVE_INFINITY, signal);
    return bytes.buffer;
  } catch (cause) {
    if (signal?.aborted) throw toPipelineError(cause);
    throw new PipelineError(
      'model/unavailable',
      phrase("The network's weights could not be loaded ({{address}}).", { address: url }),
      phrase('Check the connection and try again.'),
      { cause },
    );
  }
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
  return hex(digest);
}

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);
