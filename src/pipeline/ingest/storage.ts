import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import type { SampleType } from '../scene.ts';
import { COMPRESSION, PHOTOMETRIC, SUBFILE, TAG } from '../tiff/tags.ts';
import { type Directory, firstNumber, numbers, unsupportedCompression } from './directory.ts';
import { type ImageLayout, SAMPLE_BYTES } from './layout.ts';

/** How an image stores its samples, and whether we can read that. */

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

const COMPRESSION_NAMES: Readonly<Record<number, string | Phrase>> = {
  2: 'CCITT RLE',
  3: 'CCITT fax 3',
  4: 'CCITT fax 4',
  6: phrase('old-style JPEG'),
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34925: 'LZMA',
  50001: 'WebP',
  50002: 'JPEG XL',
};

/** TIFF's SampleFormat. */
const KINDS: Readonly<Record<number, Phrase>> = {
  1: phrase('unsigned integer'),
  2: phrase('signed integer'),
  3: phrase('floating point'),
};

export function photometricOf(directory: Directory): number {
  return firstNumber(directory, TAG.photometricInterpretation) ?? PHOTOMETRIC.blackIsZero;
}

export function checkColours(directory: Directory): void {
  if (photometricOf(directory) === PHOTOMETRIC.palette) {
    throw new PipelineError(
      'scene/palette',
      phrase('The image holds palette indices (a colour map), not measured light.'),
      phrase(
        'Turn it into colours first: gdal_translate -expand rgb input.tif output.tif; better, export the original bands.',
      ),
    );
  }
}

function isMask(directory: Directory): boolean {
  return ((firstNumber(directory, TAG.newSubfileType) ?? 0) & SUBFILE.mask) !== 0;
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
  const reversed = firstNumber(directory, TAG.fillOrder) === 2;
  if (sampleType && !mixed && !reversed) return { sampleType, storedBits: bits[0] };
  if (!mixed && (formats[0] === 5 || formats[0] === 6)) {
    throw new PipelineError(
      'file/unsupported-samples',
      phrase('The samples are complex numbers, as of a radar, not measured light.'),
      phrase('Open an optical image of the area.'),
    );
  }
  const kind = KINDS[formats[0]] ?? phrase('format {{number}}', { number: formats[0] });
  throw new PipelineError(
    'file/unsupported-samples',
    mixed
      ? phrase('The bands of the image have different sample types.')
      : sampleType && reversed
        ? phrase('The bits of the samples are stored in reverse order (TIFF FillOrder 2).')
        : phrase('Samples of {{bits}} bits ({{kind}}) are not supported.', { bits: bits[0], kind }),
    phrase('Convert them: gdal_translate -ot {{type}} input.tif output.tif.', {
      type: mixed ? 'Float32' : typeThatHolds(formats[0], bits[0]),
    }),
  );
}

/** The smallest of GDAL's types that holds samples of a TIFF SampleFormat and so many bits, and that we read. */
function typeThatHolds(format: number, bits: number): string {
  if (bits > 32) return 'Float64';
  if (format !== 1 && format !== 2) return 'Float32';
  if (format === 1 && bits <= 8) return 'Byte';
  return `${format === 1 ? 'UInt' : 'Int'}${bits <= 16 ? 16 : 32}`;
}

export function checkCompression(directory: Directory): number {
  const compression = firstNumber(directory, TAG.compression) ?? COMPRESSION.none;
  const photometric = photometricOf(directory);
  if (!(Object.values(COMPRESSION) as number[]).includes(compression)) {
    const name = COMPRESSION_NAMES[compression] ?? phrase('TIFF code {{code}}', { code: compression });
    throw unsupportedCompression(
      phrase('The compression of the image ({{name}}) is not supported.', { name }),
      // What GDAL reads as RGB has to be called so again; other bands would become red, green and blue by it.
      photometric === PHOTOMETRIC.ycbcr ? 'COMPRESS=DEFLATE PHOTOMETRIC=RGB' : 'COMPRESS=DEFLATE',
    );
  }
  // Palettes have been refused where they do no good: see checkColours.
  if (photometric <= PHOTOMETRIC.palette || isMask(directory)) return compression;
  if (photometric === PHOTOMETRIC.ycbcr && compression === COMPRESSION.jpeg) return compression;
  throw unsupportedCompression(
    phrase('The colour space of the image (TIFF photometric interpretation {{code}}) is not supported.', {
      code: photometric,
    }),
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
      throw unsupportedCompression(
        phrase('JPEG with {{type}} samples is not supported.', { type: sampleType }),
      );
    }
    if (ycbcr && (bands !== 3 || planar)) {
      throw unsupportedCompression(
        planar
          ? phrase('YCbCr of {{bands}} separate bands is not supported.', { bands })
          : phrase('YCbCr of {{bands}} bands is not supported.', { bands }),
        'COMPRESS=DEFLATE PHOTOMETRIC=RGB',
      );
    }
    const tables = numbers(directory, TAG.jpegTables);
    return { kind: 'jpeg', ycbcr, tables: tables.length > 0 ? Uint8Array.from(tables) : null };
  }
  if (compression === COMPRESSION.lerc) {
    // The decoder of the lerc package fails on 32-bit unsigned offsets.
    if (sampleType === 'uint32')
      throw unsupportedCompression(
        phrase('LERC with {{type}} samples is not supported.', { type: sampleType }),
      );
    if (storedBits !== 8 * SAMPLE_BYTES[sampleType]) {
      throw unsupportedCompression(
        phrase('LERC with samples of {{bits}} bits is not supported.', { bits: storedBits }),
      );
    }
    const wrapping = (['none', 'deflate', 'zstd'] as const)[numbers(directory, TAG.lercParameters)[1] ?? 0];
    if (!wrapping) throw unsupportedCompression(phrase('The LERC blocks are packed in an unknown way.'));
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
  throw unsupportedCompression(
    phrase('Predictor {{predictor}} with {{type}} samples is not supported.', {
      predictor,
      type: sampleType,
    }),
  );
}
