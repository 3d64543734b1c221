import type { MaskSource, RunSettings } from '../events.ts';
import { DETECTOR_CLASSES } from '../networks.ts';
import type { Observation } from '../preprocess/observe.ts';
import { MASK_CLASS, type Samples, type Window } from '../scene.ts';
import { cropPlane } from '../windows.ts';
import { fillBrightHoles } from './holes.ts';
import type { QualityDecoder } from './quality.ts';

/** Probabilities of thin cloud, thick cloud and shadow per pixel, in 1/255. */
export interface Probabilities {
  readonly thin: Uint8Array;
  readonly thick: Uint8Array;
  readonly shadow: Uint8Array;
}

/** Nothing found in `length` pixels. */
export function noProbabilities(length: number): Probabilities {
  return { thin: new Uint8Array(length), thick: new Uint8Array(length), shadow: new Uint8Array(length) };
}

/**
 * The detector's output over a tile with halo, with bright holes as thick cloud, cropped to the core.
 *
 * @param output `[1, tile.height, tile.width, 4]`: clear, thin, thick, shadow.
 * @param seen What it was given, as far as the scene reaches.
 */
export function fromNetwork(
  output: Float32Array,
  tile: Window,
  seen: Pick<Observation, 'window' | 'canonical' | 'valid'>,
  core: Window,
): Probabilities {
  const found = cropOutput(output, tile, seen.window);
  fillBrightHoles(found, seen.canonical, seen.valid, seen.window.width);
  const crop = (plane: Uint8Array) => cropPlane(plane, seen.window, core);
  return { thin: crop(found.thin), thick: crop(found.thick), shadow: crop(found.shadow) };
}

function cropOutput(output: Float32Array, tile: Window, window: Window): Probabilities {
  const found = noProbabilities(window.width * window.height);
  for (let y = 0, i = 0; y < window.height; y++) {
    let from = ((window.y - tile.y + y) * tile.width + window.x - tile.x) * DETECTOR_CLASSES;
    for (let x = 0; x < window.width; x++, i++, from += DETECTOR_CLASSES) {
      found.thin[i] = Math.round(255 * output[from + 1]);
      found.thick[i] = Math.round(255 * output[from + 2]);
      found.shadow[i] = Math.round(255 * output[from + 3]);
    }
  }
  return found;
}

/** A quality band over the core, decoded. */
export function fromQualityBand(samples: Samples, decode: QualityDecoder): Probabilities {
  const found = noProbabilities(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const [thin, thick, shadow] = decode(samples[i]);
    found.thin[i] = Math.round(thin);
    found.thick[i] = Math.round(thick);
    found.shadow[i] = Math.round(shadow);
  }
  return found;
}

/**
 * The larger probability of each class. Where their sum would exceed 1, that of shadow gives way: what one is sure of is no
 * less sure for what the other says, and cloud wins. Thin and thick are scaled down only if they alone exceed it.
 */
export function unite(a: Probabilities, b: Probabilities): Probabilities {
  const out = noProbabilities(a.thin.length);
  for (let i = 0; i < out.thin.length; i++) {
    const thin = Math.max(a.thin[i], b.thin[i]);
    const thick = Math.max(a.thick[i], b.thick[i]);
    out.thin[i] = Math.floor(thin * Math.min(1, 255 / (thin + thick)));
    out.thick[i] = Math.min(thick, 255 - out.thin[i]);
    out.shadow[i] = Math.min(Math.max(a.shadow[i], b.shadow[i]), 255 - out.thin[i] - out.thick[i]);
  }
  return out;
}

/** Which evidence a run can use: `union` and `quality-band` need a quality band. */
export function usableMaskSource(wanted: MaskSource, qualityBands: number): MaskSource {
  return qualityBands > 0 ? wanted : 'network';
}

/**
 * MASK_CLASS per pixel, before buffering: cloud where thin + thick reach the threshold (then thin or thick,
 * whichever is likelier), else shadow where it reaches its own; 255 at invalid pixels.
 */
export function classify(found: Probabilities, valid: Uint8Array, settings: RunSettings): Uint8Array {
  const cloudFrom = settings.cloudThreshold * 255;
  const shadowFrom = settings.shadowThreshold * 255;
  return valid.map((is, i) => {
    if (!is) return MASK_CLASS.nodata;
    const cloud = found.thin[i] + found.thick[i];
    if (cloud >= cloudFrom && cloud > 0) {
      return found.thick[i] >= found.thin[i] ? MASK_CLASS.thick : MASK_CLASS.thin;
    }
    const shadow = found.shadow[i];
    return shadow >= shadowFrom && shadow > 0 ? MASK_CLASS.shadow : MASK_CLASS.clear;
  });
}

/** 1 where a pixel is valid and thin + thick + shadow stay below `limit` (0..1): the fill may start from it. */
export function clearPixels(found: Probabilities, valid: Uint8Array, limit: number): Uint8Array {
  const { thin, thick, shadow } = found;
  const below = limit * 255;
  const clear = new Uint8Array(valid.length);
  for (let i = 0; i < clear.length; i++) {
    if (valid[i] && thin[i] + thick[i] + shadow[i] < below) clear[i] = 1;
  }
  return clear;
}
