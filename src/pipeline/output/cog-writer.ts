import { PipelineError, throwIfAborted } from '../errors.ts';
import { SAMPLE_BYTES } from '../ingest/layout.ts';
import { phrase } from '../phrase.ts';
import type { Raster, Samples, Window } from '../scene.ts';
import { editItems } from '../tiff/gdal-metadata.ts';
import { blobSink } from './blob-sink.ts';
import { type CogLayout, type ImageDescription, layOutCog } from './cog-layout.ts';
import { type Deflate, encodeBlock, encodeMask, platformDeflate } from './encode-block.ts';
import type { Reduction, ReductionOptions } from './overview.ts';
import { createPyramid, type PyramidLevel, recordBytes, type Tile } from './pyramid.ts';
import { type ByteSink, type ScratchSink, writing } from './sink.ts';
import { addSamples, emptyStatistics, statisticsItems } from './statistics.ts';

/** What is written, but for the samples. */
export interface CogSpec extends Omit<ImageDescription, 'tileSize'> {
  readonly width: number;
  readonly height: number;
  /** Sample value left out of statistics and averages; null if all count. */
  readonly nodata: number | null;
  /** How the overviews of each band are made: `average` for light, `nearest` for classes. */
  readonly reductions: readonly Exclude<Reduction, 'any'>[];
  /** The band that is 0 where there is no data, if there is one and no mask. */
  readonly alphaBand?: number;
  /** Edge of the square tiles in pixels, a multiple of 16; 512 by default, as GDAL has it. */
  readonly tileSize?: number;
}

/** Native samples of all bands of one window; with a mask, one more plane: 0 where a pixel is not valid. */
export type ReadTile = (window: Window, signal?: AbortSignal) => Promise<Raster>;

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Tiles written and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Room for the packed tiles until their place in the file is known, about as long as the file; Blobs by default. */
  readonly scratch?: ScratchSink;
  /** The platform's compressor by default. */
  readonly deflate?: Deflate;
  /** BigTIFF even where the file is shorter than 4 GB. */
  readonly bigTiff?: boolean;
}

/** Copied from the scratch to the sink at a time. */
const COPY_BYTES = 8 * 2 ** 20;

/**
 * Writes a cloud-optimised GeoTIFF with overviews and statistics, in one pass over the image: tiled, DEFLATE with
 * predictor 2 or 3, little-endian, BigTIFF where it is longer than 4 GB. Memory holds a few tiles of all bands,
 * whatever the size of the image; while a tile is packed, the next one is read. The sink is written from front to end.
 *
 * @returns the length of the file in bytes
 * @throws PipelineError `output/disk-full`, `output/denied`, `output/failed`, `job/cancelled`, and those of `readTile`.
 */
export async function writeCog(
  spec: CogSpec,
  readTile: ReadTile,
  sink: ByteSink,
  options: WriteOptions = {},
): Promise<number> {
  try {
    return await write(spec, readTile, sink, options);
  } catch (thrown) {
    if (!(thrown instanceof PipelineError) || thrown.code !== 'output/disk-full') throw thrown;
    const remedy = phrase('Free about {{size}} and save again: the result is kept until then.', {
      size: roomFor(spec),
    });
    throw new PipelineError(thrown.code, thrown.phrases.message, remedy, { cause: thrown });
  }
}

/** What scratch and file take of imagery that packs to half its size, in words. */
function roomFor({ width, height, bands, sampleType }: CogSpec): string {
  const megabytes = (1.5 * width * height * bands * SAMPLE_BYTES[sampleType]) / 1e6;
  return megabytes < 1000 ? `${Math.ceil(megabytes)} MB` : `${(megabytes / 1000).toFixed(1)} GB`;
}

async function write(
  spec: CogSpec,
  readTile: ReadTile,
  sink: ByteSink,
  options: WriteOptions,
): Promise<number> {
  const { signal, onProgress, scratch = blobSink(), deflate = platformDeflate } = options;
  const tileSize = spec.tileSize ?? 512;
  const statistics = Array.from({ length: spec.bands }, emptyStatistics);
  const pyramid = createPyramid({
    width: spec.width,
    height: spec.height,
    tileSize,
    scratch,
    encode: (samples, plane) =>
      plane < spec.bands
        ? encodeBlock(samples, tileSize, spec.sampleType, deflate)
        : encodeMask(samples, deflate),
    reduction: (tile, plane) => reductionOf(spec, tile.planes, plane),
  });
  const put = async (column: number, row: number, tile: Tile) => {
    statistics.forEach((band, i) => {
      const { nodata, valid } = reductionOf(spec, tile.planes, i);
      addSamples(band, tile.planes[i], nodata, valid);
    });
    await pyramid.put(column, row, tile);
    onProgress?.(row * across + column + 1, across * down);
  };

  const { across, down } = pyramid.levels[0];
  let putting = Promise.resolve();
  try {
    for (let index = 0; index < across * down; index++) {
      throwIfAborted(signal);
      const [column, row] = [index % across, Math.floor(index / across)];
      const window = tileWindow(spec, tileSize, column, row);
      const { bands } = await readTile(window, signal);
      await putting;
      putting = put(column, row, { ...window, planes: bands });
      // Awaited one tile later: until then, a fault is not unhandled.
      putting.catch(() => {});
    }
    await putting;
    throwIfAborted(signal);
  } finally {
    // Sink and scratch may be closed when this function has ended: nothing is written after that.
    await putting.catch(() => {});
  }

  const items = spec.colorMap ? [] : statistics.flatMap(statisticsItems);
  const gdalMetadata = editItems(
    spec.metadata.gdalMetadata,
    ({ name }) => name.startsWith('STATISTICS_'),
    items,
  );
  const image = { ...spec, tileSize, metadata: { ...spec.metadata, gdalMetadata } };
  const layout = layOutCog(image, pyramid.levels, options.bigTiff);
  await assemble(layout, pyramid.levels, scratch, sink, signal);
  return layout.length;
}

function tileWindow(spec: CogSpec, tile: number, column: number, row: number): Window {
  const x = column * tile;
  const y = row * tile;
  return { x, y, width: Math.min(tile, spec.width - x), height: Math.min(tile, spec.height - y) };
}

/** What counts in a plane of a tile, and how it becomes smaller. */
function reductionOf(spec: CogSpec, planes: readonly Samples[], plane: number): ReductionOptions {
  if (plane === spec.bands) return { method: 'any', nodata: null, valid: null };
  const method = spec.reductions[plane];
  if (plane === spec.alphaBand) return { method, nodata: null, valid: null };
  const valid = spec.hasMask
    ? planes[spec.bands]
    : spec.alphaBand === undefined
      ? null
      : planes[spec.alphaBand];
  return { method, nodata: spec.nodata, valid };
}

/** Head, then the records of the tiles, smallest level first; records that lie together are copied together. */
async function assemble(
  { head }: CogLayout,
  levels: readonly PyramidLevel[],
  scratch: ScratchSink,
  sink: ByteSink,
  signal?: AbortSignal,
): Promise<void> {
  await writing(() => sink.write(head, 0));
  let position = head.length;
  let from = 0;
  let length = 0;
  const copy = async () => {
    if (length === 0) return;
    throwIfAborted(signal);
    await writing(async () => sink.write(await scratch.read(from, length), position));
    position += length;
    length = 0;
  };
  for (const { positions, blockBytes } of levels.toReversed()) {
    for (const [tile, start] of positions.entries()) {
      if (start !== from + length || length > COPY_BYTES) {
        await copy();
        from = start;
      }
      length += recordBytes(blockBytes[tile]);
    }
  }
  await copy();
}
