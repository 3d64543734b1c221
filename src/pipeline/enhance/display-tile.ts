import type { Band, Scene, SceneSource, Window } from '../scene.ts';
import { PROVENANCE } from '../scene.ts';
import type { DisplayStore, Found, Lookup } from './display-store.ts';
import type { Enhancement } from './enhance.ts';

/** Which picture a display tile shows. */
export type DisplayLayer = 'before' | 'after' | 'mask' | 'provenance' | 'confidence' | 'date';

export interface DisplayRequest {
  readonly layer: DisplayLayer;
  /** Pixels of the full-resolution grid; may reach beyond it. */
  readonly window: Window;
  /** Size in display pixels. */
  readonly width: number;
  readonly height: number;
  /** File indices for `before` and `after`. */
  readonly bands: readonly number[];
  /** Pictures of three bands are enhanced for viewing. */
  readonly enhancement?: Enhancement;
  /** For `before`: another date in place of the scene. */
  readonly date?: number;
}

/**
 * Interleaved samples: reflectance per band and validity 1 or 0 (Float32) for `before` and `after`, else
 * value and validity 255 or 0 (Uint8).
 */
export interface DisplayPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
}

/**
 * Samples for one display tile. Every display pixel stands for one pixel of the scene (the one under its
 * centre), the same one in every layer, so that what was not repaired looks the same before and after.
 * @throws PipelineError as {@link SceneSource.readDecimated}.
 */
export async function displayTile(
  source: SceneSource,
  store: DisplayStore,
  request: DisplayRequest,
  signal?: AbortSignal,
): Promise<DisplayPixels> {
  const { grid } = source.scene;
  const columns = sampledRange(request.window.x, request.window.width, request.width, grid.width);
  const rows = sampledRange(request.window.y, request.window.height, request.height, grid.height);
  if (request.layer === 'before' || request.layer === 'after') {
    return reflectanceTile(source, store, request, columns, rows, signal);
  }
  return classTile(await classesOf(store, request.layer, request), request, columns, rows);
}

/** Pixels of the scene between two display pixels. */
function stepOf({ window, width }: DisplayRequest): number {
  return window.width / width;
}

/** The part of a row of display pixels that lies on the grid: of a grid thinner than half of one, still one. */
interface SampledRange {
  /** First display pixel on the grid, and how many. */
  readonly first: number;
  readonly count: number;
  /** Grid pixels that they cover. */
  readonly start: number;
  readonly length: number;
}

function sampledRange(start: number, length: number, size: number, limit: number): SampledRange {
  const step = length / size;
  const first = Math.min(size, Math.max(0, Math.ceil(-start / step - 0.5)));
  const reach = Math.max(limit, 0.501 * step);
  const end = Math.max(first, Math.min(size, Math.ceil((reach - start) / step - 0.5)));
  const from = Math.max(0, Math.floor(start + first * step));
  const to = Math.min(limit, Math.max(from + 1, Math.round(start + end * step)));
  return { first, count: end - first, start: from, length: to - from };
}

/** Grid position under the centre of the i-th display pixel of a range; as in readDecimated. */
function position(range: SampledRange, i: number): number {
  return Math.floor(range.start + ((i + 0.5) * range.length) / range.count);
}

async function reflectanceTile(
  source: SceneSource,
  store: DisplayStore,
  request: DisplayRequest,
  columns: SampledRange,
  rows: SampledRange,
  signal?: AbortSignal,
): Promise<DisplayPixels> {
  const { scene } = source;
  const { layer, width, height, bands } = request;
  const channels = bands.length + 1;
  const data = new Float32Array(width * height * channels);
  if (columns.count === 0 || rows.count === 0) return { width, height, channels, data };
  const window = { x: columns.start, y: rows.start, width: columns.length, height: rows.length };
  const alpha = scene.bands.find((band) => band.role === 'alpha');
  const wanted = alpha ? [...bands, alpha.index] : bands;
  const { bands: samples } = await source.readDecimated(window, columns.count, rows.count, wanted, signal);
  const shown = bands.map((index) => scene.bands[index]);
  const repaired =
    layer === 'after' && !store.repaired.empty ? await store.repaired.under(window, stepOf(request)) : null;
  for (let row = 0; row < rows.count; row++) {
    const y = position(rows, row);
    for (let column = 0; column < columns.count; column++) {
      const i = row * columns.count + column;
      const out = ((row + rows.first) * width + column + columns.first) * channels;
      if (alpha && samples[bands.length][i] === 0) continue;
      const x = position(columns, column);
      const found = repaired?.(x, y);
      const changed = found && isChanged(found.tile.provenance[found.index]);
      let valid = 0;
      for (let b = 0; b < bands.length; b++) {
        const sample = changed ? found.tile.bands[bands[b]][found.index] : samples[b][i];
        if (isNodata(sample, scene)) continue;
        data[out + b] = reflectance(sample, shown[b]);
        valid = 1;
      }
      data[out + bands.length] = valid;
    }
  }
  return { width, height, channels, data };
}

