import { PipelineError } from '../errors.ts';
import type { SampleType } from '../scene.ts';
import { COMPRESSION, PHOTOMETRIC, TAG } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { corrupt, type Directory, readStructure, truncated, unsupportedCompression } from './directory.ts';
import { type ImageLayout, SAMPLE_BYTES, splitPlainStrips } from './layout.ts';

export interface Preflight {
  readonly main: Directory;
  readonly layout: ImageLayout;
  /** TIFF photometric interpretation of the samples as they are read: YCbCr is read as RGB. */
  readonly photometric: number;
  /** Smaller versions of the image in the file, largest first. */
  readonly overviews: readonly ImageLayout[];
  readonly hasInternalMask: boolean;
  /** Full images beside the first one, which is the one we read. */
  readonly otherImages: number;
}

/** Until scenes are processed from disk to disk: uncompressed bytes of all bands. */
export const MAX_SCENE_BYTES = 2 * 2 ** 30;
/** One strip or tile, uncompressed, as it has to fit into memory at once. */
export const MAX_BLOCK_BYTES = 256 * 2 ** 20;
/** The JPEG decoder needs about eight times the size of its image. */
const MAX_JPEG_BLOCK_BYTES = 32 * 2 ** 20;
/** No honest image compresses better than this, all of it. */
const MAX_RATIO = 10_000;
/** Below this size a bad ratio does no harm. */
const RATIO_MATTERS_BYTES = 64 * 2 ** 20;
const MAX_BANDS = 1024;

const SAMPLE_TYPES: Readonly<Record<string, SampleType>> = {
  '1/8': 'uint8',
  '1/16': 'uint16',
  '1/32': 'uint32',
  '2/8': 'int8',
  '2/16': 'int16',
  '2/32': 'int32',
  '3/32': 'float32',
  '3/64': 'float64',
};

const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT RLE',
  3: 'CCITT fax 3',
  4: 'CCITT fax 4',
  6: 'old-style JPEG',
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34925: 'LZMA',
  50001: 'WebP',
  50002: 'JPEG XL',
};

/**
 * Reads and checks header, directories and block tables before any sample is decoded.
 * @throws PipelineError of the `file/` family, `scene/palette`, `scene/too-few-bands`, and those of
 *   {@link ByteSource.read}.
 */
export async function preflight(source: ByteSource, signal?: AbortSignal): Promise<Preflight> {
  const { littleEndian, directories } = await readStructure(source, signal);
  const [main, ...rest] = directories;
  const layout = checkImage(main, littleEndian, source.size);
  const overviews: ImageLayout[] = [];
  let hasInternalMask = false;
  let otherImages = 0;
  for (const directory of rest) {
    const kind = firstNumber(directory, TAG.newSubfileType) ?? 0;
    if (kind & 4) hasInternalMask ||= (kind & 1) === 0;
    else if (kind & 1) {
      const overview = attempt(() => checkImage(directory, littleEndian, source.size));
      if (overview && isOverviewOf(overview, layout)) overviews.push(overview);
    } else otherImages++;
  }
  overviews.sort((a, b) => b.width - a.width);
  const stored = photometricOf(main);
  const photometric = stored === PHOTOMETRIC.ycbcr ? PHOTOMETRIC.rgb : stored;
  return { main, layout, photometric, overviews, hasInternalMask, otherImages };
}

