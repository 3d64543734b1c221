import { buildTiff } from './tiff-builder.ts';

/** A mask for tests. */
export interface MaskPicture {
  readonly width: number;
  readonly height: number;
  /** Side of a pixel in metres. */
  readonly pixel: number;
  /** Easting and northing of its upper left corner; that of the scenes of `memorySource` if left out. */
  readonly corner?: readonly [number, number];
  readonly value: (x: number, y: number, band: number) => number;
  /** One unless it says more. */
  readonly bands?: number;
  /** GDAL_METADATA and GDAL_NODATA; empty for none. */
  readonly metadata?: string;
  readonly nodata?: string;
}

/** A byte per pixel and band, in UTM zone 16 north. */
export function maskFile(picture: MaskPicture): File {
  const { width, height, pixel, corner = [500_000, 4_000_000], value, bands = 1 } = picture;
  const { metadata = '', nodata = '' } = picture;
  const all = (of: number, count = bands) => short(...new Array(count).fill(of));
  const short = (...values: number[]) => ({ type: 3, values });
  const long = (...values: number[]) => ({ type: 4, values });
  const double = (...values: number[]) => ({ type: 12, values });
  const ascii = (words: string) => ({ type: 2, values: [...new TextEncoder().encode(words), 0] });
  const bytes = buildTiff({
    data: Uint8Array.from({ length: width * height * bands }, (_, i) => {
      const pixel = Math.floor(i / bands);
      return value(pixel % width, Math.floor(pixel / width), i % bands);
    }),
    directories: [
      {
        256: short(width),
        257: short(height),
        258: all(8),
        259: short(1),
        262: short(1),
        273: long(16),
        277: short(bands),
        278: short(height),
        279: long(width * height * bands),
        ...(bands > 1 && { 338: all(0, bands - 1) }),
        33550: double(pixel, pixel, 0),
        33922: double(0, 0, 0, ...corner, 0),
        34735: short(1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32616),
        ...(metadata && { 42112: ascii(metadata) }),
        ...(nodata && { 42113: ascii(nodata) }),
      },
    ],
  });
  return new File([bytes], 'mine.tif');
}