function classTile(
  valueAt: (x: number, y: number) => number | null,
  { width, height }: DisplayRequest,
  columns: SampledRange,
  rows: SampledRange,
): DisplayPixels {
  const data = new Uint8Array(width * height * 2);
  for (let row = 0; row < rows.count; row++) {
    const y = position(rows, row);
    for (let column = 0; column < columns.count; column++) {
      const value = valueAt(position(columns, column), y);
      if (value === null) continue;
      const out = ((row + rows.first) * width + column + columns.first) * 2;
      data[out] = value;
      data[out + 1] = 255;
    }
  }
  return { width, height, channels: 2, data };
}

/** Mask class, provenance or confidence of pixels under the request; null where nothing is known (yet). */
async function classesOf(
  { masks, repaired }: DisplayStore,
  layer: 'mask' | 'provenance' | 'confidence' | 'date',
  request: DisplayRequest,
): Promise<(x: number, y: number) => number | null> {
  const valueIn =
    <T>(lookup: Lookup<T>, plane: (tile: T) => Uint8Array | null | undefined) =>
    (x: number, y: number) =>
      planeValue(lookup(x, y), plane);
  const step = stepOf(request);
  if (layer === 'mask') return valueIn(await masks.under(request.window, step), (tile) => tile.classes);
  return valueIn(await repaired.under(request.window, step), (tile) => tile[layer]);
}

function planeValue<T>(
  found: Found<T> | null,
  plane: (tile: T) => Uint8Array | null | undefined,
): number | null {
  return found ? (plane(found.tile)?.[found.index] ?? null) : null;
}

function isChanged(provenance: number): boolean {
  return (
    provenance !== PROVENANCE.observed &&
    provenance !== PROVENANCE.leftCloudy &&
    provenance !== PROVENANCE.nodata
  );
}

function isNodata(sample: number, scene: Scene): boolean {
  return Number.isNaN(sample) || sample === scene.nodata;
}

function reflectance(sample: number, band: Band): number {
  return sample * band.scale + band.offset;
}

/** Values of all bands at one pixel, and what is known about it. */
export interface PixelValues {
  readonly x: number;
  readonly y: number;
  readonly before: readonly number[] | null;
  readonly after: readonly number[] | null;
  readonly mask: number | null;
  readonly provenance: number | null;
  readonly confidence: number | null;
}

/** @param x,y position in the grid; beyond it every value is null. */
export async function probePixel(
  source: SceneSource,
  store: DisplayStore,
  x: number,
  y: number,
  signal?: AbortSignal,
): Promise<PixelValues> {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const nothing = { before: null, after: null, mask: null, provenance: null, confidence: null };
  const { width, height } = source.scene.grid;
  if (!(column >= 0 && row >= 0 && column < width && row < height)) return { x: column, y: row, ...nothing };
  const raster = await source.read({ x: column, y: row, width: 1, height: 1 }, undefined, signal);
  const before = raster.bands.map((band) => band[0]);
  const pixel = raster.window;
  const mask = planeValue((await store.masks.under(pixel, 1))(column, row), ({ classes }) => classes);
  const found = (await store.repaired.under(pixel, 1))(column, row);
  return {
    x: column,
    y: row,
    before,
    after: found ? found.tile.bands.map((band) => band[found.index]) : before,
    mask,
    provenance: planeValue(found, ({ provenance }) => provenance),
    confidence: planeValue(found, ({ confidence }) => confidence),
  };
}

/** File indices to show as red, green and blue at first: true colour where there is one, else the first bands. */
export function firstDisplayBands(scene: Scene): [number, number, number] {
  const of = (role: Band['role']) => scene.bands.find((band) => band.role === role)?.index;
  const [red, green, blue] = [of('red'), of('green'), of('blue')];
  if (red !== undefined && green !== undefined && blue !== undefined) return [red, green, blue];
  if (scene.bands.length >= 3) return [0, 1, 2];
  return [0, 0, 0];
}
