/** The shipped models compute here what they computed in PyTorch when they were exported. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  DETECTOR_CHANNELS,
  DETECTOR_CLASSES,
  GENERATOR_CHANNELS,
  GENERATOR_OUTPUTS,
} from '../pipeline/networks.ts';
import { fetchModel } from './model.ts';
import { createNetworks, type StartedNetworks } from './networks.ts';
import { NODE_WASM } from './testing/wasm-in-node.ts';

const modelsUrl = new URL('../../public/models/', import.meta.url).href;
const fetchBytes = async (url: string) => {
  const { buffer, byteOffset, byteLength } = await readFile(new URL(url));
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
};

describe.skipIf(!existsSync(new URL('detector/card.json', modelsUrl)))('the shipped models on WASM', () => {
  let started: StartedNetworks | undefined;
  afterAll(() => started?.dispose());

  test.each(['light', 'full'] as const)('agree with PyTorch on the golden tiles: %s', async (generator) => {
    started?.dispose();
    started = await createNetworks({
      modelsUrl,
      generator,
      wasmFiles: NODE_WASM,
      prefer: ['wasm'],
      fetchBytes,
    });
    expect(started.report.goldenDifference).toBeLessThan(1e-3);
  });

  test('computed in parts, with pauses between them, they give the same values and leave no tensor behind', async () => {
    const given = Float32Array.from({ length: 64 * 64 * GENERATOR_CHANNELS }, (_, i) => (i % 89) / 89);
    const wholly = await started!.networks.generate(given, 64, 64);
    started!.dispose();
    const pause = vi.fn(async () => {});
    started = await createNetworks({ modelsUrl, wasmFiles: NODE_WASM, prefer: ['wasm'], fetchBytes, pause });
    const before = tf.engine().state.numTensors;
    expect(await started.networks.generate(given, 64, 64)).toEqual(wholly);
    expect(pause.mock.calls.length).toBeGreaterThan(8);
    expect(tf.engine().state.numTensors).toBe(before);
  });

  test.each([
    ['detector', DETECTOR_CHANNELS, DETECTOR_CLASSES],
    ['generator', GENERATOR_CHANNELS, GENERATOR_OUTPUTS],
    ['generator-six', GENERATOR_CHANNELS, GENERATOR_OUTPUTS],
    ['generator-light', GENERATOR_CHANNELS, GENERATOR_OUTPUTS],
  ])('%s: the golden tile is a real test', async (name, inputs, outputs) => {
    const { card, golden } = await fetchModel(`${modelsUrl}${name}/`, fetchBytes);
    expect(card.inputChannels).toHaveLength(inputs);
    expect(card.outputChannels).toHaveLength(outputs);
    expect(card.golden.tolerance).toBeLessThanOrEqual(1e-3);
    for (const values of [golden.input, golden.output]) {
      expect(new Set(values).size).toBeGreaterThan(values.length / 20);
    }
  });

  test('probabilities sum to 1, error scales are positive, on the tile size of a run', async () => {
    const side = 320;
    const bands = Float32Array.from({ length: side * side * DETECTOR_CHANNELS }, (_, i) =>
      i % DETECTOR_CHANNELS < 6 ? (i % 97) / 97 : 1,
    );
    const probabilities = await started!.networks.detect(bands, side, side);
    let worst = 0;
    for (let p = 0; p < probabilities.length; p += DETECTOR_CLASSES) {
      const sum = probabilities.subarray(p, p + DETECTOR_CLASSES).reduce((a, b) => a + b);
      worst = Math.max(worst, Math.abs(sum - 1));
    }
    expect(worst).toBeLessThan(1e-5);

    const input = Float32Array.from({ length: side * side * GENERATOR_CHANNELS }, (_, i) =>
      i % GENERATOR_CHANNELS < 6 ? (i % 97) / 97 : 1,
    );
    const output = await started!.networks.generate(input, side, side);
    const scales = output.filter((_, i) => i % GENERATOR_OUTPUTS === GENERATOR_OUTPUTS - 1);
    expect(Math.min(...scales.subarray(0, 10_000))).toBeGreaterThan(0);
    expect(output.every(Number.isFinite)).toBe(true);
  });
});
