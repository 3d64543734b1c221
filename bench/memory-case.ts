/**
 * One run of the pipeline over a made-up scene, with networks of arithmetic and pages on disk: what a scene costs besides
 * the networks. Called by memory.mjs in a process of its own; prints one line of JSON.
 *
 *   node memory-case.js <side in pixels> <cloud share> <file for the pages>
 */
import { rmSync, statSync } from 'node:fs';
import { nodePageFile } from '../src/cli/node-pages.ts';
import { nodeDeflate } from '../src/cli/node-sink.ts';
import { DEFAULT_SETTINGS, type Stage } from '../src/pipeline/events.ts';
import { fileSink } from '../src/pipeline/output/file-sink.ts';
import { type Lineage, productWriters } from '../src/pipeline/output/products.ts';
import { pageLog } from '../src/pipeline/page-log.ts';
import { run } from '../src/pipeline/run.ts';
import type { Scene, SceneSource, Window } from '../src/pipeline/scene.ts';
import { VERSION } from '../src/pipeline/version.ts';
import { arithmetic } from './lib/arithmetic.ts';

const [side, share, path] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const ROLES = ['blue', 'green', 'red', 'nir'] as const;
/** The pattern of ground and cloud repeats after so many pixels. */
const PERIOD = 2048;
const CLOUD = 7000;

const pattern = makePattern(share);
const source = patternSource(side, pattern);
const network = { seconds: 0 };
const log = pageLog(nodePageFile(path));
const stages: Partial<Record<Stage, number>> = {};
const cpu = process.cpuUsage();
const started = performance.now();
let last = started;
const { report, result } = await run(
  source,
  arithmetic((seconds) => {
    network.seconds += seconds;
  }),
  DEFAULT_SETTINGS,
  (event) => {
    if (event.type !== 'progress') return;
    const now = performance.now();
    stages[event.stage] = (stages[event.stage] ?? 0) + (now - last) / 1000;
    last = now;
  },
  { pages: log },
);
const runSeconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peakOfRun = process.resourceUsage().maxRSS / 1024;

const model = { name: 'arithmetic', version: '1', sha256: '00' };
const lineage: Lineage = {
  version: VERSION,
  models: { detector: model, generator: model },
  backend: 'none',
  settings: DEFAULT_SETTINGS,
  shares: report.shares,
  dates: report.dates,
  date: new Date(0),
};
const writing = performance.now();
const scratch = nodePageFile(`${path}.scratch`);
const written = await productWriters.result(
  source,
  result,
  lineage,
  { write: () => {} },
  { scratch: fileSink(scratch), deflate: nodeDeflate },
);
scratch.close();
const writeSeconds = (performance.now() - writing) / 1000;
log.close();

console.log(
  JSON.stringify({
    side,
    megapixels: (side * side) / 1e6,
    cloudShare: share,
    foundShare: 1 - report.shares.observed,
    tiles: report.tiles,
    networkSeconds: network.seconds,
    runSeconds,
    runCpuSeconds: (user + system) / 1e6,
    secondsByStage: stages,
    writeSeconds,
    writtenMegabytes: written / 2 ** 20,
    pagesMegabytes: statSync(path).size / 2 ** 20,
    peakRssMegabytesOfRun: peakOfRun,
    peakRssMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
rmSync(path);
rmSync(`${path}.scratch`);

/** Samples of one band over one period: textured ground, and cloud over exactly `cloudShare` of the pixels. */
function makePattern(cloudShare: number): Uint16Array {
  const cover = new Float32Array(PERIOD * PERIOD);
  const wave = (2 * Math.PI) / PERIOD;
  for (let y = 0, i = 0; y < PERIOD; y++) {
    for (let x = 0; x < PERIOD; x++, i++) {
      cover[i] = Math.sin(wave * x) + Math.cos(wave * y) + 0.2 * Math.sin(wave * (7 * x + 4 * y));
    }
  }
  const from = cover.slice().sort()[Math.floor((1 - cloudShare) * (cover.length - 1))];
  return Uint16Array.from(cover, (value, i) =>
    cloudShare > 0 && value > from ? CLOUD : 1500 + ((i * 2_654_435_761) >>> 23),
  );
}

function patternSource(size: number, samples: Uint16Array): SceneSource {
  const scene: Scene = {
    name: 'made up',
    grid: {
      width: size,
      height: size,
      transform: [600_000, 10, 0, 5_000_000, 0, -10],
      crs: { code: 'EPSG:32632', name: 'WGS 84 / UTM zone 32N', units: 'm' },
    },
    bands: ROLES.map((role, index) => ({ index, role, description: role, scale: 1e-4, offset: 0 })),
    sampleType: 'uint16',
    nodata: null,
    sensor: 'sentinel-2',
    byteLength: size * size * ROLES.length * 2,
    decisions: [],
    notices: [],
    metadata: {
      geoTags: {},
      gdalMetadata: null,
      gdalNodata: null,
      photometricInterpretation: 1,
      extraSamples: [0, 0, 0],
      otherTags: {},
    },
  };
  const all = ROLES.map((_, index) => index);
  const plane = ({ x, y, width, height }: Window, band: number) => {
    const out = new Uint16Array(width * height);
    for (let row = 0, i = 0; row < height; row++) {
      const line = ((y + row) % PERIOD) * PERIOD;
      for (let column = 0; column < width; column++)
        out[i++] = samples[line + ((x + column) % PERIOD)] + 50 * band;
    }
    return out;
  };
  return {
    scene,
    read: async (window, bands = all) => ({ window, bands: bands.map((band) => plane(window, band)) }),
    readDecimated: async () => {
      throw new Error('the scene has no quality band');
    },
  };
}
