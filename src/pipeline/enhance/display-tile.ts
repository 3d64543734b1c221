import type { Band, Scene, SceneSource, Window } from '../scene.ts';
import { PROVENANCE } from '../scene.ts';
import { type DisplayStore, pixelIndex } from './display-store.ts';

/** Which picture a display tile shows. */
export type DisplayLayer = 'before' | 'after' | 'mask' | 'provenance' | 'confidence';

export interface DisplayRequest {
  readonly layer: DisplayLayer;
  /** Pixels of the full-resolution grid; may reach beyond it. */
  readonly window: Window;
  /** Size in display pixels. */
  readonly width: number;
  readonly height: number;
  /** File indices for `before` and `after`. */
  readonly bands: readonly number[];
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
  return classTile(store, request.layer, request.width, request.height, columns, rows);
}

/** The part of a row of display pixels that lies on the grid. */
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
  const end = Math.max(first, Math.min(size, Math.ceil((limit - start) / step - 0.5)));
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
  { layer, width, height, bands }: DisplayRequest,
  columns: SampledRange,
  rows: SampledRange,
  signal?: AbortSignal,
): Promise<DisplayPixels> {
  const { scene } = source;
  const channels = bands.length + 1;
  const data = new Float32Array(width * height * channels);
  if (columns.count === 0 || rows.count === 0) return { width, height, channels, data };
  const window = { x: columns.start, y: rows.start, width: columns.length, height: rows.length };
  const alpha = scene.bands.find((band) => band.role === 'alpha');
  const wanted = alpha ? [...bands, alpha.index] : bands;
  const { bands: samples } = await source.readDecimated(window, columns.count, rows.count, wanted, signal);
  const shown = bands.map((index) => scene.bands[index]);
  const repaired = layer === 'after' && !store.repaired.empty ? store.repaired : null;
  for (let row = 0; row < rows.count; row++) {
    const y = position(rows, row);
    for (let column = 0; column < columns.count; column++) {
      const i = row * columns.count + column;
      const out = ((row + rows.first) * width + column + columns.first) * channels;
      if (alpha && samples[bands.length][i] === 0) continue;
      const x = position(columns, column);
      const tile = repaired?.at(x, y);
      const inTile = tile ? pixelIndex(tile, x, y) : 0;
      const changed = tile && isChanged(tile.provenance[inTile]);
      let valid = 0;
      for (let b = 0; b < bands.length; b++) {
        const sample = changed ? tile.bands[bands[b]][inTile] : samples[b][i];
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
  store: DisplayStore,
  layer: 'mask' | 'provenance' | 'confidence',
  width: number,
  height: number,
  columns: SampledRange,
  rows: SampledRange,
): DisplayPixels {
  const data = new Uint8Array(width * height * 2);
  for (let row = 0; row < rows.count; row++) {
    const y = position(rows, row);
    for (let column = 0; column < columns.count; column++) {
      const value = classAt(store, layer, position(columns, column), y);
      if (value === null) continue;
      const out = ((row + rows.first) * width + column + columns.first) * 2;
      data[out] = value;
      data[out + 1] = 255;
    }
  }
  return { width, height, channels: 2, data };
}

/** Mask class, provenance or confidence of a pixel; null where nothing is known (yet). */
function classAt(
  { masks, repaired }: DisplayStore,
  layer: 'mask' | 'provenance' | 'confidence',
  x: number,
  y: number,
): number | null {
  if (layer === 'mask') {
    const tile = masks.at(x, y);
    return tile ? tile.classes[pixelIndex(tile, x, y)] : null;
  }
  const tile = repaired.at(x, y);
  return tile ? tile[layer][pixelIndex(tile, x, y)] : null;
}

function isChanged(provenance: number): boolean {
  return (
    provenance === PROVENANCE.thinCorrected ||
    provenance === PROVENANCE.shadowCorrected ||
    provenance === PROVENANCE.generated
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
  const tile = store.repaired.at(column, row);
  return {
    x: column,
    y: row,
    before,
    after: tile ? tile.bands.map((band) => band[pixelIndex(tile, column, row)]) : before,
    mask: classAt(store, 'mask', column, row),
    provenance: classAt(store, 'provenance', column, row),
    confidence: classAt(store, 'confidence', column, row),
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