function checkImage(directory: Directory, littleEndian: boolean, fileSize: number): ImageLayout {
  const width = firstNumber(directory, TAG.imageWidth) ?? 0;
  const height = firstNumber(directory, TAG.imageLength) ?? 0;
  if (width === 0 || height === 0) {
    throw new PipelineError(
      'file/empty-image',
      `The image is ${width} x ${height} pixels: it holds nothing.`,
      'Its export went wrong: export or download it again.',
    );
  }
  const bands = firstNumber(directory, TAG.samplesPerPixel) ?? 1;
  if (!(bands >= 1 && bands <= MAX_BANDS)) throw corrupt(`it claims ${bands} bands`);
  checkColours(directory, bands);
  const sampleType = checkSamples(directory, bands);
  const sampleBytes = SAMPLE_BYTES[sampleType];
  const bytes = width * height * bands * sampleBytes;
  if (bytes > MAX_SCENE_BYTES) throw tooLarge(width, height, bytes);
  const planar = (firstNumber(directory, TAG.planarConfiguration) ?? 1) === 2 && bands > 1;
  const compression = checkCompression(directory);
  const codec = checkCodec(directory, compression, sampleType, bands, planar);
  const predictor = codec ? 1 : checkPredictor(directory, sampleType);

  const tiled = directory.tags.has(TAG.tileOffsets) || directory.tags.has(TAG.tileWidth);
  const blockWidth = tiled ? (firstNumber(directory, TAG.tileWidth) ?? 0) : width;
  const rows = tiled
    ? (firstNumber(directory, TAG.tileLength) ?? 0)
    : Math.min(firstNumber(directory, TAG.rowsPerStrip) ?? height, height);
  if (blockWidth === 0 || rows === 0) throw corrupt(`its blocks are ${blockWidth} x ${rows} pixels`);
  const blockBytes = blockWidth * rows * (planar ? 1 : bands) * sampleBytes;
  const plain = compression === COMPRESSION.none && predictor === 1;
  if (blockBytes > MAX_BLOCK_BYTES && (tiled || !plain)) throw blockTooLarge(blockBytes);
  if (codec?.kind === 'jpeg' && blockBytes > MAX_JPEG_BLOCK_BYTES) throw blockTooLarge(blockBytes);
  const layout: ImageLayout = {
    width,
    height,
    bands,
    sampleType,
    littleEndian,
    compression,
    predictor,
    planar,
    blockWidth,
    blockHeight: rows,
    tiled,
    offsets: numbers(directory, tiled ? TAG.tileOffsets : TAG.stripOffsets),
    byteCounts: numbers(directory, tiled ? TAG.tileByteCounts : TAG.stripByteCounts),
    codec,
  };
  checkBlocks(layout, bytes, fileSize);
  return plain && !tiled ? splitPlainStrips(layout) : layout;
}

function photometricOf(directory: Directory): number {
  return firstNumber(directory, TAG.photometricInterpretation) ?? PHOTOMETRIC.blackIsZero;
}

function checkColours(directory: Directory, bands: number): void {
  if (photometricOf(directory) === PHOTOMETRIC.palette) {
    throw new PipelineError(
      'scene/palette',
      'The image holds palette indices (a colour map), not measured light.',
      'Turn it into colours first: gdal_translate -expand rgb input.tif output.tif; better, export the original bands.',
    );
  }
  const mask = ((firstNumber(directory, TAG.newSubfileType) ?? 0) & 4) !== 0;
  if (bands < 3 && !mask) {
    throw new PipelineError(
      'scene/too-few-bands',
      `The image has ${bands === 1 ? 'a single band' : `${bands} bands`}; at least red, green and blue are needed.`,
      'Stack the bands into one file: gdalbuildvrt -separate stack.vrt blue.tif green.tif red.tif nir.tif, then gdal_translate stack.vrt stack.tif.',
    );
  }
}

function checkSamples(directory: Directory, bands: number): SampleType {
  const bits = numbers(directory, TAG.bitsPerSample, [1]);
  const formats = numbers(directory, TAG.sampleFormat, [1]).map((format) => (format === 4 ? 1 : format));
  const mixed = [bits, formats].some((list) => list.slice(0, bands).some((value) => value !== list[0]));
  const type = SAMPLE_TYPES[`${formats[0]}/${bits[0]}`];
  if (type && !mixed && (firstNumber(directory, TAG.fillOrder) ?? 1) === 1) return type;
  const kind = ['', 'unsigned integer', 'signed integer', 'floating point', '', 'complex integer', 'complex'][
    formats[0]
  ];
  throw new PipelineError(
    'file/unsupported-samples',
    mixed
      ? 'The bands of the image have different sample types.'
      : `Samples of ${bits[0]} bits (${kind || `format ${formats[0]}`}) are not supported.`,
    `Convert them: gdal_translate -ot ${formats[0] === 1 && bits[0] <= 8 ? 'Byte' : 'Float32'} input.tif output.tif.`,
  );
}

function checkCompression(directory: Directory): number {
  const compression = firstNumber(directory, TAG.compression) ?? COMPRESSION.none;
  const photometric = photometricOf(directory);
  if (!(Object.values(COMPRESSION) as number[]).includes(compression)) {
    const name = COMPRESSION_NAMES[compression] ?? `TIFF code ${compression}`;
    throw unsupportedCompression(
      `The compression of the image (${name}) is not supported.`,
      'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
    );
  }
  if (photometric <= PHOTOMETRIC.rgb) return compression;
  if (photometric === PHOTOMETRIC.ycbcr && compression === COMPRESSION.jpeg) return compression;
  throw unsupportedCompression(
    `The colour space of the image (TIFF photometric interpretation ${photometric}) is not supported.`,
    'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
  );
}

