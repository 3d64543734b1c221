import { composite, type FilledFromDates } from './composite/composite.ts';
import { followBands, type Slopes } from './composite/extra-bands.ts';
import { featherAlpha } from './composite/feather.ts';
import { type Floors, raise } from './composite/floors.ts';
import { type ClonedTiles, errorOf, withCloned } from './dates/findings.ts';
import { clearPixels, type Probabilities } from './detect/probabilities.ts';
import { squaredDistance } from './distance.ts';
import type { Findings } from './findings.ts';
import type { CoarseField } from './generate/coarse-field.ts';
import { DETAIL_REACH, joinTone } from './generate/detail.ts';
import { cropGenerated, fillFrom, type Generated } from './generate/generate.ts';
import { FILL_MARGIN, THICK_BLEND } from './generate/prefill.ts';
import { type Job, networkTile, oneAhead } from './job.ts';
import type { Networks } from './networks.ts';
import type { BandPlan } from './preprocess/bands.ts';
import { observe, REFLECTANCE_LIMIT } from './preprocess/observe.ts';
import { gatherFrom, generatorInput } from './preprocess/tensor.ts';
import { MASK_CLASS, type Raster, type Samples, type Window } from './scene.ts';
import { readPlane, type TileStore } from './tiles.ts';
import { clipWindow, cropPlane, growWindow, overlapOf } from './windows.ts';

/** What the whole scene lends to each tile; null where it holds no clear pixel. */
export interface SceneKnowledge {
  readonly coarse: CoarseField | null;
  readonly slopes: Slopes | null;
  readonly floors: Floors;
  /** What other dates saw; null if there are none. */
  readonly cloned: ClonedTiles | null;
}

/** Bands with light in them, and those that are copied as they are. */
export function splitBands({ plan }: Job): { seen: number[]; copied: number[] } {
  const quality = new Set(plan.quality);
  return {
    seen: plan.all.filter((index) => !quality.has(index)),
    copied: plan.all.filter((index) => quality.has(index)),
  };
}

/** A tile before the generator: as it was seen, and with what its gaps are filled. */
interface TileView {
  readonly core: Window;
  /** What the generator is given, and the part of it that lies in the scene. */
  readonly tile: Window;
  readonly inside: Window;
  /** What was read: also all that the fill of `inside` depends on. */
  readonly around: Window;
  /** Over `around`. */
  readonly found: Probabilities;
  /** All bands over `around` with what other dates saw in the gaps; null if there are none. */
  readonly dates: ReturnType<typeof withCloned> | null;
  /** Canonical bands over `inside`, null where the scene lacks them. */
  readonly observed: readonly (Float32Array | null)[];
  /** 1 over `inside` where the scene holds data. */
  readonly valid: Uint8Array;
  /** Over `inside`, of the canonical bands that the scene has and of the extra ones; null if there is nothing to fill from. */
  readonly fill: {
    readonly canonical: readonly Float32Array[];
    readonly extra: readonly Float32Array[];
  } | null;
}

/** What the repair of a tile rests on. */
interface TileInput {
  readonly findings: Findings;
  readonly knowledge: SceneKnowledge;
  readonly core: Window;
  /**
   * The bands with light in them, as far as {@link FILL_MARGIN} beyond the generator's tile; then the others over the core,
   * if there are any.
   */
  readonly rasters: readonly Raster[];
  /** Of the plane buffers, see {@link oneAhead}. */
  readonly turn: 0 | 1;
}

