import { convolve, gaussianKernel } from '../blur.ts';

/** How strongly a picture is enhanced for viewing, each 0 (not at all) to 1. */
export interface Enhancement {
  /** Takes off the veil that lies over an area. */
  readonly dehaze: number;
  /** Spreads what is near each other (contrast limited adaptive histogram equalisation). */
  readonly contrast: number;
  /** Strengthens edges (unsharp mask). */
  readonly sharpen: number;
}

export const NO_ENHANCEMENT: Enhancement = { dehaze: 0, contrast: 0, sharpen: 0 };

/** Does it change anything? */
export const enhances = ({ dehaze, contrast, sharpen }: Enhancement) => dehaze + contrast + sharpen > 0;

/** Cells of the lattice on which the scene is described, each way: as scikit-image divides a picture by default. */
const CELLS = 8;
const LEVELS = 256;
/** Share of a cell's pixels above which a level is clipped, as scikit-image's default. */
const CLIP_LIMIT = 0.01;
/** Share of a cell's pixels that are darker than its veil. */
const VEIL_PERCENTILE = 0.02;
/** Share of its pixels that must be known for a cell to speak for itself. */
const LEAST_KNOWN = 0.25;
/** Reach of the unsharp mask in display pixels, its Gaussian, and how much of the difference is added at most. */
export const SHARPEN_REACH = 3;
const KERNEL = gaussianKernel(1, SHARPEN_REACH);
const SHARPEN_GAIN = 1.5;

/** A scene at few pixels, stretched so that its 2nd percentile is 0 and its 98th 1; red, green, blue. */
export interface ToneSample {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
  /** 1 where there is data. */
  readonly valid: Uint8Array;
}

/** What the whole scene says about its tones, on a lattice of cells: the same for every tile and either side of the swipe. */
export interface Tone {
  readonly columns: number;
  readonly rows: number;
  /** Veil per cell, 0..1: what the darkest pixels show that should be black. */
  readonly veil: Float32Array;
  /** Per cell the equalised value, 0..1, of each of 256 levels of luminance. */
  readonly curves: Float32Array;
}

const luminance = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;
const unit = (value: number) => Math.min(1, Math.max(0, value));

/**
 * Describes the tones of a scene.
 *
 * The veil is the dark channel of He, Sun and Tang ("Single Image Haze Removal Using Dark Channel Prior", 2009) over a cell and
 * its neighbours, with white for the light of the air. The curves are those of Zuiderveld's contrast limited adaptive histogram
 * equalisation (Graphics Gems IV, 1994). A cell with few pixels takes after the whole scene.
 * @param dehaze Share of the veil that is taken off before the curves are found.
 */
export function toneOf(sample: ToneSample, dehaze: number): Tone {
  const [columns, rows] = [CELLS, CELLS];
  const cells = Array.from({ length: columns * rows }, (_, cell) => pixelsOf(sample, cell));
  const all = cells.flat();
  const enough = Math.max(1, (LEAST_KNOWN * sample.width * sample.height) / cells.length);
  const known = cells.map((pixels) => Math.min(1, pixels.length / enough));
  const darkOfAll = darkOf(sample, all);
  const dark = cells.map((pixels, k) => known[k] * darkOf(sample, pixels) + (1 - known[k]) * darkOfAll);
  const veil = Float32Array.from(dark, (_, cell) => {
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    return Math.min(
      ...dark.filter(
        (__, other) =>
          Math.abs((other % columns) - column) <= 1 && Math.abs(Math.floor(other / columns) - row) <= 1,
      ),
    );
  });
  const curves = new Float32Array(cells.length * LEVELS);
  const curveOfAll = equalised(sample, all, dehaze * darkOfAll);
  cells.forEach((pixels, cell) => {
    const own = equalised(sample, pixels, dehaze * veil[cell]);
    const mixed = own.map((value, level) => known[cell] * value + (1 - known[cell]) * curveOfAll[level]);
    curves.set(mixed, cell * LEVELS);
  });
  return { columns, rows, veil, curves };
}

/** What the darkest pixels show in their darkest band; 0 without pixels. */
function darkOf({ planes: [red, green, blue] }: ToneSample, pixels: readonly number[]): number {
  const dark = Float32Array.from(pixels, (i) => unit(Math.min(red[i], green[i], blue[i]))).sort();
  return dark.length > 0 ? dark[Math.floor(VEIL_PERCENTILE * (dark.length - 1))] : 0;
}

function pixelsOf({ width, height, valid }: ToneSample, cell: number): number[] {
  const [column, row] = [cell % CELLS, Math.floor(cell / CELLS)];
  const edge = (i: number, length: number) => Math.floor((i * length) / CELLS);
  const pixels: number[] = [];
  for (let y = edge(row, height); y < edge(row + 1, height); y++) {
    for (let x = edge(column, width); x < edge(column + 1, width); x++) {
      if (valid[y * width + x]) pixels.push(y * width + x);
    }
  }
  return pixels;
}