/** Blocks that are images of their own format. */
function checkCodec(
  directory: Directory,
  compression: number,
  sampleType: SampleType,
  bands: number,
  planar: boolean,
): ImageLayout['codec'] {
  if (compression === COMPRESSION.jpeg) {
    const ycbcr = photometricOf(directory) === PHOTOMETRIC.ycbcr;
    if (sampleType !== 'uint8')
      throw unsupportedCompression(`JPEG with ${sampleType} samples is not supported.`);
    if (ycbcr && (bands !== 3 || planar)) {
      throw unsupportedCompression(
        `YCbCr of ${bands} ${planar ? 'separate ' : ''}bands is not supported.`,
        'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
      );
    }
    const tables = numbers(directory, TAG.jpegTables);
    return { kind: 'jpeg', ycbcr, tables: tables.length > 0 ? Uint8Array.from(tables) : null };
  }
  if (compression === COMPRESSION.lerc) {
    // The decoder of the lerc package fails on 32-bit unsigned offsets.
    if (sampleType === 'uint32') throw unsupportedCompression('LERC with uint32 samples is not supported.');
    const wrapping = (['none', 'deflate', 'zstd'] as const)[numbers(directory, TAG.lercParameters)[1] ?? 0];
    if (!wrapping) throw unsupportedCompression('The LERC blocks are packed in an unknown way.');
    return { kind: 'lerc', wrapping };
  }
  return undefined;
}

function checkPredictor(directory: Directory, sampleType: SampleType): 1 | 2 | 3 {
  const predictor = firstNumber(directory, TAG.predictor) ?? 1;
  const float = sampleType.startsWith('float');
  if (predictor === 1 || (predictor === 2 && sampleType !== 'float64') || (predictor === 3 && float))
    return predictor;
  throw unsupportedCompression(`Predictor ${predictor} with ${sampleType} samples is not supported.`);
}

function checkBlocks(layout: ImageLayout, imageBytes: number, fileSize: number): void {
  const { offsets, byteCounts } = layout;
  const across = Math.ceil(layout.width / layout.blockWidth);
  const down = Math.ceil(layout.height / layout.blockHeight);
  const needed = across * down * (layout.planar ? layout.bands : 1);
  if (offsets.length < needed || byteCounts.length < needed) {
    throw corrupt(`it needs ${needed} blocks and lists ${Math.min(offsets.length, byteCounts.length)}`);
  }
  let missing = 0;
  let stored = 0;
  let present = 0;
  for (let i = 0; i < needed; i++) {
    if (byteCounts[i] === 0) continue;
    present++;
    stored += byteCounts[i];
    if (offsets[i] + byteCounts[i] > fileSize) missing++;
  }
  if (missing > 0) throw truncated(`${missing} of its ${needed} blocks lie beyond its end`);
  const declared = (imageBytes / needed) * present;
  if (declared > RATIO_MATTERS_BYTES && declared / stored > MAX_RATIO) {
    throw corrupt(`it claims ${Math.round(declared / 2 ** 20)} MB of samples in ${stored} bytes`);
  }
}

function isOverviewOf(overview: ImageLayout, full: ImageLayout): boolean {
  return (
    overview.bands === full.bands &&
    overview.sampleType === full.sampleType &&
    overview.width < full.width &&
    overview.height <= full.height
  );
}

function tooLarge(width: number, height: number, bytes: number): PipelineError {
  const gigabytes = (n: number) => (n / 2 ** 30).toFixed(1);
  return new PipelineError(
    'file/too-large',
    `The scene is ${width} x ${height} pixels, ${gigabytes(bytes)} GB uncompressed; ${gigabytes(MAX_SCENE_BYTES)} GB is the most for now.`,
    'Crop it: gdal_translate -srcwin 0 0 8192 8192 input.tif part.tif; or keep fewer bands with -b.',
  );
}

function blockTooLarge(bytes: number): PipelineError {
  return new PipelineError(
    'file/too-large',
    `A single strip of the file holds ${Math.round(bytes / 2 ** 20)} MB, too much to read at once.`,
    'Store it in tiles: gdal_translate input.tif output.tif -co TILED=YES -co COMPRESS=DEFLATE.',
  );
}

export function firstNumber(directory: Directory, tag: number): number | null {
  const value = directory.tags.get(tag);
  return typeof value === 'object' && value.length > 0 ? value[0] : null;
}

export function numbers(
  directory: Directory,
  tag: number,
  missing: readonly number[] = [],
): readonly number[] {
  const value = directory.tags.get(tag);
  return typeof value === 'object' ? value : missing;
}

function attempt<T>(check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof PipelineError) return null;
    throw error;
  }
}
