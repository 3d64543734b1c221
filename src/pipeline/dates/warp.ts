import {
  type Grid,
  isOpaque,
  QUALITY_ROLES,
  type Samples,
  type Scene,
  type SceneSource,
  type Window,
} from '../scene.ts';
import { clipWindow } from '../windows.ts';
import { type PixelMap, pixelMap } from './projection.ts';

/** Shift in pixels of the target: what lies at (x, y) of the target lies at (x + dx, y + dy) of the unshifted date. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** Positions are computed exactly every so many pixels and interpolated between, as GDAL's approximate transformer does. */
const STRIDE = 16;
/** Below this share of a kernel's weight on valid samples, the pixel holds no data. */
const LEAST_WEIGHT = 0.5;

/**
 * A date on the grid of the target: the same bands, as float32 samples with NaN for no data. Light is interpolated
 * bicubically (Keys 1981, a = -0.5; widened where the date is finer than the target, so that it averages), classes and
 * transparency by the nearest pixel. Pixels without data do not count.
 *
 * Windows are read one by one; nothing of the size of the scene is held.
 * @throws PipelineError as {@link pixelMap}
 */
export function warpedTo(date: SceneSource, target: Grid, shift: Shift = { dx: 0, dy: 0 }): SceneSource {
  const { scene } = date;
  const place = pixelMap(target, scene.grid);
  const map: PixelMap = (x, y) => place(x + shift.dx, y + shift.dy);
  const all = scene.bands.map(({ index }) => index);
  const warped: Scene = {
    ...scene,
    grid: target,
    sampleType: 'float32',
    nodata: Number.NaN,
    maskBand: null,
    byteLength: target.width * target.height * scene.bands.length * 4,
  };
  const read = async (positions: Positions, bands: readonly number[], signal?: AbortSignal) => {
    const around = clipWindow(positions.reach, scene.grid.width, scene.grid.height);
    const empty = () => new Float32Array(positions.x.length).fill(Number.NaN);
    if (!around) return bands.map(empty);
    const alpha = scene.bands.find(({ role }) => role === 'alpha')?.index ?? null;
    const wanted = alpha === null || bands.includes(alpha) ? bands : [...bands, alpha];
    const raster = await date.read(around, wanted, signal);
    const opaque =
      alpha === null
        ? null
        : raster.bands[wanted.indexOf(alpha)].map((value: number) => (isOpaque(value, scene) ? 1 : 0));
    return bands.map((index, i) => {
      const { role } = scene.bands.find((band) => band.index === index)!;
      const from: Plane = { window: around, samples: raster.bands[i], nodata: scene.nodata, opaque };
      return QUALITY_ROLES.includes(role) ? nearest(from, positions) : cubic(from, positions);
    });
  };
  return {
    scene: warped,
    panel: date.panel,
    async read(window, bands = all, signal) {
      return { window, bands: await read(positionsOn(map, window), bands, signal) };
    },
    async readDecimated(window, width, height, bands = all, signal) {
      // Looked at through the coarser versions of the file: one nearest sample per pixel.
      const step = { x: window.width / width, y: window.height / height };
      const view = { x: 0, y: 0, width, height };
      const positions = positionsOn((x, y) => map(window.x + x * step.x, window.y + y * step.y), view);
      const coarseness = Math.max(1, Math.floor(Math.min(step.x, step.y) * pitchOf(map, window)));
      const around = clipWindow(
        onMultiples(positions.reach, coarseness),
        scene.grid.width,
        scene.grid.height,
      );
      if (!around) {
        const empty = () => new Float32Array(width * height).fill(Number.NaN);
        return { window: { ...window, width, height }, bands: bands.map(empty) };
      }
      const [w, h] = [around.width, around.height].map((side) => Math.ceil(side / coarseness));
      const { bands: coarse } = await date.readDecimated(around, w, h, bands, signal);
      const onCoarse: Positions = {
        ...positions,
        x: positions.x.map((x) => ((x + 0.5 - around.x) / around.width) * w - 0.5),
        y: positions.y.map((y) => ((y + 0.5 - around.y) / around.height) * h - 0.5),
      };
      const planes = coarse.map((samples) =>
        nearest(
          { window: { x: 0, y: 0, width: w, height: h }, samples, nodata: scene.nodata, opaque: null },
          onCoarse,
        ),
      );
      return { window: { ...window, width, height }, bands: planes };
    },
  };
}

/** The smallest window around another whose sides lie on multiples of a step: neighbouring views see the same samples. */
function onMultiples({ x, y, width, height }: Window, step: number): Window {
  const [left, top] = [x, y].map((side) => Math.floor(side / step) * step);
  return {
    x: left,
    y: top,
    width: Math.ceil((x + width - left) / step) * step,
    height: Math.ceil((y + height - top) / step) * step,
  };
}

/** Do two grids share ground? Judged at the points of a lattice on either, as one may be much smaller than the other. */
export function overlaps(date: Grid, target: Grid): boolean {
  return reachesInto(date, target) || reachesInto(target, date);
}

function reachesInto(from: Grid, to: Grid): boolean {
  const map = pixelMap(from, to);
  const points = 64;
  for (let j = 0; j <= points; j++) {
    for (let i = 0; i <= points; i++) {
      const [x, y] = map((i / points) * from.width, (j / points) * from.height);
      if (x > 0 && y > 0 && x < to.width && y < to.height) return true;
    }
  }
  return false;
}

