import { PipelineError } from '../errors.ts';
import { GENERATOR_OUTPUTS } from '../networks.ts';
import { phrase } from '../phrase.ts';
import type { Observation } from '../preprocess/observe.ts';
import type { Window } from '../scene.ts';
import { asLevels, type CoarseField, cropCoarseField } from './coarse-field.ts';
import { prefill } from './prefill.ts';

/** The generator's word on a tile core. */
export interface Generated {
  /** Six bands in reflectance, 0..1.5. */
  readonly canonical: readonly Float32Array[];
  /** Laplace scale of the error in reflectance. */
  readonly errorScale: Float32Array;
}

/**
 * Fills the pixels that are not clear, from those that are; of a band with gaps of its own, NaN, also those.
 *
 * @param seen Observation over a window that starts on a multiple of 16 pixels and reaches FILL_MARGIN beyond
 *   `wanted`, or to the edge of the scene.
 * @param clear 1 where a pixel may be filled from, over the same window.
 * @param coarse The scene's complete field, with the same planes: canonical bands of the scene, then extra bands.
 * @param wanted The part that is filled.
 * @returns The planes over `wanted`, in the order of the field; NaN all over in a band of which nothing is known.
 */
export function fillFrom(
  seen: Observation,
  clear: Uint8Array,
  coarse: CoarseField,
  wanted: Window,
): Float32Array[] {
  const planes = [...seen.canonical.filter((plane) => plane !== null), ...seen.extra];
  const { x, y } = seen.window;
  const area = {
    left: wanted.x - x,
    top: wanted.y - y,
    right: wanted.x - x + wanted.width,
    bottom: wanted.y - y + wanted.height,
  };
  const cells = cropCoarseField(coarse, seen.window);
  const filled: Float32Array[] = [];
  for (const { level, places } of asLevels(planes, clear, seen.window)) {
    const some = prefill(
      level,
      places.map((p) => cells[p]),
      area,
    );
    places.forEach((p, k) => {
      filled[p] = some[k];
    });
  }
  return filled;
}

/**
 * The generator's output over a network tile, cropped to the core and clipped to 0..`limit`.
 *
 * @param output `[1, tile.height, tile.width, 7]`.
 * @throws PipelineError `backend/lost` if it holds values that are no numbers.
 */
export function cropGenerated(output: Float32Array, tile: Window, core: Window, limit: number): Generated {
  const length = core.width * core.height;
  const planes = Array.from({ length: GENERATOR_OUTPUTS }, () => new Float32Array(length));
  let finite = true;
  for (let c = 0; c < GENERATOR_OUTPUTS; c++) {
    const plane = planes[c];
    const [low, high] = c === GENERATOR_OUTPUTS - 1 ? [-Infinity, Infinity] : [0, limit];
    for (let y = 0, i = 0; y < core.height; y++) {
      let from = ((core.y - tile.y + y) * tile.width + core.x - tile.x) * GENERATOR_OUTPUTS + c;
      for (let x = 0; x < core.width; x++, i++, from += GENERATOR_OUTPUTS) {
        const value = output[from];
        if (!Number.isFinite(value)) finite = false;
        plane[i] = Math.min(high, Math.max(low, value));
      }
    }
  }
  if (!finite) {
    throw new PipelineError(
      'backend/lost',
      phrase('The back end returned values that are not numbers.'),
      phrase('Reload the page; if it happens again, choose the WASM back end.'),
    );
  }
  return { canonical: planes.slice(0, -1), errorScale: planes[GENERATOR_OUTPUTS - 1] };
}
