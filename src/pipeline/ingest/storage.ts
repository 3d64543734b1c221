import { PipelineError } from '../errors.ts';
import type { SampleType } from '../scene.ts';
import { COMPRESSION, PHOTOMETRIC, TAG } from '../tiff/tags.ts';
import { type Directory, firstNumber, numbers, unsupportedCompression } from './directory.ts';
import { type ImageLayout, SAMPLE_BYTES } from './layout.ts';

/** How an image stores its samples, and whether we can read that. */

/** Bit of TIFF's NewSubfileType. */
export const MASK = 4;

const SAMPLE_TYPES: Readonly<Record<string, SampleType>> = {
  '1/8': 'uint8',
  '1/16': 'uint16',
  '1/32': 'uint32',
  '2/8': 'int8',
  '2/16': 'int16',
  '2/32': 'int32',
  '3/16': 'float32',
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

export function photometricOf(directory: Directory): number {
  return firstNumber(directory, TAG.photometricInterpretation) ?? PHOTOMETRIC.blackIsZero;
}

export function checkColours(directory: Directory): void {
  if (photometricOf(directory) === PHOTOMETRIC.palette) {
    throw new PipelineError(
      'scene/palette',
      'The image holds palette indices (a colour map), not measured light.',
      'Turn it into colours first: gdal_translate -expand rgb input.tif output.tif; better, export the original bands.',
    );
  }
}

function isMask(directory: Directory): boolean {
  return ((firstNumber(directory, TAG.newSubfileType) ?? 0) & MASK) !== 0;
}

export function checkSamples(
  directory: Directory,
  bands: number,
): Pick<ImageLayout, 'sampleType' | 'storedBits'> {
  const bits = numbers(directory, TAG.bitsPerSample, [1]);
  const formats = numbers(directory, TAG.sampleFormat, [1]).map((format) => (format === 4 ? 1 : format));
  const mixed = [bits, formats].some((list) => list.slice(0, bands).some((value) => value !== list[0]));
  const bitMask = isMask(directory) && bits[0] === 1 && formats[0] === 1;
  const sampleType = bitMask ? 'uint8' : SAMPLE_TYPES[`${formats[0]}/${bits[0]}`];
  if (sampleType && !mixed && (firstNumber(directory, TAG.fillOrder) ?? 1) === 1) {
    return { sampleType, storedBits: bits[0] };
  }
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

export function checkCompression(directory: Directory): number {
  const compression = firstNumber(directory, TAG.compression) ?? COMPRESSION.none;
  const photometric = photometricOf(directory);
  if (!(Object.values(COMPRESSION) as number[]).includes(compression)) {
    const name = COMPRESSION_NAMES[compression] ?? `TIFF code ${compression}`;
    throw unsupportedCompression(
      `The compression of the image (${name}) is not supported.`,
      'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
    );
  }
  // Palettes have been refused where they do no good: see checkColours.
  if (photometric <= PHOTOMETRIC.palette || isMask(directory)) return compression;
  if (photometric === PHOTOMETRIC.ycbcr && compression === COMPRESSION.jpeg) return compression;
  throw unsupportedCompression(
    `The colour space of the image (TIFF photometric interpretation ${photometric}) is not supported.`,
    'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
  );
}

/** Blocks that are images of their own format. */
export function checkCodec(
  directory: Directory,
  compression: number,
  sampleType: SampleType,
  storedBits: number,
  bands: number,
  planar: boolean,
): ImageLayout['codec'] {
  if (compression === COMPRESSION.jpeg) {
    const ycbcr = photometricOf(directory) === PHOTOMETRIC.ycbcr;
    if (sampleType !== 'uint8' || storedBits !== 8) {
      throw unsupportedCompression(`JPEG with ${sampleType} samples is not supported.`);
    }
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
    if (storedBits !== 8 * SAMPLE_BYTES[sampleType]) {
      throw unsupportedCompression(`LERC with samples of ${storedBits} bits is not supported.`);
    }
    const wrapping = (['none', 'deflate', 'zstd'] as const)[numbers(directory, TAG.lercParameters)[1] ?? 0];
    if (!wrapping) throw unsupportedCompression('The LERC blocks are packed in an unknown way.');
    return { kind: 'lerc', wrapping };
  }
  return undefined;
}

/** As libtiff, which ignores predictors of codecs that have none. */
export function checkPredictor(
  directory: Directory,
  sampleType: SampleType,
  storedBits: number,
  compression: number,
): 1 | 2 | 3 {
  const predictor = firstNumber(directory, TAG.predictor) ?? 1;
  const { none, packbits } = COMPRESSION;
  if (predictor === 1 || compression === none || compression === packbits) return 1;
  const float = sampleType.startsWith('float');
  if ((predictor === 2 && storedBits >= 8) || (predictor === 3 && float)) return predictor;
  throw unsupportedCompression(`Predictor ${predictor} with ${sampleType} samples is not supported.`);
}
