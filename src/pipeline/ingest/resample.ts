import type { Samples, SampleType, Window } from '../scene.ts';
import { allocateSamples } from './layout.ts';
import type { ImageReader } from './source.ts';

/** Readers made of readers: other grids, other sample types, several files side by side. */

/** Where a grid lies on another one: the pixel `i` of the first covers `i * step + start` and on of the second. */
export interface Axis {
  /** Pixels of the second grid per pixel of the first. */
  readonly step: number;
  readonly start: number;
  /** Pixels of the second grid. */
  readonly size: number;
}

export interface Placement {
  readonly columns: Axis;
  readonly rows: Axis;
  /** `nearest` for classes; `bilinear` as GDAL interpolates, between the centres of pixels. */
  readonly method: 'nearest' | 'bilinear';
  /** No-data value of the bands. */
  readonly nodata: number | null;
  readonly sampleType: SampleType;
}

/** The bands of a reader on another grid. Decimated reads take the nearest pixel. */
export function resampled(reader: ImageReader, place: Placement): ImageReader {
  const { columns, rows, method } = place;
  return {
    async read(window, bands, signal) {
      const across = positions(columns, window.x, window.width);
      const down = positions(rows, window.y, window.height);
      const source: Window = { ...span(across, columns.size, 'x'), ...span(down, rows.size, 'y') };
      const raster = await reader.read(source, bands, signal);
      const blend = method === 'bilinear' ? bilinear : nearest;
      return { window, bands: raster.bands.map((samples) => blend(samples, source, across, down, place)) };
    },
    readAt(atColumns, atRows, step, bands, signal) {
      const onto = (axis: Axis, at: Int32Array) =>
        at.map((position) => clamp(Math.floor((position + 0.5) * axis.step + axis.start), axis.size));
      const coarseStep = step * Math.min(columns.step, rows.step);
      return reader.readAt(onto(columns, atColumns), onto(rows, atRows), coarseStep, bands, signal);
    },
    forget: reader.forget,
    reduction: reader.reduction / Math.max(columns.step, rows.step),
    panel: reader.panel / columns.step,
  };
}

/** Centres of pixels on the other grid, whose own centres are whole numbers. */
function positions({ step, start }: Axis, first: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (first + i + 0.5) * step + start - 0.5);
}

const clamp = (position: number, size: number) => Math.min(size - 1, Math.max(0, position));

/** The pixels that interpolation between ascending positions needs. */
function span<K extends 'x' | 'y'>(at: Float64Array, size: number, name: K) {
  const from = clamp(Math.floor(at[0]), size);
  const to = clamp(Math.floor(at[at.length - 1]) + 1, size);
  const length = to - from + 1;
  return (name === 'x' ? { x: from, width: length } : { y: from, height: length }) as K extends 'x'
    ? Pick<Window, 'x' | 'width'>
    : Pick<Window, 'y' | 'height'>;
}

type Blend = (
  samples: Samples,
  window: Window,
  across: Float64Array,
  down: Float64Array,
  place: Placement,
) => Samples;

const nearest: Blend = (samples, window, across, down, { columns, rows, sampleType }) => {
  const out = allocateSamples(sampleType, across.length * down.length);
  for (let j = 0; j < down.length; j++) {
    const row = (clamp(Math.round(down[j]), rows.size) - window.y) * window.width - window.x;
    for (let i = 0; i < across.length; i++) {
      out[j * across.length + i] = samples[row + clamp(Math.round(across[i]), columns.size)];
    }
  }
  return out;
};

/**
 * Bilinear as gdalwarp does it: beyond the edge the nearest pixel counts; where the pixel under the centre holds no
 * data there is none, elsewhere pixels without data do not count. Integers are rounded.
 */
