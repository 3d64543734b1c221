import { isMeasured, isOpaque, type Raster, type Samples, type Scene, type Window } from '../scene.ts';
import type { BandPlan } from './bands.ts';

/** Reflectance that the networks are given lies in 0 .. this. */
export const REFLECTANCE_LIMIT = 1.5;

/** Planes that are written anew for every tile of a run, by slot. */
export type PlaneBuffers = Float32Array[];

/** A plane of `length` pixels in memory that `buffers` keep for the slot; its values are left over from before. */
function reuse(buffers: PlaneBuffers, slot: number, length: number): Float32Array {
  if (!(buffers[slot]?.length >= length)) buffers[slot] = new Float32Array(length);
  return buffers[slot].subarray(0, length);
}

/** What was measured over a window, in reflectance. */
export interface Observation {
  readonly window: Window;
  /** Six canonical bands, clipped to 0..1.5, 0 at invalid pixels; null where the scene lacks the band. */
  readonly canonical: readonly (Float32Array | null)[];
  /** Extra bands in the order of the plan, `sample * scale + offset` without clipping, NaN where they were not measured. */
  readonly extra: readonly Float32Array[];
  /** 1 where the pixel holds data. */
  readonly valid: Uint8Array;
}

/**
 * Where a window holds data: a pixel is invalid if a band that is needed is no-data, NaN or infinite there, or
 * if alpha is 0, or lower than the scene's `leastAlpha`. (One band is enough: a network must not take a fill value for a measurement.)
 *
 * @param samples Samples of a band of the file, by file index.
 */
function findValid(
  scene: Scene,
  plan: BandPlan,
  samples: (index: number) => Samples,
  length: number,
): Uint8Array {
  const valid = new Uint8Array(length).fill(1);
  for (const index of plan.needed) {
    const band = samples(index);
    // Integers are always finite.
    const always = scene.nodata === null && !(band instanceof Float32Array || band instanceof Float64Array);
    if (always) continue;
    for (let i = 0; i < length; i++) if (!isMeasured(band[i], scene.nodata)) valid[i] = 0;
  }
  if (plan.alpha !== null) {
    const alpha = samples(plan.alpha);
    for (let i = 0; i < length; i++) if (!isOpaque(alpha[i], scene)) valid[i] = 0;
  }
  return valid;
}

/**
 * Native samples to reflectance. `raster.bands[i]` is file band `indices[i]`; extra bands that were not read
 * are left out. One that was not measured at a pixel takes nothing from the others: the pixel is valid.
 *
 * @param buffers Where given, hold the planes: these are valid until the buffers are given again.
 */
export function observe(
  scene: Scene,
  plan: BandPlan,
  raster: Raster,
  indices: readonly number[],
  buffers: PlaneBuffers = [],
): Observation {
  const samples = (index: number) => raster.bands[indices.indexOf(index)];
  const length = raster.window.width * raster.window.height;
  const valid = findValid(scene, plan, samples, length);
  const toReflectance = (index: number, limit: boolean) => {
    const { scale, offset } = scene.bands.find((band) => band.index === index)!;
    const from = samples(index);
    const to = reuse(buffers, index, length);
    if (limit) toLimited(from, scale, offset, valid, to);
    else toUnlimited(from, scale, offset, valid, scene.nodata, to);
    return to;
  };
  return {
    window: raster.window,
    canonical: plan.canonical.map((index) => (index === null ? null : toReflectance(index, true))),
    extra: plan.extra.filter((index) => indices.includes(index)).map((index) => toReflectance(index, false)),
    valid,
  };
}

/** The cirrus band as the detector is given it, 0 where it was not measured; null where there is none. */
export function cirrusOf({ extra }: Observation, { cirrus }: BandPlan): Float32Array | null {
  return extra[cirrus]?.map((value) => (Number.isNaN(value) ? 0 : value)) ?? null;
}

function toLimited(from: Samples, scale: number, offset: number, valid: Uint8Array, to: Float32Array): void {
  for (let i = 0; i < to.length; i++) {
    const value = from[i] * scale + offset;
    to[i] = valid[i] !== 0 && value > 0 ? Math.min(REFLECTANCE_LIMIT, value) : 0;
  }
}

function toUnlimited(
  from: Samples,
  scale: number,
  offset: number,
  valid: Uint8Array,
  nodata: number | null,
  to: Float32Array,
): void {
  for (let i = 0; i < to.length; i++) {
    to[i] = valid[i] !== 0 && isMeasured(from[i], nodata) ? from[i] * scale + offset : Number.NaN;
  }
}
