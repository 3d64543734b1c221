import { throwIfAborted } from '../errors.ts';
import type { Evaluation, Region, RegionScore } from '../events.ts';
import { breathe, type Notices, type Pace } from '../job.ts';
import type { ResultReader } from '../output/products.ts';
import { isMeasured } from '../preprocess/observe.ts';
import {
  canonicalIndices,
  MASK_CLASS,
  PROVENANCE,
  type Raster,
  type Scene,
  type SceneSource,
  type Window,
} from '../scene.ts';
import { isRepaired, type TileStore } from '../tiles.ts';
import { clipWindow, growWindow, mirrorPositions } from '../windows.ts';
import { addPixel, emptySums, type Sums, scoreOf } from './metrics.ts';
import { SSIM_RADIUS, ssimMap } from './ssim.ts';

const REGIONS: readonly Region[] = ['clear', 'thin', 'thick', 'shadow', 'repaired', 'all'];
const REGION_OF: Readonly<Record<number, Region>> = {
  [MASK_CLASS.clear]: 'clear',
  [MASK_CLASS.thin]: 'thin',
  [MASK_CLASS.thick]: 'thick',
  [MASK_CLASS.shadow]: 'shadow',
};

/** Reflectance of some bands over a window with context; context beyond the scene is mirrored. */
interface Picture {
  readonly planes: readonly Float32Array[];
  readonly valid: Uint8Array;
}

/**
 * Error against a clear truth before and after, by region of the mask, over the canonical bands that both scenes
 * have. Pixels without data in either scene do not count, and read 0 in both for the SSIM of their neighbours.
 *
 * @returns null, with a notice, if the truth does not lie on the scene's grid.
 */
export async function evaluate(
  source: SceneSource,
  reference: SceneSource,
  result: ResultReader,
  store: TileStore,
  notices: Notices,
  pace: Pace,
  signal?: AbortSignal,
): Promise<Evaluation | null> {
  if (!sameGrid(source.scene, reference.scene)) {
    notices.add(
      'evaluate/other-grid',
      `${reference.scene.name} does not lie on the grid of ${source.scene.name}: the result was not compared with it.`,
    );
    return null;
  }
  const bands = canonicalIndices(source.scene);
  const truthBands = canonicalIndices(reference.scene);
  const common = bands.map((_, i) => i).filter((i) => bands[i] !== null && truthBands[i] !== null);
  if (common.length === 0) {
    notices.add('evaluate/no-common-bands', `${reference.scene.name} has no band in common with the scene.`);
    return null;
  }
  const seen = common.map((i) => bands[i] as number);
  const told = common.map((i) => truthBands[i] as number);
  const before = tally();
  const after = tally();
  const { windows } = store.layout;
  pace.report('evaluate', 0, windows.length);
  for (let key = 0; key < windows.length; key++) {
    await breathe(signal);
    await addTile(key, windows[key]);
    pace.report('evaluate', key + 1, windows.length);
  }
  return { reference: reference.scene.name, before: scores(before), after: scores(after) };

  async function addTile(key: number, core: Window): Promise<void> {
    const { width, height } = source.scene.grid;
    const window = growWindow(core, SSIM_RADIUS);
    const inside = clipWindow(window, width, height) as Window;
    const [original, finished, truth] = await Promise.all([
      source.read(inside, seen, signal),
      // Repaired neighbours reach into the context of untouched tiles.
      result.read(inside, signal),
      reference.read(inside, told, signal),
    ]);
    throwIfAborted(signal);
    const there = toPicture(reference.scene, told, truth, window);
    const repaired = { window: inside, bands: seen.map((index) => finished.bands[index]) };
    const mask = result.mask(core);
    const provenance = result.provenance(core);
    const first = toPicture(source.scene, seen, original, window);
    add(before, core, first, there, mask, provenance);
    const second = isRepaired(store, key) ? toPicture(source.scene, seen, repaired, window) : first;
    add(after, core, second, there, mask, provenance);
  }
}

type Tally = Record<Region, Sums>;

function tally(): Tally {
  return Object.fromEntries(REGIONS.map((region) => [region, emptySums()])) as Tally;
}

function scores(sums: Tally): Partial<Record<Region, RegionScore>> {
  const entries = REGIONS.map((region) => [region, scoreOf(sums[region])] as const);
  return Object.fromEntries(entries.filter(([, score]) => score !== null));
}

function sameGrid(a: Scene, b: Scene): boolean {
  if (a.grid.width !== b.grid.width || a.grid.height !== b.grid.height) return false;
  const from = a.grid.transform;
  const to = b.grid.transform;
  if (!from || !to) return true;
  if (a.grid.crs.code !== b.grid.crs.code) return false;
  const pixel = Math.max(Math.abs(from[1]), Math.abs(from[2]));
  return from.every((value, i) => Math.abs(value - to[i]) <= pixel * (i % 3 === 0 ? 0.01 : 1e-6));
}

function toPicture(scene: Scene, indices: readonly number[], raster: Raster, window: Window): Picture {
  const { window: inside } = raster;
  const columns = mirrorPositions(window.x, window.width, inside.x, inside.x + inside.width);
  const rows = mirrorPositions(window.y, window.height, inside.y, inside.y + inside.height);
  const valid = new Uint8Array(window.width * window.height).fill(1);
  const planes = indices.map((index, b) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    const out = new Float32Array(window.width * window.height);
    for (let y = 0, i = 0; y < window.height; y++) {
      const row = (rows[y] - inside.y) * inside.width - inside.x;
      for (let x = 0; x < window.width; x++, i++) {
        const sample = raster.bands[b][row + columns[x]];
        if (isMeasured(sample, scene.nodata)) out[i] = sample * scale + offset;
        else valid[i] = 0;
      }
    }
    return out;
  });
  return { planes, valid };
}

function add(
  sums: Tally,
  core: Window,
  picture: Picture,
  truth: Picture,
  mask: Uint8Array,
  provenance: Uint8Array,
): void {
  const width = core.width + 2 * SSIM_RADIUS;
  const height = core.height + 2 * SSIM_RADIUS;
  const both = picture.valid.map((is, i) => is & truth.valid[i]);
  const blank = (plane: Float32Array) => plane.map((value, i) => (both[i] ? value : 0));
  const a = picture.planes.map(blank);
  const b = truth.planes.map(blank);
  const maps = a.map((plane, band) => ssimMap(plane, b[band], width, height));
  for (let y = 0, i = 0; y < core.height; y++) {
    for (let x = 0; x < core.width; x++, i++) {
      const at = (y + SSIM_RADIUS) * width + x + SSIM_RADIUS;
      const region = REGION_OF[mask[i]];
      if (!both[at] || region === undefined) continue;
      let ssim = 0;
      for (const map of maps) ssim += map[i] / maps.length;
      addPixel(sums.all, a, b, at, ssim);
      addPixel(sums[region], a, b, at, ssim);
      const origin = provenance[i];
      if (origin >= PROVENANCE.thinCorrected && origin <= PROVENANCE.generated) {
        addPixel(sums.repaired, a, b, at, ssim);
      }
    }
  }
}
