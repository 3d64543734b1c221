import { DEFAULT_SETTINGS, type RunEvent, type RunSettings } from '../events.ts';
import { type RunOptions, run } from '../run.ts';
import { CANONICAL_BANDS, type Samples } from '../scene.ts';
import { fakeNetworks } from './fake-networks.ts';
import { memorySource, type SyntheticScene } from './memory-source.ts';

/** Textured ground 0.1 .. 0.3 with thick cloud, thin cloud and shadow discs that cross tile borders. */
export function reflectance(x: number, y: number, band: number): number {
  if (Math.hypot(x - 66, y - 60) < 21) return 0.7 + 0.01 * band;
  if (Math.hypot(x - 130, y - 130) < 18) return 0.5;
  if (Math.hypot(x - 30, y - 140) < 14) return 0.02;
  return ground(x, y, band);
}

/** The same without clouds and shadow. */
export function ground(x: number, y: number, band: number): number {
  return 0.2 + 0.05 * Math.sin(x / 9 + band) + 0.05 * Math.cos(y / 7 - band);
}

/** A scene of that, 200 x 170 pixels of the six bands that the networks know. */
export function cloudy(over: Partial<SyntheticScene> = {}): SyntheticScene {
  return {
    width: 200,
    height: 170,
    roles: CANONICAL_BANDS,
    sample: (x, y, band) => Math.round(1e4 * reflectance(x, y, band)),
    ...over,
  };
}

/** So that a small scene has several. */
export const SMALL_TILES = { core: 64, halos: { detect: 32, generate: 32 } };

/** Runs over a scene in memory; what was told meanwhile, and what came of it over the whole scene. */
export async function runOver(
  synthetic: SyntheticScene,
  settings: Partial<RunSettings> = {},
  options: Pick<RunOptions, 'core' | 'halos' | 'dates'> = SMALL_TILES,
  networks = fakeNetworks(),
) {
  const source = memorySource(synthetic);
  const events: RunEvent[] = [];
  const { report, result } = await run(
    source,
    networks,
    { ...DEFAULT_SETTINGS, ...settings },
    (e) => events.push(e),
    options,
  );
  const window = { x: 0, y: 0, width: synthetic.width, height: synthetic.height };
  const after = (await result.read(window)).bands;
  const mask = result.mask(window);
  const codes = report.notices.map((notice) => notice.code);
  return { source, events, report, codes, result, after, mask, networks, window };
}

/** A copy of the bytes of samples. */
export const bytesOf = (samples: Samples) =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength).slice();

/** Are all bands equal, byte by byte? (toEqual takes seconds for as many samples.) */
export const sameBands = (a: readonly Samples[], b: readonly Samples[]) =>
  a.length === b.length && a.every((band, i) => Buffer.compare(bytesOf(band), bytesOf(b[i])) === 0);
