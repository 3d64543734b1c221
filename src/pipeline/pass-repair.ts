import { composite } from './composite/composite.ts';
import { followBands, type Slopes } from './composite/extra-bands.ts';
import { featherAlpha } from './composite/feather.ts';
import { type ClonedTiles, errorOf, withCloned } from './dates/findings.ts';
import { clearPixels, type Probabilities } from './detect/probabilities.ts';
import { squaredDistance } from './distance.ts';
import type { Findings } from './findings.ts';
import type { CoarseField } from './generate/coarse-field.ts';
import { DETAIL_REACH, keepTone } from './generate/detail.ts';
import { cropGenerated, fillFrom } from './generate/generate.ts';
import { blendBase, FILL_MARGIN, THICK_BLEND } from './generate/prefill.ts';
import { checkpoint, type Job, networkTile, oneAhead, type Pace, readAhead } from './job.ts';
import { observe, REFLECTANCE_LIMIT } from './preprocess/observe.ts';
import { gatherFrom, generatorInput } from './preprocess/tensor.ts';
import { MASK_CLASS, type Raster, type Samples, type Window } from './scene.ts';
import { isRepaired, readPlane, repairedTile, setRepaired, type TileStore } from './tiles.ts';
import { clipWindow, cropPlane, growWindow } from './windows.ts';

/** What the whole scene lends to each tile; null where it holds no clear pixel. */
export interface SceneKnowledge {
  readonly coarse: CoarseField | null;
  readonly slopes: Slopes | null;
  /** What other dates saw; null if there are none. */
  readonly cloned: ClonedTiles | null;
}

/**
 * Second pass: repairs the tiles that hold mask, and stores them. Goes on from what is there.
 * @param keys Tiles that hold mask.
 */
export async function repairPass(
  job: Job,
  findings: Findings,
  knowledge: SceneKnowledge,
  keys: readonly number[],
  store: TileStore,
  pace: Pace,
): Promise<void> {
  const { layout } = job;
  for (const key of keys) {
    const tile = repairedTile(store, key);
    if (!tile) continue;
    await checkpoint(job);
    job.emit({ type: 'repaired', tile });
  }
  const left = keys.filter((key) => !isRepaired(store, key));
  let done = keys.length - left.length;
  pace.report('generate', done, keys.length);
  await oneAhead(
    readAhead(job, left, (key) => requests(job, knowledge, key)),
    async ({ key, rasters }, turn) => ({
      key,
      tile: await repairTile(job, findings, knowledge, store, layout.windows[key], rasters, turn),
    }),
    ({ key, tile }) => {
      setRepaired(store, key, tile);
      job.emit({ type: 'repaired', tile });
      done++;
      pace.report('generate', done, keys.length);
    },
  );
}

/** Bands with light in them over the tile and what its fill depends on; the others over the core. */
function requests(job: Job, knowledge: SceneKnowledge, key: number) {
  const core = job.layout.windows[key];
  const { grid } = job.source.scene;
  const margin = knowledge.coarse ? FILL_MARGIN : 0;
  const around = clipWindow(
    growWindow(networkTile(job, core, 'generate'), margin),
    grid.width,
    grid.height,
  ) as Window;
  const { seen, copied } = splitBands(job);
  return copied.length > 0
    ? [
        { window: around, bands: seen },
        { window: core, bands: copied },
      ]
    : [{ window: around, bands: seen }];
}

function splitBands({ plan }: Job): { seen: number[]; copied: number[] } {
  const quality = new Set(plan.quality);
  return {
    seen: plan.all.filter((index) => !quality.has(index)),
    copied: plan.all.filter((index) => quality.has(index)),
  };
}

