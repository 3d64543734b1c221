import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';
import { COMPRESSION, PHOTOMETRIC, SUBFILE, TAG } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { corrupt, type Directory, firstNumber, numbers, readStructure, truncated } from './directory.ts';
import { type ImageLayout, regroupPlainStrips, SAMPLE_BYTES } from './layout.ts';
import {
  checkCodec,
  checkColours,
  checkCompression,
  checkPredictor,
  checkSamples,
  photometricOf,
} from './storage.ts';

export interface Preflight {
  readonly main: Directory;
  readonly layout: ImageLayout;
  /** TIFF photometric interpretation of the samples as they are read: YCbCr is read as RGB. */
  readonly photometric: number;
  /** Smaller versions of the image in the file, largest first. */
  readonly overviews: readonly ImageLayout[];
  /** The file's mask of valid pixels and its smaller versions, largest first; null if it holds none. */
  readonly mask: { readonly layout: ImageLayout; readonly overviews: readonly ImageLayout[] } | null;
  /** Full images beside the first one, which is the one we read. */
  readonly otherImages: number;
}

/** Uncompressed bytes of all bands: beyond what a browser can be asked to go through. */
const MAX_SCENE_BYTES = 64 * 2 ** 30;
/** One strip or tile, uncompressed, as it has to fit into memory at once. */
const MAX_BLOCK_BYTES = 128 * 2 ** 20;
/** The JPEG decoder needs about eight times the size of its image. */
const MAX_JPEG_BLOCK_BYTES = 32 * 2 ** 20;
/** No honest image compresses better than this, all of it. */
const MAX_RATIO = 10_000;
/** Below this size a bad ratio does no harm. */
const RATIO_MATTERS_BYTES = 64 * 2 ** 20;
const MAX_BANDS = 1024;
/** So many blocks have to hold some pixels each: unpacking takes a time of its own for every one. */
const MANY_BLOCKS = 65_536;
const MIN_PIXELS_OF_MANY = 64;
/** Of the shortest header, which no block can overlap. */
const HEADER_BYTES = 8;

/**
 * Reads and checks header, directories and block tables before any sample is decoded.
 * @param content measured light, or classes, which may have colours in the file
 * @throws PipelineError of the `file/` family, `scene/palette`, and those of {@link ByteSource.read}.
 */
export async function preflight(
  source: ByteSource,
  signal?: AbortSignal,
  content: 'light' | 'classes' = 'light',
): Promise<Preflight> {
  const { littleEndian, directories } = await readStructure(source, signal);
  const [main, ...rest] = directories;
  const check = (directory: Directory) => checkImage(directory, littleEndian, source.size);
  if (content === 'light') checkColours(main);
  const layout = check(main);
  const kindOf = (directory: Directory) =>
    (firstNumber(directory, TAG.newSubfileType) ?? 0) & (SUBFILE.reduced | SUBFILE.mask);
  /** Of a kind, and usable: what is damaged beside the image does no harm to it. */
  const usable = (kind: number) =>
    rest
      .filter((directory) => kindOf(directory) === kind)
      .flatMap((directory) => attempt(() => check(directory)) ?? []);
  const bySize = (a: ImageLayout, b: ImageLayout) => b.width - a.width;
  const overviews = usable(SUBFILE.reduced)
    .filter((overview) => isOverviewOf(overview, layout))
    .sort(bySize);
  const mask = maskOf(
    rest.find((directory) => kindOf(directory) === SUBFILE.mask),
    layout,
    check,
  );
  const stored = photometricOf(main);
  return {
    main,
    layout,
    photometric: stored === PHOTOMETRIC.ycbcr ? PHOTOMETRIC.rgb : stored,
    overviews,
    mask: mask && {
      layout: mask,
      overviews: usable(SUBFILE.reduced | SUBFILE.mask)
        .filter((overview) => isOverviewOf(overview, mask))
        .sort(bySize),
    },
    otherImages: rest.filter((directory) => kindOf(directory) === 0).length,
  };
}

/** A mask that is there but cannot be read would leave invalid pixels to be taken for measured ones. */
function maskOf(
  directory: Directory | undefined,
  image: ImageLayout,
  check: (directory: Directory) => ImageLayout,
): ImageLayout | null {
  if (!directory) return null;
  const mask = check(directory);
  if (mask.width === image.width && mask.height === image.height && mask.bands === 1) return mask;
  throw corrupt(
    phrase('its mask is {{width}} x {{height}} x {{bands}}, the image differs', {
      width: mask.width,
      height: mask.height,
      bands: mask.bands,
    }),
  );
}

