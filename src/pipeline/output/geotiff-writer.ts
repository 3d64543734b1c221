import { PipelineError, throwIfAborted } from '../errors.ts';
import type { CarriedMetadata, Raster, Samples, SampleType, Window } from '../scene.ts';
import { CARRIED_TAGS, COMPRESSION, FIELD, GEO_TAGS, PHOTOMETRIC, TAG } from '../tiff/tags.ts';
import { type Entry, encodeDirectory } from './directory.ts';
import { encodeBlock, predictorFor } from './encode-block.ts';
import type { ByteSink } from './sink.ts';

/** What is written, but for the samples. */
export interface GeoTiffSpec {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly sampleType: SampleType;
  readonly metadata: CarriedMetadata;
  /** 256 red, 256 green and 256 blue values of 16 bits, for a single band of classes. */
  readonly colorMap?: readonly number[];
  /** Edge of the square tiles in pixels, a multiple of 16; 256 by default. */
  readonly tileSize?: number;
}

/** Native samples of all bands of one window. */
export type ReadTile = (window: Window, signal?: AbortSignal) => Promise<Raster>;

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Tiles written and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

const HEADER_BYTES = 8;
const MAX_BYTES = 2 ** 32 - 1;

/**
 * Writes a tiled, DEFLATE-compressed, little-endian GeoTIFF, one tile at a time: memory holds one tile of
 * all bands, whatever the size of the image.
 *
 * Layout: header, directory, tiles row by row, each with one block per band (band-separate planes).
 * The directory's room is kept at the start and filled at the end, so that the file opens with one read;
 * directories of overviews would follow the first one in the same way.
 * @returns the length of the file in bytes
 * @throws PipelineError `file/too-large` beyond 4 GB, `job/cancelled`, and those of `readTile` and `sink`.
 */
export async function writeGeoTiff(
  spec: GeoTiffSpec,
  readTile: ReadTile,
  sink: ByteSink,
  { signal, onProgress }: WriteOptions = {},
): Promise<number> {
  const tile = spec.tileSize ?? 256;
  const across = Math.ceil(spec.width / tile);
  const down = Math.ceil(spec.height / tile);
  const perBand = across * down;
  const offsets = new Array<number>(perBand * spec.bands).fill(0);
  const byteCounts = new Array<number>(perBand * spec.bands).fill(0);
  const directory = () => encodeDirectory(entries(spec, tile, offsets, byteCounts), HEADER_BYTES, 0);

  let position = HEADER_BYTES + directory().length;
  for (let index = 0; index < perBand; index++) {
    throwIfAborted(signal);
    const window = tileWindow(spec, tile, index % across, Math.floor(index / across));
    const raster = await readTile(window, signal);
    const blocks = await Promise.all(
      raster.bands.map((samples) => encodeBlock(padded(samples, window, tile), tile, spec.sampleType)),
    );
    for (const [band, bytes] of blocks.entries()) {
      if (position + bytes.length > MAX_BYTES) throw tooLarge();
      offsets[band * perBand + index] = position;
      byteCounts[band * perBand + index] = bytes.length;
      await sink.write(bytes, position);
      position += bytes.length;
    }
    onProgress?.(index + 1, perBand);
  }
  throwIfAborted(signal);
  const head = directory();
  const start = new Uint8Array(HEADER_BYTES + head.length);
  start.set([0x49, 0x49, 42, 0, HEADER_BYTES, 0, 0, 0]);
  start.set(head, HEADER_BYTES);
  await sink.write(start, 0);
  return position;
}

function tileWindow(spec: GeoTiffSpec, tile: number, column: number, row: number): Window {
  const x = column * tile;
  const y = row * tile;
  return { x, y, width: Math.min(tile, spec.width - x), height: Math.min(tile, spec.height - y) };
}

/** Tiles at the right and lower edge are filled up with zeros. */
function padded(samples: Samples, window: Window, tile: number): Samples {
  if (window.width === tile && window.height === tile) return samples;
  const out = new (samples.constructor as new (length: number) => Samples)(tile * tile);
  for (let row = 0; row < window.height; row++) {
    out.set(samples.subarray(row * window.width, (row + 1) * window.width), row * tile);
  }
  return out;
}

function entries(
  spec: GeoTiffSpec,
  tile: number,
  offsets: readonly number[],
  byteCounts: readonly number[],
): Entry[] {
  const { bands, metadata, sampleType } = spec;
  const perSample = (value: number) => new Array<number>(bands).fill(value);
  const format = sampleType.startsWith('float') ? 3 : sampleType.startsWith('u') ? 1 : 2;
  const photometric = spec.colorMap ? PHOTOMETRIC.palette : metadata.photometricInterpretation;
  const list: Entry[] = [
    { tag: TAG.imageWidth, type: FIELD.long, value: [spec.width] },
    { tag: TAG.imageLength, type: FIELD.long, value: [spec.height] },
    { tag: TAG.bitsPerSample, type: FIELD.short, value: perSample(Number(sampleType.replace(/\D/g, ''))) },
    { tag: TAG.compression, type: FIELD.short, value: [COMPRESSION.deflate] },
    { tag: TAG.photometricInterpretation, type: FIELD.short, value: [photometric] },
    { tag: TAG.samplesPerPixel, type: FIELD.short, value: [bands] },
    { tag: TAG.planarConfiguration, type: FIELD.short, value: [bands > 1 ? 2 : 1] },
    { tag: TAG.predictor, type: FIELD.short, value: [predictorFor(sampleType)] },
    { tag: TAG.tileWidth, type: FIELD.short, value: [tile] },
    { tag: TAG.tileLength, type: FIELD.short, value: [tile] },
    { tag: TAG.tileOffsets, type: FIELD.long, value: offsets },
    { tag: TAG.tileByteCounts, type: FIELD.long, value: byteCounts },
    { tag: TAG.sampleFormat, type: FIELD.short, value: perSample(format) },
  ];
  if (spec.colorMap) list.push({ tag: TAG.colorMap, type: FIELD.short, value: spec.colorMap });
  if (metadata.extraSamples.length > 0) {
    list.push({ tag: TAG.extraSamples, type: FIELD.short, value: metadata.extraSamples });
  }
  for (const [types, tags] of [
    [GEO_TAGS, metadata.geoTags],
    [CARRIED_TAGS, metadata.otherTags],
  ]) {
    for (const [tag, value] of Object.entries(tags as CarriedMetadata['otherTags'])) {
      const type = typeof value === 'string' ? FIELD.ascii : (types as Record<number, number>)[Number(tag)];
      if (value.length > 0) list.push({ tag: Number(tag), type, value });
    }
  }
  if (metadata.gdalMetadata) {
    list.push({ tag: TAG.gdalMetadata, type: FIELD.ascii, value: metadata.gdalMetadata });
  }
  if (metadata.gdalNodata !== null) {
    list.push({ tag: TAG.gdalNodata, type: FIELD.ascii, value: metadata.gdalNodata });
  }
  return list;
}

function tooLarge(): PipelineError {
  return new PipelineError(
    'file/too-large',
    'The result would be larger than 4 GB, which this version cannot write.',
    'Crop the scene into parts and repair them one by one: gdal_translate -srcwin 0 0 8192 8192 input.tif part.tif.',
  );
}