/** Pixels of the date per pixel of the target, in the middle of a window. */
function pitchOf(map: PixelMap, { x, y, width, height }: Window): number {
  const [u, v] = [x + width / 2, y + height / 2];
  const [x0, y0] = map(u, v);
  const [x1, y1] = map(u + 1, v);
  const [x2, y2] = map(u, v + 1);
  return Math.sqrt(Math.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)));
}

/** Where the centres of a window's pixels lie on the date, whose own pixel centres are whole numbers. */
interface Positions {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Half-width of the kernel in pixels of the date: 2, or more where the date is finer. */
  readonly radius: number;
  /** Everything that the kernels touch; may reach beyond the date. */
  readonly reach: Window;
}

function positionsOn(map: PixelMap, window: Window): Positions {
  const { width, height } = window;
  const columns = Math.ceil((width - 1) / STRIDE) + 1;
  const rows = Math.ceil((height - 1) / STRIDE) + 1;
  const exact = Array.from({ length: columns * rows }, (_, k) => {
    const u = window.x + (k % columns) * STRIDE + 0.5;
    const v = window.y + Math.floor(k / columns) * STRIDE + 0.5;
    const [x, y] = map(u, v);
    return [snap(x - 0.5), snap(y - 0.5)] as const;
  });
  const radius = 2 * Math.max(1, pitchOf(map, window));
  const x = new Float64Array(width * height);
  const y = new Float64Array(width * height);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let j = 0, i = 0; j < height; j++) {
    const row = Math.min(rows - 2, Math.floor(j / STRIDE));
    const upper = Math.max(0, row) * columns;
    const lower = rows > 1 ? upper + columns : upper;
    const v = rows > 1 ? j / STRIDE - row : 0;
    for (let c = 0; c < width; c++, i++) {
      const column = Math.max(0, Math.min(columns - 2, Math.floor(c / STRIDE)));
      const beside = columns > 1 ? column + 1 : column;
      const u = columns > 1 ? c / STRIDE - column : 0;
      const [a, b, d, e] = [
        exact[upper + column],
        exact[upper + beside],
        exact[lower + column],
        exact[lower + beside],
      ];
      x[i] = snap((1 - v) * ((1 - u) * a[0] + u * b[0]) + v * ((1 - u) * d[0] + u * e[0]));
      y[i] = snap((1 - v) * ((1 - u) * a[1] + u * b[1]) + v * ((1 - u) * d[1] + u * e[1]));
      left = Math.min(left, x[i]);
      right = Math.max(right, x[i]);
      top = Math.min(top, y[i]);
      bottom = Math.max(bottom, y[i]);
    }
  }
  const from = { x: Math.floor(left - radius), y: Math.floor(top - radius) };
  const reach = {
    ...from,
    width: Math.ceil(right + radius) + 1 - from.x,
    height: Math.ceil(bottom + radius) + 1 - from.y,
  };
  return { x, y, radius, reach };
}

/** A position that misses a pixel's centre by rounding is that centre: samples are then copied. */
function snap(position: number): number {
  const whole = Math.round(position);
  return Math.abs(position - whole) < 1e-6 ? whole : position;
}

interface Plane {
  readonly window: Window;
  readonly samples: Samples;
  readonly nodata: number | null;
  /** Transparency: 0 where there is no data. */
  readonly opaque: Samples | null;
}

const isData = ({ samples, nodata, opaque }: Plane, i: number) =>
  samples[i] !== nodata && !Number.isNaN(samples[i]) && (opaque === null || opaque[i] !== 0);

function nearest(from: Plane, at: Positions): Float32Array {
  const { window, samples } = from;
  return Float32Array.from(at.x, (x, i) => {
    const u = Math.round(x) - window.x;
    const v = Math.round(at.y[i]) - window.y;
    if (u < 0 || v < 0 || u >= window.width || v >= window.height) return Number.NaN;
    return isData(from, v * window.width + u) ? samples[v * window.width + u] : Number.NaN;
  });
}

/** Keys' cubic convolution kernel. */
function keys(distance: number): number {
  const t = Math.abs(distance);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

function cubic(from: Plane, at: Positions): Float32Array {
  const { window, samples } = from;
  const { radius } = at;
  const stretch = radius / 2;
  const taps = Math.ceil(2 * radius) + 1;
  const across = new Float64Array(taps);
  const out = new Float32Array(at.x.length).fill(Number.NaN);
  for (let i = 0; i < out.length; i++) {
    const x = at.x[i] - window.x;
    const y = at.y[i] - window.y;
    const u = Math.round(x);
    const v = Math.round(y);
    if (u < 0 || v < 0 || u >= window.width || v >= window.height) continue;
    if (!isData(from, v * window.width + u)) continue;
    if (stretch === 1 && u === x && v === y) {
      out[i] = samples[v * window.width + u];
      continue;
    }
    const left = Math.ceil(x - radius);
    const right = Math.floor(x + radius);
    for (let c = left; c <= right; c++) across[c - left] = keys((c - x) / stretch);
    let sum = 0;
    let weights = 0;
    let possible = 0;
    for (let r = Math.ceil(y - radius); r <= y + radius; r++) {
      const down = keys((r - y) / stretch);
      // Beyond the edge the nearest pixel counts.
      const row = Math.min(window.height - 1, Math.max(0, r)) * window.width;
      for (let c = left; c <= right; c++) {
        const weight = down * across[c - left];
        if (weight === 0) continue;
        possible += weight;
        const k = row + Math.min(window.width - 1, Math.max(0, c));
        if (!isData(from, k)) continue;
        sum += weight * samples[k];
        weights += weight;
      }
    }
    if (weights > LEAST_WEIGHT * possible) out[i] = sum / weights;
  }
  return out;
}
