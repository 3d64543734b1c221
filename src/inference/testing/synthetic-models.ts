import { createHash } from 'node:crypto';
import type { FetchBytes, ModelCard } from '../model.ts';

/** Side of the golden tile. */
const SIDE = 8;

export interface SyntheticOptions {
  /** Added to every output value, to tell a model from another. */
  readonly offset?: number;
  /** Added to every golden output value: what a wrong back end would look like from outside. */
  readonly goldenError?: number;
  /** Spoils this file after its checksum was taken. */
  readonly damage?: 'model.json' | 'weights.bin' | 'golden.bin';
}

type Files = Map<string, ArrayBuffer>;

/**
 * A model of one 1x1 convolution with bias, `out[k] = sum(in) * (k + 1) / 8 + k + offset`, in the files of a real one;
 * all its numbers are exact in float32.
 */
export function syntheticModel(
  name: string,
  inputs: number,
  outputs: number,
  { goldenError = 0, damage, offset = 0 }: SyntheticOptions = {},
): Files {
  const kernel = Array.from({ length: inputs * outputs }, (_, i) => ((i % outputs) + 1) / 8);
  const bias = Array.from({ length: outputs }, (_, k) => k + offset);
  const tensor = (shape: number[]) => ({
    dtype: 'DT_FLOAT',
    tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
  });
  const constant = (node: string, shape: number[]) => ({
    name: node,
    op: 'Const',
    attr: { dtype: { type: 'DT_FLOAT' }, value: { tensor: tensor(shape) } },
  });
  const topology = {
    format: 'graph-model',
    modelTopology: {
      node: [
        {
          name: 'input',
          op: 'Placeholder',
          attr: {
            dtype: { type: 'DT_FLOAT' },
            shape: { shape: { dim: [1, -1, -1, inputs].map((size) => ({ size: String(size) })) } },
          },
        },
        constant('kernel', [1, 1, inputs, outputs]),
        constant('bias', [outputs]),
        {
          name: 'convolved',
          op: 'Conv2D',
          input: ['input', 'kernel'],
          attr: {
            T: { type: 'DT_FLOAT' },
            strides: { list: { i: ['1', '1', '1', '1'] } },
            padding: { s: Buffer.from('SAME').toString('base64') },
            data_format: { s: Buffer.from('NHWC').toString('base64') },
            dilations: { list: { i: ['1', '1', '1', '1'] } },
          },
        },
        { name: 'output', op: 'BiasAdd', input: ['convolved', 'bias'], attr: { T: { type: 'DT_FLOAT' } } },
      ],
      versions: { producer: 1 },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'kernel', shape: [1, 1, inputs, outputs], dtype: 'float32' },
          { name: 'bias', shape: [outputs], dtype: 'float32' },
        ],
      },
    ],
  };
  const input = Array.from({ length: SIDE * SIDE * inputs }, (_, i) => ((i * 7) % 16) / 16);
  const golden = [...input, ...expectedOutput(input, inputs, outputs).map((v) => v + offset + goldenError)];
  const files: Files = new Map([
    ['model.json', text(JSON.stringify(topology))],
    ['weights.bin', floats([...kernel, ...bias])],
    ['golden.bin', floats(golden)],
  ]);
  const card: ModelCard = {
    name,
    version: '1.2.3',
    files: Object.fromEntries(
      [...files].map(([file, bytes]) => [
        file,
        {
          sha256: createHash('sha256').update(new Uint8Array(bytes)).digest('hex'),
          bytes: bytes.byteLength,
        },
      ]),
    ),
    inputNames: ['input'],
    outputNames: ['output'],
    inputChannels: names(inputs),
    outputChannels: names(outputs),
    golden: {
      file: 'golden.bin',
      shape: [1, SIDE, SIDE, inputs],
      outputShape: [1, SIDE, SIDE, outputs],
      tolerance: 1e-3,
    },
  };
  files.set('card.json', text(JSON.stringify(card)));
  if (damage) {
    const bytes = files.get(damage)!.slice(0);
    new Uint8Array(bytes)[bytes.byteLength - 1] ^= 1;
    files.set(damage, bytes);
  }
  return files;
}

/** What the model computes, by plain arithmetic. */
export function expectedOutput(input: ArrayLike<number>, inputs: number, outputs: number): number[] {
  const out: number[] = [];
  for (let pixel = 0; pixel < input.length / inputs; pixel++) {
    let sum = 0;
    for (let c = 0; c < inputs; c++) sum += input[pixel * inputs + c];
    for (let k = 0; k < outputs; k++) out.push((sum * (k + 1)) / 8 + k);
  }
  return out;
}

/** Serves models from memory under `memory:/<name>/`. */
export function serve(models: Readonly<Record<string, Files>>): FetchBytes {
  return async (url) => {
    const [, model, file] = url.match(/^memory:\/([\w-]+)\/(.+)$/) ?? [];
    const bytes = models[model]?.get(file);
    if (!bytes) throw new Error(`nothing at ${url}`);
    return bytes.slice(0);
  };
}

const text = (content: string) => new TextEncoder().encode(content).buffer as ArrayBuffer;
const floats = (values: readonly number[]) => new Float32Array(values).buffer;
const names = (count: number) => Array.from({ length: count }, (_, i) => `channel ${i}`);
