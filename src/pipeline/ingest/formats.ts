import { PipelineError } from '../errors.ts';

interface ForeignFormat {
  readonly name: string;
  readonly remedy: string;
  matches(start: Uint8Array, text: string): boolean;
}

const CONVERT = 'Convert it first: gdal_translate input output.tif.';
const UNPACK = 'Unpack it and open the .tif inside.';

/** Formats that people drop by mistake, by their first bytes. */
const FORMATS: readonly ForeignFormat[] = [
  { name: 'a PNG picture', remedy: CONVERT, matches: (_, t) => t.startsWith('\x89PNG') },
  {
    name: 'a JPEG picture',
    remedy: CONVERT,
    matches: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff,
  },
  { name: 'a GIF picture', remedy: CONVERT, matches: (_, t) => t.startsWith('GIF8') },
  {
    name: 'a WebP picture',
    remedy: CONVERT,
    matches: (_, t) => t.startsWith('RIFF') && t.slice(8, 12) === 'WEBP',
  },
  { name: 'a Windows bitmap', remedy: CONVERT, matches: (_, t) => t.startsWith('BM') },
  {
    name: 'a ZIP archive (Sentinel-2 SAFE products and Landsat bundles come as one)',
    remedy: UNPACK,
    matches: (_, t) => t.startsWith('PK\x03\x04'),
  },
  { name: 'a gzip archive', remedy: UNPACK, matches: (b) => b[0] === 0x1f && b[1] === 0x8b },
  {
    name: 'an HDF5 or NetCDF-4 file',
    remedy: 'Convert one of its subdatasets: gdal_translate HDF5:"input.h5"://path output.tif.',
    matches: (_, t) => t.startsWith('\x89HDF'),
  },
  { name: 'an HDF4 file', remedy: CONVERT, matches: (_, t) => t.startsWith('\x0e\x03\x13\x01') },
  { name: 'a NetCDF file', remedy: CONVERT, matches: (_, t) => t.startsWith('CDF') },
  { name: 'a NITF file', remedy: CONVERT, matches: (_, t) => t.startsWith('NITF') },
  { name: 'a PDF document', remedy: 'Open the GeoTIFF itself.', matches: (_, t) => t.startsWith('%PDF') },
  {
    name: 'a web page or XML document',
    remedy: 'The address or download led to a page instead of the file: use the direct link to the .tif.',
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
      `${name} is a JPEG 2000 image, as in Sentinel-2 SAFE products, not a GeoTIFF.`,
      'Convert it first: gdal_translate input.jp2 output.tif -co COMPRESS=DEFLATE -co TILED=YES; to stack bands: gdalbuildvrt -separate stack.vrt B02.jp2 B03.jp2 B04.jp2 B08.jp2, then gdal_translate stack.vrt output.tif.',
    );
  }
  const known = FORMATS.find((format) => format.matches(start, text));
  const looks = start.length === 0 ? 'is empty' : known ? `is ${known.name}, not a TIFF` : 'is not a TIFF';
  throw new PipelineError(
    'file/not-a-tiff',
    `${name} ${looks}.`,
    known?.remedy ??
      'Open a GeoTIFF (.tif, .tiff); GDAL converts most other formats: gdal_translate input output.tif.',
  );
}
