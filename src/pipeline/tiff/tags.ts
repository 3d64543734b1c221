/** Numbers of the TIFF 6.0, GeoTIFF and GDAL tags that we read or write. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  modelPixelScale: 33550,
  modelTiepoint: 33922,
  modelTransformation: 34264,
  geoKeyDirectory: 34735,
  geoDoubleParams: 34736,
  geoAsciiParams: 34737,
  gdalMetadata: 42112,
  gdalNodata: 42113,
  lercParameters: 50674,
  /** RPCs in GeoTIFF (GDAL, `RPCCoefficientTag`): 92 numbers that place the image. */
  rpcCoefficient: 50844,
} as const;

/** Field types of TIFF 6.0 and BigTIFF. */
export const FIELD = {
  byte: 1,
  ascii: 2,
  short: 3,
  long: 4,
  rational: 5,
  undefined: 7,
  double: 12,
  long8: 16,
} as const;

/** Bytes of one value per field type; 0 for types that do not exist. */
export const FIELD_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

export const COMPRESSION = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packbits: 32773,
  oldDeflate: 32946,
  lerc: 34887,
  zstd: 50000,
} as const;

/** Bits of TIFF's NewSubfileType. */
export const SUBFILE = { reduced: 1, mask: 4 } as const;

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, mask: 4, ycbcr: 6 } as const;

/** The tags that place the image on the ground; copied from input to output. */
export const GEO_TAGS: Readonly<Record<number, number>> = {
  [TAG.modelPixelScale]: FIELD.double,
  [TAG.modelTiepoint]: FIELD.double,
  [TAG.modelTransformation]: FIELD.double,
  [TAG.geoKeyDirectory]: FIELD.short,
  [TAG.geoDoubleParams]: FIELD.double,
  [TAG.geoAsciiParams]: FIELD.ascii,
};

/** Other tags that describe the image and stay true after the repair, with the field type to write them in. */
export const CARRIED_TAGS: Readonly<Record<number, number>> = {
  269: FIELD.ascii, // DocumentName
  270: FIELD.ascii, // ImageDescription
  271: FIELD.ascii, // Make
  272: FIELD.ascii, // Model
  274: FIELD.short, // Orientation
  280: FIELD.short, // MinSampleValue
  281: FIELD.short, // MaxSampleValue
  282: FIELD.rational, // XResolution
  283: FIELD.rational, // YResolution
  285: FIELD.ascii, // PageName
  296: FIELD.short, // ResolutionUnit
  305: FIELD.ascii, // Software
  306: FIELD.ascii, // DateTime
  315: FIELD.ascii, // Artist
  316: FIELD.ascii, // HostComputer
  700: FIELD.byte, // XMP
  33432: FIELD.ascii, // Copyright
  34675: FIELD.undefined, // ICC profile
  [TAG.rpcCoefficient]: FIELD.double,
};