/** The cumulative histogram, clipped and what was cut off spread evenly. Without pixels, levels stay as they are. */
function equalised({ planes: [red, green, blue] }: ToneSample, pixels: readonly number[], veil: number) {
  const counts = new Float32Array(LEVELS);
  for (const i of pixels) {
    const light = unveiled(luminance(red[i], green[i], blue[i]), veil);
    counts[Math.round(unit(light) * (LEVELS - 1))]++;
  }
  if (pixels.length === 0) return counts.map((_, level) => level / (LEVELS - 1));
  const limit = Math.max(1, CLIP_LIMIT * pixels.length);
  let excess = 0;
  for (const count of counts) excess += Math.max(0, count - limit);
  let sum = 0;
  return counts.map((count) => {
    sum += Math.min(limit, count) + excess / LEVELS;
    return unit(sum / pixels.length);
  });
}

const unveiled = (value: number, veil: number) => (value - veil) / (1 - Math.min(0.95, veil));

/** Where display pixels lie in the scene, as shares of it. */
interface TilePlace {
  readonly left: number;
  readonly top: number;
  /** Share of the scene from one pixel to the next. */
  readonly across: number;
  readonly down: number;
}

/** Stretched pixels of a tile, with what surrounds it. */
interface StretchedTile {
  /** Red, green, blue (stretched) and validity, interleaved. */
  readonly pixels: Float32Array;
  /** With the margin. */
  readonly width: number;
  readonly height: number;
  /** Pixels on every side that are context only and are cut off. */
  readonly margin: number;
  readonly place: TilePlace;
}

/**
 * Enhances stretched pixels. Every pixel depends on its place in the scene and on pixels within SHARPEN_REACH, not on tiles.
 *
 * @returns the pixels without the margin
 */
export function enhancePixels(
  { pixels, width, height, margin, place }: StretchedTile,
  tone: Tone,
  { dehaze, contrast, sharpen }: Enhancement,
): Float32Array<ArrayBuffer> {
  const [outWidth, outHeight] = [width - 2 * margin, height - 2 * margin];
  const out = new Float32Array(outWidth * outHeight * 4);
  const soft = sharpen > 0 ? blurredLuminance(pixels, width, height) : null;
  const curve = new Float32Array(4);
  for (let y = 0; y < outHeight; y++) {
    const v = cellPosition(place.top + (y + margin + 0.5) * place.down, tone.rows);
    for (let x = 0; x < outWidth; x++) {
      const i = (y + margin) * width + x + margin;
      const to = 4 * (y * outWidth + x);
      out[to + 3] = pixels[4 * i + 3];
      if (pixels[4 * i + 3] < 0.5) continue;
      let [r, g, b] = [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]];
      if (soft) {
        const edge = SHARPEN_GAIN * sharpen * (luminance(r, g, b) - soft[i]);
        [r, g, b] = [r + edge, g + edge, b + edge];
      }
      const u = cellPosition(place.left + (x + margin + 0.5) * place.across, tone.columns);
      const cells = [v.low, v.high].flatMap((row) => [
        row * tone.columns + u.low,
        row * tone.columns + u.high,
      ]);
      const mix = (at: ArrayLike<number>) =>
        (1 - v.share) * ((1 - u.share) * at[0] + u.share * at[1]) +
        v.share * ((1 - u.share) * at[2] + u.share * at[3]);
      if (dehaze > 0) {
        for (let k = 0; k < 4; k++) curve[k] = tone.veil[cells[k]];
        const veil = dehaze * mix(curve);
        [r, g, b] = [unveiled(r, veil), unveiled(g, veil), unveiled(b, veil)];
      }
      if (contrast > 0) {
        const light = luminance(r, g, b);
        const level = Math.round(unit(light) * (LEVELS - 1));
        for (let k = 0; k < 4; k++) curve[k] = tone.curves[cells[k] * LEVELS + level];
        const gain = 1 + contrast * (mix(curve) / Math.max(light, 1 / LEVELS) - 1);
        [r, g, b] = [r * gain, g * gain, b * gain];
      }
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
    }
  }
  return out;
}

/** Between the centres of which cells a share of the scene lies. */
function cellPosition(share: number, cells: number) {
  const position = Math.min(cells - 1, Math.max(0, share * cells - 0.5));
  const low = Math.min(cells - 1, Math.floor(position));
  return { low, high: Math.min(cells - 1, low + 1), share: position - low };
}

/** Gaussian, over valid pixels only. */
function blurredLuminance(pixels: Float32Array, width: number, height: number): Float64Array {
  const valid = Float32Array.from({ length: width * height }, (_, i) => pixels[4 * i + 3]);
  const light = valid.map((is, i) => is * luminance(pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]));
  const [sums, totals] = [light, valid].map((plane) => convolve(plane, width, KERNEL));
  return sums.map((sum, i) => (totals[i] > 0 ? sum / totals[i] : 0));
}
