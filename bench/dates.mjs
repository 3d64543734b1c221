/**
 * What another date is worth: holes of 20 to 200 pixels are punched into real scenes of which a second date exists, filled, and
 * compared with what was there. The whole chain as shipped (TypeScript, weights, WASM) against the classical baselines.
 *
 *   npm run bench:dates -- [folder of the imagery]      results go to bench/results/
 *
 * The imagery is looked for in ../shared/data, or where UNCLOUDED_DATA says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { meanOf, punchHoles, scoreHoles } from './lib/holes.mjs';
import { loader } from './lib/load.mjs';

const root = new URL('..', import.meta.url);
const data = process.argv[2] ?? process.env.UNCLOUDED_DATA ?? new URL('../shared/data', root).pathname;
if (!existsSync(join(data, 'manifest.json'))) {
  console.log(`No imagery in ${data}: name its folder, or set UNCLOUDED_DATA.`);
  process.exit(0);
}
const only = process.env.BENCH_ONLY ?? '';
const ours = await loader();
const load = (path) => ours.load(`src/${path}`);
const { createNetworks } = await load('inference/networks.ts');
const { NODE_WASM } = await load('inference/testing/wasm-in-node.ts');
const { openScene } = await load('pipeline/ingest/open.ts');
const { fileSource } = await load('cli/node-source.ts');
const { run } = await load('pipeline/run.ts');
const { DEFAULT_SETTINGS } = await load('pipeline/events.ts');
const { DETECTOR_CHANNELS } = await load('pipeline/networks.ts');
const { detectorInput, gatherFrom } = await load('pipeline/preprocess/tensor.ts');
const { ssimMap, SSIM_RADIUS } = await load('pipeline/evaluate/ssim.ts');
const { warpedTo } = await load('pipeline/dates/warp.ts');
const { scaleOf } = await load('pipeline/composite/composite.ts');
const classical = await import('./lib/classical.mjs');
const tools = {
  ...(await load('pipeline/dates/fit.ts')),
  ...(await load('pipeline/dates/fit-samples.ts')),
  ...(await load('pipeline/dates/harmonise.ts')),
  ...(await load('pipeline/dates/joined.ts')),
  ...(await load('pipeline/dates/clone.ts')),
  ...(await load('pipeline/dates/poisson.ts')),
  ...(await load('pipeline/dates/poisson-grids.ts')),
  ...(await load('pipeline/generate/coarse-field.ts')),
  ...(await load('pipeline/generate/generate.ts')),
};
const networks = await createNetworks({
  modelsUrl: new URL('public/models/', root).href,
  wasmFiles: NODE_WASM,
  prefer: ['wasm'],
  fetchBytes: async (url) => Uint8Array.from(await readFile(new URL(url))).buffer,
});

/** The mask is the hole and nothing else is cloud, as it is for the baselines. */
const AS_THE_OTHERS = { ...DEFAULT_SETTINGS, bufferPixels: 0, featherPixels: 0 };
const results = [];
for (const pair of findPairs().filter(({ name }) => name.includes(only))) {
  const files = await Promise.all([pair.target, pair.other].map((file) => fileSource(join(data, file))));
  const result = await measure(pair, ...(await Promise.all(files.map((file) => openScene(file)))));
  for (const file of files) await file.close();
  if (result === null) {
    console.log(pair.name, 'is clear nowhere that a hole would fit');
    continue;
  }
  results.push(result);
  console.log(pair.name, pair.set, JSON.stringify(result.notices));
  for (const [row, score] of Object.entries(result.rows)) console.log(' ', row.padEnd(36), line(score.all));
  // After each pair, so that a bench that is stopped has told what it knows.
  if (only === '') write();
}
for (const [set, rows] of Object.entries(meansBySet())) {
  console.log(`\n${set}`);
  for (const [row, score] of Object.entries(rows)) console.log(' ', row.padEnd(36), line(score.all));
}
networks.dispose();
await ours.close();

function meansBySet() {
  const sets = [...new Set(results.map(({ set }) => set))];
  return Object.fromEntries(sets.map((set) => [set, meanOf(results.filter((r) => r.set === set))]));
}

function write() {
  const date = new Date().toISOString();
  const report = { date, networks: networks.networks.models, sets: meansBySet(), pairs: results };
  const file = `bench/results/dates-${date.slice(0, 10)}.json`;
  writeFileSync(new URL(file, root), `${JSON.stringify(report, null, 2)}\n`);
}

function line({ psnr, ssim, mae, told, sam, seam, rim }) {
  const expected = told === null ? '' : `  told ${told.toFixed(4)}`;
  return `${psnr.toFixed(2)} dB  SSIM ${ssim.toFixed(3)}  MAE ${mae.toFixed(4)}${expected}  SAM ${sam.toFixed(2)}  seam ${seam.toFixed(3)}  rim ${rim.toFixed(2)}`;
}

/** Every place with two dates, each date once as the target. */
function findPairs() {
  const rows = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8'));
  const dated = rows.filter(({ file }) => /^(val|train)\/s2-.*-\d{8}\.tif$/.test(file));
  const real = ['cloudy', 'cloudfree'].map((kind) => `real/s2-rois2017_winter_112_p797-${kind}.tif`);
  const found = [{ name: real[0], set: 'real', target: real[0], other: real[1] }];
  // The places that nothing was fitted on come first.
  dated.sort((a, b) => (a.file < b.file ? 1 : -1));
  for (const a of dated) {
    const b = dated.find(
      (other) => other !== a && other.place === a.place && other.file.split('/')[0] === a.file.split('/')[0],
    );
    // Training places: one direction, to bound the time.
    if (!b || (a.file.startsWith('train') && a.date > b.date)) continue;
    found.push({ name: a.file, set: a.file.split('/')[0], target: a.file, other: b.file });
  }
  return found;
}

