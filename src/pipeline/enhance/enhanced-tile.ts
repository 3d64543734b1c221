import type { Grid } from '../scene.ts';
import { sizeWithin } from '../windows.ts';
import type { DisplayPixels, DisplayRequest } from './display-tile.ts';
import { type Enhancement, enhancePixels, SHARPEN_REACH, type Tone, toneOf } from './enhance.ts';
import type { Stretch } from './stretch.ts';

/** Display tiles of a scene and its run, or of finished files. */
export type ReadDisplayTile = (request: DisplayRequest, signal?: AbortSignal) => Promise<DisplayPixels>;

/** Longer side of the sample that describes a scene. */
const SAMPLE_SIDE = 512;

/** Three bands (file indices), and the range in reflectance that each is stretched over. */
interface StretchedBands {
  readonly bands: readonly number[];
  readonly stretch: readonly Stretch[];
}

/**
 * The tones of a scene as it came, in three bands.
 * @param options.clearOnly Cloud and shadow do not count: the mask is known.
 * @throws PipelineError those of `read`
 */
export async function sceneTone(
  { width, height }: Pick<Grid, 'width' | 'height'>,
  read: ReadDisplayTile,
  { bands, stretch }: StretchedBands,
  { dehaze, clearOnly }: { readonly dehaze: number; readonly clearOnly: boolean },
  signal?: AbortSignal,
): Promise<Tone> {
  const size = sizeWithin({ width, height }, SAMPLE_SIDE);
  const window = { x: 0, y: 0, width, height };
  const request = { window, ...size, bands };
  const { data } = await read({ ...request, layer: 'before' }, signal);
  const mask = clearOnly ? await read({ ...request, layer: 'mask' }, signal) : null;
  const stretched = toStretched(data as Float32Array, stretch);
  const planes = bands.map((_, b) =>
    Float32Array.from({ length: size.width * size.height }, (__, i) => stretched[4 * i + b]),
  );
  const valid = Uint8Array.from({ length: size.width * size.height }, (_, i) =>
    stretched[4 * i + 3] && !mask?.data[2 * i] ? 1 : 0,
  );
  return toneOf({ ...size, planes, valid }, dehaze);
}

interface EnhancedLook {
  /** Of the three bands. */
  readonly stretch: readonly Stretch[];
  /** Of the scene, see {@link sceneTone}. */
  readonly tone: Tone;
  readonly enhancement: Enhancement;
}

/** A display tile of three bands, enhanced; in reflectance, as `read` gives it. */
export async function enhancedTile(
  grid: Pick<Grid, 'width' | 'height'>,
  read: ReadDisplayTile,
  request: DisplayRequest,
  { stretch, tone, enhancement }: EnhancedLook,
  signal?: AbortSignal,
): Promise<DisplayPixels> {
  const margin = enhancement.sharpen > 0 ? SHARPEN_REACH : 0;
  const [stepX, stepY] = [request.window.width / request.width, request.window.height / request.height];
  const window = {
    x: request.window.x - margin * stepX,
    y: request.window.y - margin * stepY,
    width: request.window.width + 2 * margin * stepX,
    height: request.window.height + 2 * margin * stepY,
  };
  const [width, height] = [request.width + 2 * margin, request.height + 2 * margin];
  const { data } = await read({ ...request, window, width, height }, signal);
  const place = {
    left: window.x / grid.width,
    top: window.y / grid.height,
    across: stepX / grid.width,
    down: stepY / grid.height,
  };
  const pixels = toStretched(data as Float32Array, stretch);
  const enhanced = enhancePixels({ pixels, width, height, margin, place }, tone, enhancement);
  return {
    width: request.width,
    height: request.height,
    channels: 4,
    data: enhanced.map((value, i) => {
      const range = stretch[i % 4];
      return range ? range.low + value * (range.high - range.low) : value;
    }),
  };
}

function toStretched(data: Float32Array, stretch: readonly Stretch[]): Float32Array {
  return data.map((value, i) => {
    const range = stretch[i % 4];
    return range ? (value - range.low) / (range.high - range.low) : value;
  });
}