function checkImage(directory: Directory, littleEndian: boolean, fileSize: number): ImageLayout {
  const width = size(directory, TAG.imageWidth);
  const height = size(directory, TAG.imageLength);
  if (width === 0 || height === 0) {
    throw new PipelineError(
      'file/empty-image',
      phrase('The image is {{width}} x {{height}} pixels: it holds nothing.', { width, height }),
      phrase('Its export went wrong: export or download it again.'),
    );
  }
  const bands = size(directory, TAG.samplesPerPixel, 1);
  if (bands < 1 || bands > MAX_BANDS) throw corrupt(phrase('it claims {{bands}} bands', { bands }));
  const { sampleType, storedBits } = checkSamples(directory, bands);
  const bytes = width * height * bands * SAMPLE_BYTES[sampleType];
  if (bytes > MAX_SCENE_BYTES) throw tooLarge(width, height, bytes);
  const planar = (firstNumber(directory, TAG.planarConfiguration) ?? 1) === 2 && bands > 1;
  const compression = checkCompression(directory);
  const codec = checkCodec(directory, compression, sampleType, storedBits, bands, planar);
  const predictor = codec ? 1 : checkPredictor(directory, sampleType, storedBits, compression);

  const tiled = directory.tags.has(TAG.tileOffsets) || directory.tags.has(TAG.tileWidth);
  const blockWidth = tiled ? size(directory, TAG.tileWidth) : width;
  const rows = tiled
    ? size(directory, TAG.tileLength)
    : Math.min(size(directory, TAG.rowsPerStrip, height), height);
  if (blockWidth === 0 || rows === 0)
    throw corrupt(
      phrase('its blocks are {{width}} x {{height}} pixels', { width: blockWidth, height: rows }),
    );
  const blockBytes = blockWidth * rows * (planar ? 1 : bands) * SAMPLE_BYTES[sampleType];
  const plain = compression === COMPRESSION.none && predictor === 1;
  const layout: ImageLayout = {
    width,
    height,
    bands,
    sampleType,
    storedBits,
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
  if (blockBytes > MAX_BLOCK_BYTES && (tiled || !plain)) throw blockTooLarge(blockBytes);
  if (codec?.kind === 'jpeg' && blockBytes > MAX_JPEG_BLOCK_BYTES) throw blockTooLarge(blockBytes);
  return plain && !tiled ? regroupPlainStrips(layout) : layout;
}

function checkBlocks(layout: ImageLayout, imageBytes: number, fileSize: number): void {
  const { offsets, byteCounts } = layout;
  const across = Math.ceil(layout.width / layout.blockWidth);
  const down = Math.ceil(layout.height / layout.blockHeight);
  const needed = across * down * (layout.planar ? layout.bands : 1);
  if (offsets.length < needed || byteCounts.length < needed) {
    throw corrupt(
      phrase('it needs {{needed}} blocks and lists {{listed}}', {
        needed,
        listed: Math.min(offsets.length, byteCounts.length),
      }),
    );
  }
  const blockPixels = layout.blockWidth * layout.blockHeight;
  if (needed > MANY_BLOCKS && blockPixels < MIN_PIXELS_OF_MANY) throw tooManyBlocks(needed, blockPixels);
  let missing = 0;
  let stored = 0;
  let present = 0;
  for (let i = 0; i < needed; i++) {
    const sound = [offsets[i], byteCounts[i]].every((value) => Number.isSafeInteger(value) && value >= 0);
    if (!sound) throw corrupt(phrase('a block of it lies at an impossible place'));
    if (byteCounts[i] === 0) continue;
    if (offsets[i] < HEADER_BYTES) throw corrupt(phrase('a block of it lies at an impossible place'));
    present++;
    stored += byteCounts[i];
    if (offsets[i] + byteCounts[i] > fileSize) missing++;
  }
  if (missing > 0)
    throw truncated(phrase('{{missing}} of its {{needed}} blocks lie beyond its end', { missing, needed }));
  const declared = (imageBytes / needed) * present;
  if (declared > RATIO_MATTERS_BYTES && declared / stored > MAX_RATIO) {
    throw corrupt(
      phrase('it claims {{megabytes}} MB of samples in {{bytes}} bytes', {
        megabytes: Math.round(declared / 2 ** 20),
        bytes: stored,
      }),
    );
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
    phrase('The scene is {{width}} x {{height}} pixels, {{size}} GB uncompressed; {{most}} GB is the most.', {
      width,
      height,
      size: gigabytes(bytes),
      most: gigabytes(MAX_SCENE_BYTES),
    }),
    phrase('Crop it: gdal_translate -srcwin 0 0 8192 8192 input.tif part.tif; or keep fewer bands with -b.'),
  );
}

function tooManyBlocks(blocks: number, pixels: number): PipelineError {
  return new PipelineError(
    'file/too-large',
    phrase('The file is cut into {{blocks}} pieces of {{pixels}} pixels, too many to read.', {
      blocks,
      pixels,
    }),
    IN_TILES,
  );
}

const IN_TILES = phrase(
  'Store it in tiles: gdal_translate input.tif output.tif -co TILED=YES -co COMPRESS=DEFLATE.',
);

function blockTooLarge(bytes: number): PipelineError {
  return new PipelineError(
    'file/too-large',
    phrase('A single strip of the file holds {{megabytes}} MB, too much to read at once.', {
      megabytes: Math.round(bytes / 2 ** 20),
    }),
    IN_TILES,
  );
}

/** A number of pixels, bands or the like. */
function size(directory: Directory, tag: number, missing = 0): number {
  const value = firstNumber(directory, tag) ?? missing;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw corrupt(phrase('tag {{tag}} is {{value}}, which is no size', { tag, value }));
}

function attempt<T>(check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof PipelineError) return null;
    throw error;
  }
}