/** A tile core repaired. @param store Holds the final mask. */
export async function repairTile(job: Job, store: TileStore, input: TileInput) {
  const { source, networks, plan, settings } = job;
  const { scene } = source;
  const { core, rasters } = input;
  const { coarse, cloned } = input.knowledge;
  const view = viewTile(job, input);
  const { tile, inside } = view;
  const output = await networks.generate(inputOf(view, cloned, networks), tile.height, tile.width);
  const generated = readOutput(view, output);
  const alpha = featherAlpha(core, settings.featherPixels, (w) => readPlane(store.mask, w, 255));
  const share =
    view.dates &&
    cropPlane(shareOfDates(view, readPlane(store.mask, inside), settings.bufferPixels), inside, core);
  return composite(scene, core, nativeSamples(job, core, rasters), readPlane(store.mask, core), alpha, {
    bands: repairedBands(plan, view, generated.canonical, input.knowledge, alpha, share),
    errorScale: generated.errorScale,
    unseen: view.fill
      ? shareOfFill(cropPlane(view.found.thick, view.around, core), null)
      : new Float32Array(alpha.length),
    dates: cloned && share && filledFrom(cloned, core, share),
    thickFilled: coarse !== null,
  });
}

function viewTile(job: Job, { findings, knowledge, core, rasters, turn }: TileInput): TileView {
  const { source, plan } = job;
  const { coarse, cloned } = knowledge;
  const { grid } = source.scene;
  const tile = networkTile(job, core, 'generate');
  const inside = clipWindow(tile, grid.width, grid.height) as Window;
  const seen = observe(source.scene, plan, rasters[0], splitBands(job).seen, job.buffers[turn]);
  const around = seen.window;
  const found: Probabilities = {
    thin: readPlane(findings.thin, around),
    thick: readPlane(findings.thick, around),
    shadow: readPlane(findings.shadow, around),
  };
  const clear = clearPixels(found, seen.valid, findings.clearLimit);
  const present = seen.canonical.filter((plane) => plane !== null);
  const dates = cloned && withCloned(cloned, around, [...present, ...seen.extra]);
  const filled = dates
    ? fillAround(dates, clear, around, coarse, inside)
    : coarse && fillFrom(seen, clear, coarse, inside);
  return {
    core,
    tile,
    inside,
    around,
    found,
    dates,
    observed: seen.canonical.map((plane) => plane && cropPlane(plane, around, inside)),
    valid: cropPlane(seen.valid, around, inside),
    fill: filled && { canonical: filled.slice(0, present.length), extra: filled.slice(present.length) },
  };
}

/** The tile as the generator is given it. */
function inputOf(view: TileView, cloned: ClonedTiles | null, { lend }: Networks): Float32Array {
  const { tile, inside, around, found, observed, valid } = view;
  const probabilities = [found.thin, found.thick, found.shadow].map((p) => cropPlane(p, around, inside));
  let position = 0;
  const fill = observed.map((plane) => plane && (view.fill ? view.fill.canonical[position++] : plane));
  const sees = cloned && readPlane(cloned.date, inside).map((date) => (date > 0 ? 1 : 0));
  const gather = gatherFrom(tile, inside, inside, valid);
  return generatorInput(observed, fill, probabilities, gather, sees ?? undefined, lend);
}

/** What the generator says of the core; under thick cloud that nobody saw through, in the tone of the ground around. */
function readOutput(view: TileView, output: Float32Array): Generated {
  const { core, tile, inside, around, found, dates, observed, valid, fill } = view;
  const near = overlapOf(growWindow(core, DETAIL_REACH), inside) as Window;
  const generated = cropGenerated(output, tile, near, REFLECTANCE_LIMIT);
  if (fill) {
    const shown = generated.canonical.filter((_, band) => observed[band] !== null);
    const ground = fill.canonical.map((plane) => cropPlane(plane, inside, near));
    const seenThere = dates && cropPlane(dates.filled, around, near);
    const share = shareOfFill(cropPlane(found.thick, around, near), seenThere);
    joinTone(shown, ground, share, cropPlane(valid, inside, near), near.width, near.height);
  }
  return {
    canonical: generated.canonical.map((plane) => cropPlane(plane, near, core)),
    errorScale: cropPlane(generated.errorScale, near, core),
  };
}

/**
 * Reflectance over the core by file index of the band; extra bands follow the others where the scene taught how, or another date saw them.
 *
 * @param alpha Share of the repair per pixel: extra bands are made where it is above 0.
 * @param share How much of a pixel is taken from another date; null if there are none.
 */
