/**
 * Rate of the networks: TensorFlow.js on WASM, as the app and the command line run them, against ONNX Runtime Web on
 * WASM with the same weights, the same tiles (those of a run) and one thread each, in Node, turn by turn.
 *
 *   npm run bench:network            results go to bench/results/
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import * as ort from 'onnxruntime-web';
import { loader } from './lib/load.mjs';
import { toOnnx } from './lib/onnx.mjs';

const ROUNDS = Number(process.env.BENCH_RUNS ?? 15);
/** Rounds before those that count: V8 compiles WebAssembly twice, the second time well and beside the work. */
const WARM_UP = 5;
const root = new URL('..', import.meta.url);
const models = new URL('public/models/', root);

const json = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));
const ours = await loader();
const { createNetworks } = await ours.load('src/inference/networks.ts');
const { CORE, HALOS } = await ours.load('src/pipeline/tiles.ts');
const { NODE_WASM } = await ours.load('src/inference/testing/wasm-in-node.ts');
const started = await createNetworks({
  modelsUrl: models.href,
  wasmFiles: NODE_WASM,
  prefer: ['wasm'],
  fetchBytes: async (url) => Uint8Array.from(await readFile(new URL(url))).buffer,
});
ort.env.wasm.numThreads = 1;

const results = {};
for (const [name, method] of [
  ['detector', 'detect'],
  ['generator', 'generate'],
]) {
  const side = CORE + 2 * HALOS[method];
  results[name] = await compare(name, side, (input) => started.networks[method](input, side, side));
}
started.dispose();
await ours.close();

const version = (name) => json(`node_modules/${name}/package.json`).version;
const report = {
  date: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0].model}`,
  node: process.version,
  threads: 1,
  rounds: ROUNDS,
  versions: { tfjs: version('@tensorflow/tfjs-core'), onnxruntimeWeb: version('onnxruntime-web') },
  backend: started.report.detail,
  results,
};
mkdirSync(new URL('bench/results', root), { recursive: true });
const file = `bench/results/network-wasm-${report.date.slice(0, 10)}.json`;
writeFileSync(new URL(file, root), `${JSON.stringify(report, null, 2)}\n`);
console.log(JSON.stringify(report, null, 2));
console.log(`written to ${file}`);

/** Both run in turns on the same input, so that what else the machine does meets both. */
async function compare(name, side, run) {
  const card = json(`public/models/${name}/card.json`);
  const channels = card.inputChannels.length;
  const input = Float32Array.from({ length: side * side * channels }, (_, i) =>
    i % channels < 6 ? ((i * 7919) % 997) / 2000 : ((i * 31) % 7) / 7,
  );
  const [from] = card.inputNames;
  const [to] = card.outputNames;
  const onnx = toOnnx(
    json(`public/models/${name}/model.json`),
    Uint8Array.from(readFileSync(new URL(`${name}/weights.bin`, models))),
    from,
    to,
    side,
    side,
  );
  const session = await ort.InferenceSession.create(onnx, { executionProviders: ['wasm'] });
  const planar = nhwcToNchw(input, channels);
  const runOrt = async () => {
    const tensor = new ort.Tensor('float32', planar, [1, channels, side, side]);
    const { [to]: output } = await session.run({ [from]: tensor });
    return output.data;
  };

  const difference = largestDifference(
    nhwcToNchw(await run(input), card.outputChannels.length),
    await runOrt(),
  );
  if (!(difference < 1e-3)) throw new Error(`${name}: the two differ by ${difference}`);
  const turns = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const turn = { tfjs: await timed(() => run(input)), onnxruntimeWeb: await timed(runOrt) };
    if (round >= 0) turns.push(turn);
  }
  await session.release();
  const gigaMacs = (card.macPerPixel * side * side) / 1e9;
  const of = (engine) => {
    const processor = median(turns.map((turn) => turn[engine].processor));
    const wall = median(turns.map((turn) => turn[engine].wall));
    return { wallSeconds: wall, processorSeconds: processor, gigaMacsPerSecond: gigaMacs / processor };
  };
  const ratio = (unit) => median(turns.map(({ tfjs, onnxruntimeWeb }) => onnxruntimeWeb[unit] / tfjs[unit]));
  return {
    tile: side,
    largestDifference: difference,
    gigaMacsPerTile: gigaMacs,
    tfjs: of('tfjs'),
    onnxruntimeWeb: of('onnxruntimeWeb'),
    /** Our rate over theirs, by wall clock and by processor time; they agree where nothing else runs. */
    ratio: { wall: ratio('wall'), processor: ratio('processor') },
  };
}

function nhwcToNchw(values, channels) {
  const pixels = values.length / channels;
  const out = new Float32Array(values.length);
  for (let p = 0; p < pixels; p++)
    for (let c = 0; c < channels; c++) out[c * pixels + p] = values[p * channels + c];
  return out;
}

function largestDifference(a, b) {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** Seconds by the clock, and of the processor, which other work on the machine does not lengthen. */
async function timed(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