const bilinear: Blend = (samples, window, across, down, { columns, rows, nodata, sampleType }) => {
  const out = allocateSamples(sampleType, across.length * down.length);
  const whole = !sampleType.startsWith('float');
  const isData = (value: number) => value !== nodata && !Number.isNaN(value);
  for (let j = 0; j < down.length; j++) {
    const top = Math.floor(down[j]);
    const low = down[j] - top;
    const rowAt = (row: number) => (clamp(row, rows.size) - window.y) * window.width - window.x;
    const upper = rowAt(top);
    const lower = rowAt(top + 1);
    const under = low < 0.5 ? upper : lower;
    for (let i = 0; i < across.length; i++) {
      const left = Math.floor(across[i]);
      const right = across[i] - left;
      const x0 = clamp(left, columns.size);
      const x1 = clamp(left + 1, columns.size);
      const centre = samples[under + (right < 0.5 ? x0 : x1)];
      const o = j * across.length + i;
      if (!isData(centre)) {
        out[o] = centre;
        continue;
      }
      let sum = 0;
      let weights = 0;
      for (let k = 0; k < 4; k++) {
        const weight = (k & 1 ? right : 1 - right) * (k & 2 ? low : 1 - low);
        const value = samples[(k & 2 ? lower : upper) + (k & 1 ? x1 : x0)];
        if (weight === 0 || !isData(value)) continue;
        sum += weight * value;
        weights += weight;
      }
      out[o] = whole ? Math.floor(sum / weights + 0.5) : sum / weights;
    }
  }
  return out;
};

/** The bands of a reader as samples of another type that holds all their values. */
export function converted(
  reader: ImageReader,
  sampleType: SampleType,
  change?: (value: number) => number,
): ImageReader {
  const convert = (samples: Samples): Samples => {
    const out = allocateSamples(sampleType, samples.length);
    if (change) for (let i = 0; i < out.length; i++) out[i] = change(samples[i]);
    else out.set(samples);
    return out;
  };
  return {
    async read(window, bands, signal) {
      return { window, bands: (await reader.read(window, bands, signal)).bands.map(convert) };
    },
    readAt: async (...request) => (await reader.readAt(...request)).map(convert),
    forget: reader.forget,
    reduction: reader.reduction,
    panel: reader.panel,
  };
}

/** Bands of several readers on one grid, in a row. */
export function joined(
  parts: readonly { readonly reader: ImageReader; readonly bands: number }[],
): ImageReader {
  const places = parts.flatMap(({ bands }, part) =>
    Array.from({ length: bands }, (_, band) => ({ part, band })),
  );
  const everything = places.map((_, index) => index);

  async function gather(
    wanted: readonly number[],
    read: (reader: ImageReader, bands: number[]) => Promise<readonly Samples[]>,
  ): Promise<Samples[]> {
    const out: Samples[] = new Array(wanted.length);
    for (const [part, { reader }] of parts.entries()) {
      const slots = wanted.flatMap((index, slot) => (places[index].part === part ? [slot] : []));
      if (slots.length === 0) continue;
      const bands = await read(
        reader,
        slots.map((slot) => places[wanted[slot]].band),
      );
      slots.forEach((slot, i) => {
        out[slot] = bands[i];
      });
    }
    return out;
  }

  return {
    async read(window, wanted = everything, signal) {
      const read = async (reader: ImageReader, bands: number[]) =>
        (await reader.read(window, bands, signal)).bands;
      return { window, bands: await gather(wanted, read) };
    },
    readAt: (columns, rows, step, wanted = everything, signal) =>
      gather(wanted, (reader, bands) => reader.readAt(columns, rows, step, bands, signal)),
    forget() {
      for (const { reader } of parts) reader.forget();
    },
    reduction: Math.min(...parts.map(({ reader }) => reader.reduction)),
    panel: Math.max(...parts.map(({ reader }) => reader.panel)),
  };
}

/** One band that is 0 where the band of any of the readers is 0, else 255. */
export function allValid(readers: readonly ImageReader[], sampleType: SampleType): ImageReader {
  const reader = joined(readers.map((one) => ({ reader: one, bands: 1 })));
  const unite = (masks: readonly Samples[]): Samples[] => {
    const out = allocateSamples(sampleType, masks[0].length);
    for (let i = 0; i < out.length; i++) if (masks.every((mask) => mask[i] !== 0)) out[i] = 255;
    return [out];
  };
  return {
    async read(window, _bands, signal) {
      return { window, bands: unite((await reader.read(window, undefined, signal)).bands) };
    },
    readAt: async (columns, rows, step, _bands, signal) =>
      unite(await reader.readAt(columns, rows, step, undefined, signal)),
    forget: reader.forget,
    reduction: reader.reduction,
    panel: reader.panel,
  };
}