async function measure({ name, set }, target, other) {
  const { width, height } = target.scene.grid;
  const window = { x: 0, y: 0, width, height };
  const roles = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'];
  const truth = await reflectance(target, roles, window);
  const date = await reflectance(warpedTo(other, target.scene.grid), roles, window);
  const usable = date[0].map((value, i) => (Number.isNaN(value) || truth[0][i] === 0 ? 0 : 1));
  const clear = set === 'real' ? await clearOnBoth(truth, date, Uint8Array.from(usable), width) : null;
  const holes = punchHoles(width, height, usable, clear, set === 'real' ? [40, 20] : [200, 100, 60, 40, 20]);
  if (holes.list.length === 0) return null;
  const punched = withHoles(target, holes.mask);
  const known = usable.map((is, i) => is & (holes.mask[i] ? 0 : 1));

  const filled = await classical.fill({ truth, date, window, known, usable, gap: holes.mask }, tools);
  const runs = {};
  const told = {};
  const notices = [];
  const grown = {};
  for (const [row, dates, settings] of [
    ['unclouded, one date', [], AS_THE_OTHERS],
    ['unclouded, two dates', [other], AS_THE_OTHERS],
    ['unclouded, two dates, own detector', [other], DEFAULT_SETTINGS],
  ]) {
    if (set === 'train' && row !== 'unclouded, two dates') continue;
    const detects = settings === DEFAULT_SETTINGS;
    const { result, report } = await run(punched, marked(detects), settings, () => undefined, { dates });
    grown[row] = settings.bufferPixels;
    notices.push(...report.notices.map(({ code }) => code), ...report.dates.map(({ shift }) => shift));
    const { bands } = await result.read(window);
    told[row] = Float32Array.from(result.confidence(window), scaleOf);
    runs[row] = roles.map((role) => toReflectance(target.scene, role, bands));
  }
  const rows = Object.fromEntries(
    Object.entries({ ...filled, ...runs }).map(([row, planes]) => [
      row,
      scoreHoles(
        planes,
        truth,
        holes,
        width,
        similarity(planes, truth, width),
        told[row] ?? null,
        grown[row] ?? 0,
      ),
    ]),
  );
  return { name, set, holes: holes.list.length, notices, rows };
}

/** Mean SSIM of the bands around a pixel that is not at the edge. */
function similarity(planes, truth, width) {
  const height = planes[0].length / width;
  const maps = planes.map((plane, b) => ssimMap(plane, truth[b], width, height));
  const inner = width - 2 * SSIM_RADIUS;
  return (i) => {
    const at = (Math.floor(i / width) - SSIM_RADIUS) * inner + (i % width) - SSIM_RADIUS;
    return maps.reduce((sum, map) => sum + map[at], 0) / maps.length;
  };
}

function toReflectance(scene, role, bands) {
  const { index, scale, offset } = scene.bands.find((band) => band.role === role);
  return Float32Array.from(bands[index], (sample) => Math.min(1.5, Math.max(0, sample * scale + offset)));
}

async function reflectance(source, roles, window) {
  const { bands } = await source.read(window);
  return roles.map((role) => toReflectance(source.scene, role, bands));
}

/** The scene with holes: samples that mean a reflectance of 1.5 in every band, which no ground has. */
function withHoles(source, mask) {
  const { scene } = source;
  const { width } = scene.grid;
  const punch = (raster, indices) => {
    const { x, y, width: across } = raster.window;
    raster.bands.forEach((samples, b) => {
      const band = scene.bands[indices[b]];
      for (let i = 0; i < samples.length; i++) {
        if (mask[(y + Math.floor(i / across)) * width + x + (i % across)]) {
          samples[i] = Math.round((1.5 - band.offset) / band.scale);
        }
      }
    });
    return raster;
  };
  const all = scene.bands.map(({ index }) => index);
  return {
    scene,
    read: async (window, bands = all, signal) => punch(await source.read(window, bands, signal), bands),
    readDecimated: source.readDecimated,
  };
}

/** The shipped networks, whose detector calls the holes thick cloud, and nothing else unless it `detects`. */
function marked(detects) {
  const { detect, generate, backend, models } = networks.networks;
  return {
    backend,
    models,
    generate,
    async detect(input, height, width) {
      const output = detects
        ? await detect(input, height, width)
        : Float32Array.from({ length: 4 * height * width }, (_, i) => (i % 4 === 0 ? 1 : 0));
      for (let i = 0; i < height * width; i++) {
        const at = DETECTOR_CHANNELS * i;
        if (input[at] < 1.49 || input[at + 1] < 1.49) continue;
        output.set([0, 0, 1, 0], 4 * i);
      }
      return output;
    },
  };
}

/** 1 where the detector finds nothing on either date; sides are multiples of 16. */
async function clearOnBoth(truth, date, valid, width) {
  const height = valid.length / width;
  const clear = new Uint8Array(valid.length).fill(1);
  for (const planes of [truth, date]) {
    const window = { x: 0, y: 0, width, height };
    const input = detectorInput(planes, null, gatherFrom(window, window, window, valid));
    const output = await networks.networks.detect(input, height, width);
    for (let i = 0; i < clear.length; i++) if (output[4 * i] < 0.7) clear[i] = 0;
  }
  return clear;
}