function repairedBands(
  plan: BandPlan,
  { core, inside, around, fill, dates }: TileView,
  canonical: readonly Float32Array[],
  { slopes, floors }: SceneKnowledge,
  alpha: Float32Array,
  share: Float32Array | null,
): Map<number, Float32Array> {
  const present = plan.canonical.filter((index) => index !== null);
  const bands = new Map(present.map((index) => [index, canonical[plan.canonical.indexOf(index)]]));
  if (!fill || !(slopes || share)) return bands;
  const crop = (plane: Float32Array) => cropPlane(plane, inside, core);
  const [ground, extraGround] = [fill.canonical.map(crop), fill.extra.map(crop)];
  const extra = slopes
    ? followBands(slopes, core, [...bands.values()], ground, extraGround, alpha)
    : extraGround.map((plane) => plane.slice());
  plan.extra.forEach((index, i) => {
    bands.set(index, extra[i]);
  });
  if (dates && share) {
    const saw = new Map([
      ...present.map((index, i) => [index, ground[i]] as const),
      ...plan.extra.map((index, i) => [index, extraGround[i]] as const),
    ]);
    putDates(bands, saw, cropPlane(dates.filled, around, core), share);
  }
  for (const [index, plane] of bands) raise(plane, floors.get(index));
  return bands;
}

/** All bands of the file over the core, as they were read. */
function nativeSamples(job: Job, core: Window, [around, copied]: readonly Raster[]): Samples[] {
  const bands = splitBands(job);
  return job.plan.all.map((index) => {
    const at = bands.seen.indexOf(index);
    return at >= 0
      ? cropPlane(around.bands[at], around.window, core)
      : cropPlane(copied.bands[bands.copied.indexOf(index)], core, core);
  });
}

function filledFrom(cloned: ClonedTiles, core: Window, share: Float32Array): FilledFromDates {
  const number = readPlane(cloned.date, core);
  return {
    date: readPlane(cloned.filled, core).map((is, i) => (is ? number[i] : 0)),
    share,
    changed: readPlane(cloned.changed, core),
    error: Float32Array.from(readPlane(cloned.error, core), errorOf),
  };
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

/** How much of a pixel comes from the pre-fill: the more the thicker the cloud, nothing where a date shows the ground. */
function shareOfFill(thick: Uint8Array, seen: Uint8Array | null): Float32Array {
  const share = new Float32Array(thick.length);
  for (let i = 0; i < share.length; i++) if (!seen?.[i]) share[i] = THICK_BLEND[thick[i]];
  return share;
}

/**
 * How much of a pixel is taken from another date, over `inside`: all of what the mask calls thick cloud. Under thin cloud and in shadow the
 * generator, which was given the date too, knows better; the more so the thinner the cloud. Around thick cloud the share falls off
 * over the buffer, so that the date fades into what is clear.
 *
 * @param classes MASK_CLASS over `inside`, which reaches the buffer beyond the core.
 */
function shareOfDates(
  { found, around, inside }: TileView,
  classes: Uint8Array,
  bufferPixels: number,
): Float32Array {
  const isThick = classes.map((value) => (value === MASK_CLASS.thick ? 1 : 0));
  const squared = squaredDistance(isThick, inside.width, inside.height, bufferPixels);
  return Float32Array.from(cropPlane(found.thick, around, inside), (p, i) =>
    Math.max(THICK_BLEND[p], 1 - Math.sqrt(squared[i]) / (bufferPixels + 1)),
  );
}

/** @param bands Planes over the core by file index of the band; changed in place. */
function putDates(
  bands: ReadonlyMap<number, Float32Array>,
  saw: ReadonlyMap<number, Float32Array>,
  filled: Uint8Array,
  share: Float32Array,
): void {
  for (const [index, plane] of bands) {
    const seen = saw.get(index)!;
    for (let i = 0; i < filled.length; i++) {
      const s = filled[i] ? share[i] : 0;
      if (s > 0) plane[i] = (1 - s) * plane[i] + s * seen[i];
    }
  }
}
