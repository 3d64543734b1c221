import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';

interface ForeignFormat {
  /** Says that the file `name` is of this format. */
  readonly message: Phrase;
  readonly remedy: Phrase;
  matches(start: Uint8Array, text: string): boolean;
}

const CONVERT = phrase('Convert it first: gdal_translate input output.tif.');
const UNPACK = phrase('Unpack it and open the .tif inside.');

/** Formats that people drop by mistake, by their first bytes. */
const FORMATS: readonly ForeignFormat[] = [
  {
    message: phrase('{{name}} is a PNG picture, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('\x89PNG'),
  },
  {
    message: phrase('{{name}} is a JPEG picture, not a TIFF.'),
    remedy: CONVERT,
    matches: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff,
  },
  {
    message: phrase('{{name}} is a GIF picture, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('GIF8'),
  },
  {
    message: phrase('{{name}} is a WebP picture, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('RIFF') && t.slice(8, 12) === 'WEBP',
  },
  {
    message: phrase('{{name}} is a Windows bitmap, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('BM'),
  },
  {
    message: phrase(
      '{{name}} is a ZIP archive (Sentinel-2 SAFE products and Landsat bundles come as one), not a TIFF.',
    ),
    remedy: UNPACK,
    matches: (_, t) => t.startsWith('PK\x03\x04'),
  },
  {
    message: phrase('{{name}} is a gzip archive, not a TIFF.'),
    remedy: UNPACK,
    matches: (b) => b[0] === 0x1f && b[1] === 0x8b,
  },
  {
    message: phrase('{{name}} is an HDF5 or NetCDF-4 file, not a TIFF.'),
    remedy: phrase('Convert one of its subdatasets: gdal_translate HDF5:"input.h5"://path output.tif.'),
    matches: (_, t) => t.startsWith('\x89HDF'),
  },
  {
    message: phrase('{{name}} is an HDF4 file, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('\x0e\x03\x13\x01'),
  },
  {
    message: phrase('{{name}} is a NetCDF file, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('CDF'),
  },
  {
    message: phrase('{{name}} is a NITF file, not a TIFF.'),
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('NITF'),
  },
  {
    message: phrase('{{name}} is a PDF document, not a TIFF.'),
    remedy: phrase('Open the GeoTIFF itself.'),
    matches: (_, t) => t.startsWith('%PDF'),
  },
  {
    message: phrase('{{name}} is a web page or XML document, not a TIFF.'),
    remedy: phrase(
      'The address or download led to a page instead of the file: use the direct link to the .tif.',
    ),
    matches: (_, t) => /^\s*<(\?xml|!doctype|html)/i.test(t.replace(/^\xef\xbb\xbf/, '')),
  },
];

/**
 * Says what a file that is no TIFF seems to be.
 * @throws PipelineError `file/not-a-tiff` or `file/jpeg2000`, always.
 */
export function refuseForeignFormat(start: Uint8Array, name: string): never {
  const text = String.fromCharCode(...start.subarray(0, 64));
  if (text.slice(4, 8) === 'jP  ' || text.startsWith('\xff\x4f\xff\x51')) {
    throw new PipelineError(
      'file/jpeg2000',
      phrase('{{name}} is a JPEG 2000 image, as in Sentinel-2 SAFE products, not a GeoTIFF.', { name }),
      phrase(
        'Convert it first: gdal_translate input.jp2 output.tif -co COMPRESS=DEFLATE -co TILED=YES; to stack bands: gdalbuildvrt -separate stack.vrt B02.jp2 B03.jp2 B04.jp2 B08.jp2, then gdal_translate stack.vrt output.tif.',
      ),
    );
  }
  const known = FORMATS.find((format) => format.matches(start, text));
  throw new PipelineError(
    'file/not-a-tiff',
    start.length === 0
      ? phrase('{{name}} is empty.', { name })
      : { ...(known?.message ?? phrase('{{name}} is not a TIFF.')), values: { name } },
    known?.remedy ??
      phrase(
        'Open a GeoTIFF (.tif, .tiff); GDAL converts most other formats: gdal_translate input output.tif.',
      ),
  );
}
