/**
 * Measures in Node what a scene costs besides the networks, which are replaced by arithmetic: peak memory for a full
 * Sentinel-2 scene and one of a quarter of its size, and the processor's time per megapixel by size and by share of cloud. The cases are
 * processes of their own, one after another.
 *
 *   npm run bench:memory             results go to bench/results/
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, keep, machine } from './lib/peers.mjs';

/** A Sentinel-2 scene, and a quarter of one. */
const FULL = 10_980;
const QUARTER = 5490;
/** Whole periods of the pattern, so that the share of cloudy tiles is the same: 4 to 105 megapixels. */
const SIDES = [2048, 4096, 10_240];
const SHARE = 0.3;

const script = await bundle('bench/memory-case.ts');
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'));
const measure = (side, share) => {
  const args = [script, side, share, join(folder, 'run.pages')].map(String);
  const result = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  console.log(
    `${side} px, ${100 * share} % cloud: ${result.runSeconds.toFixed(1)} s, ${Math.round(result.peakRssMegabytes)} MB`,
  );
  return result;
};

/** The cheapest of three: what else the machine does, and the warming up of the compiler, weigh on short runs. */
const best = (side) => {
  const runs = Array.from({ length: 3 }, () => measure(side, SHARE));
  return runs.reduce((a, b) => (b.runCpuSeconds < a.runCpuSeconds ? b : a));
};

try {
  const bySize = SIDES.map((side) => best(side));
  const [quarter, full] = [QUARTER, FULL].map((side) => measure(side, SHARE));
  const byShare = [measure(4096, 0), measure(4096, 0.1), bySize[1]];
  const perMegapixel = (result) => (result.runCpuSeconds - result.networkSeconds) / result.megapixels;
  const costs = bySize.map(perMegapixel);
  const report = {
    ...machine(),
    networks: 'replaced by arithmetic',
    peakRssMegabytes: { full: full.peakRssMegabytes, quarter: quarter.peakRssMegabytes },
    peakRatioFullToQuarter: full.peakRssMegabytes / quarter.peakRssMegabytes,
    cpuSecondsPerMegapixelBySize: Object.fromEntries(bySize.map((result, i) => [result.side, costs[i]])),
    spreadOfCostBySize: Math.max(...costs) / Math.min(...costs),
    cpuSecondsPerMegapixelByShare: Object.fromEntries(byShare.map((r) => [r.cloudShare, perMegapixel(r)])),
    repairedShareOfTilesByShare: Object.fromEntries(
      byShare.map(({ cloudShare, tiles }) => [cloudShare, tiles.repaired / tiles.total]),
    ),
    cases: [...bySize, quarter, full, ...byShare.slice(0, 2)],
  };
  console.log(JSON.stringify({ ...report, cases: undefined }, null, 2));
  keep('memory', report);
} finally {
  rmSync(folder, { recursive: true });
}