async function repairTile(
  job: Job,
  findings: Findings,
  { coarse, slopes, cloned }: SceneKnowledge,
  store: TileStore,
  core: Window,
  rasters: readonly Raster[],
  turn: 0 | 1,
) {
  const { source, plan, networks, settings } = job;
  const { scene } = source;
  const { seen: seenBands } = splitBands(job);
  const [around, copied] = rasters;
  const tile = networkTile(job, core, 'generate');
  const inside = clipWindow(tile, scene.grid.width, scene.grid.height) as Window;
  const seen = observe(scene, plan, around, seenBands, job.scratch[turn]);
  const window = seen.window;
  const found: Probabilities = {
    thin: readPlane(findings.thin, window),
    thick: readPlane(findings.thick, window),
    shadow: readPlane(findings.shadow, window),
  };

  const within = <T extends Samples>(plane: T): T => cropPlane(plane, window, inside);
  const crop = <T extends Samples>(plane: T): T => cropPlane(plane, inside, core);
  const clear = clearPixels(found, seen.valid, findings.clearLimit);
  const seenPlanes = [...seen.canonical.filter((plane) => plane !== null), ...seen.extra];
  const dates = cloned && withCloned(cloned, window, seenPlanes);
  const filled = dates
    ? fillAround(dates, clear, window, coarse, inside)
    : coarse && fillFrom(seen, clear, coarse, inside);
  const probabilities = [found.thin, found.thick, found.shadow].map(within);
  const observed = seen.canonical.map((plane) => plane && within(plane));
  const present = observed.filter((plane) => plane !== null).length;
  let position = 0;
  const fill = observed.map((plane) => plane && (filled ? filled[position++] : plane));
  const base = observed.map((plane, band) => plane && blendBase(plane, fill[band]!, probabilities[1]));

  const sees = cloned && readPlane(cloned.date, inside).map((date) => (date > 0 ? 1 : 0));
  const input = generatorInput(
    base,
    fill,
    probabilities,
    gatherFrom(tile, inside, inside, within(seen.valid)),
    sees ?? undefined,
    networks.lend,
  );
  const output = await networks.generate(input, tile.height, tile.width);
  const near = clipWindow(growWindow(core, DETAIL_REACH), scene.grid.width, scene.grid.height) as Window;
  const generated = cropGenerated(output, tile, near, REFLECTANCE_LIMIT);
  if (filled) {
    const shown = generated.canonical.filter((_, band) => observed[band] !== null);
    const ground = filled.slice(0, present).map((plane) => cropPlane(plane, inside, near));
    const seenThere = dates && cropPlane(dates.filled, window, near);
    keepTone(
      shown,
      ground,
      shareOfFill(cropPlane(found.thick, window, near), seenThere),
      near.width,
      near.height,
    );
  }
  const canonical = generated.canonical.map((plane) => cropPlane(plane, near, core));
  const errorScale = cropPlane(generated.errorScale, near, core);

  const classes = readPlane(store.mask, core);
  const alpha = featherAlpha(core, settings.featherPixels, (w) => readPlane(store.mask, w, 255));
  const bands = new Map<number, Float32Array>();
  plan.canonical.forEach((index, band) => {
    if (index !== null) bands.set(index, canonical[band]);
  });
  if (slopes && filled) {
    const extra = followBands(
      slopes,
      core,
      canonical.filter((_, band) => plan.canonical[band] !== null),
      filled.slice(0, present).map(crop),
      filled.slice(present).map(crop),
      alpha,
    );
    plan.extra.forEach((index, i) => {
      bands.set(index, extra[i]);
    });
  }
  const share =
    dates &&
    crop(shareOfDates(probabilities[1], readPlane(store.mask, inside), inside, settings.bufferPixels));
  if (dates && filled && share) {
    const planes = filled.map(crop);
    plan.extra.forEach((index, i) => {
      if (!slopes) bands.set(index, planes[present + i].slice());
    });
    putDates([...bands.values()], planes, cropPlane(dates.filled, window, core), share);
  }
  const native = plan.all.map((index): Samples => {
    const at = seenBands.indexOf(index);
    return at >= 0
      ? cropPlane(around.bands[at], around.window, core)
      : cropPlane(copied.bands[plan.all.filter((i) => !seenBands.includes(i)).indexOf(index)], core, core);
  });
  const number = cloned && readPlane(cloned.date, core);
  return composite(scene, core, native, classes, alpha, {
    bands,
    errorScale,
    dates: cloned && {
      date: readPlane(cloned.filled, core).map((is, i) => (is ? number![i] : 0)),
      share: share!,
      changed: readPlane(cloned.changed, core),
      error: Float32Array.from(readPlane(cloned.error, core), errorOf),
    },
    thickFilled: coarse !== null,
  });
}

/** The pre-fill where other dates filled a part of the gap: what they saw counts as clear. */
function fillAround(
  { planes, filled }: ReturnType<typeof withCloned>,
  clear: Uint8Array,
  window: Window,
  coarse: CoarseField | null,
  inside: Window,
): Float32Array[] {
  if (!coarse) return planes.map((plane) => cropPlane(plane, window, inside));
  const known = clear.map((is, i) => is | filled[i]);
  return fillFrom({ window, canonical: planes, extra: [], valid: known }, known, coarse, inside);
}

/** How much of a pixel takes its tone from the pre-fill: the more the thicker the cloud, nothing where a date shows the ground. */
function shareOfFill(thick: Uint8Array, seen: Uint8Array | null): Float32Array {
  const share = new Float32Array(thick.length);
  for (let i = 0; i < share.length; i++) if (!seen?.[i]) share[i] = THICK_BLEND[thick[i]];
  return share;
}

/**
 * How much of a pixel is taken from another date: all of what the mask calls thick cloud. Under thin cloud and in shadow the
 * generator, which was given the date too, knows better; the more so the thinner the cloud. Around thick cloud the share falls off
 * over the buffer, so that the date fades into what is clear.
 *
 * @param thick Probability of thick cloud, 0..255, over a window that reaches the buffer beyond what is wanted.
 * @param classes MASK_CLASS over the same window.
 */
function shareOfDates(
  thick: Uint8Array,
  classes: Uint8Array,
  { width, height }: Window,
  bufferPixels: number,
): Float32Array {
  const core = classes.map((value) => (value === MASK_CLASS.thick ? 1 : 0));
  const squared = squaredDistance(core, width, height, bufferPixels);
  return Float32Array.from(thick, (p, i) =>
    Math.max(THICK_BLEND[p], 1 - Math.sqrt(squared[i]) / (bufferPixels + 1)),
  );
}

/** @param repaired Planes over the core in the order of `planes`; changed in place. */
function putDates(
  repaired: readonly Float32Array[],
  planes: readonly Float32Array[],
  filled: Uint8Array,
  share: Float32Array,
): void {
  for (let i = 0; i < filled.length; i++) {
    const s = filled[i] ? share[i] : 0;
    if (s === 0) continue;
    repaired.forEach((plane, b) => {
      plane[i] = (1 - s) * plane[i] + s * planes[b][i];
    });
  }
}
