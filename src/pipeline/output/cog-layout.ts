import type { CarriedMetadata, SampleType } from '../scene.ts';
import { CARRIED_TAGS, COMPRESSION, FIELD, GEO_TAGS, PHOTOMETRIC, SUBFILE, TAG } from '../tiff/tags.ts';
import { type DirectoryEntry, encodeDirectory } from './directory.ts';
import { predictorFor } from './encode-block.ts';
import { LEADER_BYTES, type PyramidLevel, recordBytes, TRAILER_BYTES } from './pyramid.ts';

/** What the directories say of the image, but for its blocks. */
export interface ImageDescription {
  readonly bands: number;
  readonly sampleType: SampleType;
  readonly tileSize: number;
  readonly metadata: CarriedMetadata;
  /** 256 red, 256 green and 256 blue values of 16 bits, for a single band of classes. */
  readonly colorMap?: readonly number[];
  /** Whether each tile has one more plane, the validity of its pixels. */
  readonly hasMask?: boolean;
}

export interface CogLayout {
  /** Header, structural metadata and all directories: the bytes from 0 on. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** Length of the file in bytes. */
  readonly length: number;
}

const CLASSIC_LIMIT = 2 ** 32 - 1;

/**
 * The layout that GDAL calls COG: directories in front, full size first; then the tiles of the smallest overview,
 * row by row, and so on up to those of the full size. Blocks stand between leader and trailer, and the bands' blocks
 * of a tile one behind the other; the text behind the header tells so.
 * @param bigTiff true for BigTIFF in any case, else only where the file is longer than 4 GB
 * @see https://gdal.org/en/stable/drivers/raster/cog.html#header-ghost-area
 */
export function layOutCog(
  image: ImageDescription,
  levels: readonly PyramidLevel[],
  bigTiff = false,
): CogLayout {
  const data = levels.reduce(
    (sum, { blockBytes }) => sum + blockBytes.reduce((part, bytes) => part + recordBytes(bytes), 0),
    0,
  );
  const text = new TextEncoder().encode(structuralMetadata(image.bands));
  const first = (bigTiff ? 16 : 8) + text.length + (text.length & 1);

  /** All directories, with the levels' data beginning at `dataStart`. */
  const directories = (dataStart: number) => {
    const starts = levelStarts(levels, dataStart);
    return levels.flatMap((level, i) => {
      const offsets = blockOffsets(level, starts[i]);
      const own = imageEntries(image, level, i > 0, offsets, bigTiff);
      return image.hasMask ? [own, maskEntries(image, level, i > 0, offsets, bigTiff)] : [own];
    });
  };
  // Lengths do not depend on the values of positions.
  const lengths = directories(0).map((entries) => encodeDirectory(entries, 0, 0, bigTiff).length);
  const dataStart = lengths.reduce((sum, length) => sum + length, first);
  if (!bigTiff && dataStart + data > CLASSIC_LIMIT) return layOutCog(image, levels, true);

  const head = new Uint8Array(dataStart);
  const view = new DataView(head.buffer);
  head.set([0x49, 0x49, bigTiff ? 43 : 42, 0]);
  if (bigTiff) {
    view.setUint16(4, 8, true);
    view.setBigUint64(8, BigInt(first), true);
  } else {
    view.setUint32(4, first, true);
  }
  head.set(text, bigTiff ? 16 : 8);
  let position = first;
  directories(dataStart).forEach((entries, i) => {
    const end = position + lengths[i];
    const next = i + 1 < lengths.length ? end : 0;
    head.set(encodeDirectory(entries, position, next, bigTiff), position);
    position = end;
  });
  return { head, length: dataStart + data };
}

/** The space behind NO is GDAL's: room for YES, once another program has changed the file. */
function structuralMetadata(bands: number): string {
  const text = [
    'LAYOUT=IFDS_BEFORE_DATA',
    'BLOCK_ORDER=ROW_MAJOR',
    'BLOCK_LEADER=SIZE_AS_UINT4',
    'BLOCK_TRAILER=LAST_4_BYTES_REPEATED',
    ...(bands > 1 ? ['INTERLEAVE=TILE'] : []),
    'KNOWN_INCOMPATIBLE_EDITION=NO',
    ' ',
  ].join('\n');
  return `GDAL_STRUCTURAL_METADATA_SIZE=${String(text.length).padStart(6, '0')} bytes\n${text}`;
}

/** Where the data of each level begin: the smallest level comes first. */
function levelStarts(levels: readonly PyramidLevel[], dataStart: number): number[] {
  const starts: number[] = [];
  let position = dataStart;
  for (let i = levels.length - 1; i >= 0; i--) {
    starts[i] = position;
    for (const bytes of levels[i].blockBytes) position += recordBytes(bytes);
  }
  return starts;
}

/** Position of each block in the file, by plane and tile. */
function blockOffsets(level: PyramidLevel, start: number): number[][] {
  const planes = level.blockBytes[0].map(() => [] as number[]);
  let position = start;
  for (const bytes of level.blockBytes) {
    bytes.forEach((length, plane) => {
      planes[plane].push(position + LEADER_BYTES);
      position += LEADER_BYTES + length + TRAILER_BYTES;
    });
  }
  return planes;
}

function blockEntries(
  level: PyramidLevel,
  tileSize: number,
  offsets: readonly number[][],
  from: number,
  to: number,
  bigTiff: boolean,
): DirectoryEntry[] {
  const planes = offsets.slice(from, to);
  return [
    { tag: TAG.imageWidth, type: FIELD.long, value: [level.width] },
    { tag: TAG.imageLength, type: FIELD.long, value: [level.height] },
    { tag: TAG.compression, type: FIELD.short, value: [COMPRESSION.deflate] },
    { tag: TAG.tileWidth, type: FIELD.short, value: [tileSize] },
    { tag: TAG.tileLength, type: FIELD.short, value: [tileSize] },
    { tag: TAG.tileOffsets, type: bigTiff ? FIELD.long8 : FIELD.long, value: planes.flat() },
    {
      tag: TAG.tileByteCounts,
      type: FIELD.long,
      value: planes.flatMap((_, i) => level.blockBytes.map((bytes) => bytes[from + i])),
    },
  ];
}

function imageEntries(
  image: ImageDescription,
  level: PyramidLevel,
  reduced: boolean,
  offsets: readonly number[][],
  bigTiff: boolean,
): DirectoryEntry[] {
  const { bands, metadata, sampleType, tileSize } = image;
  const perSample = (value: number) => new Array<number>(bands).fill(value);
  const format = sampleType.startsWith('float') ? 3 : sampleType.startsWith('u') ? 1 : 2;
  const photometric = image.colorMap ? PHOTOMETRIC.palette : metadata.photometricInterpretation;
  const list: DirectoryEntry[] = [
    ...blockEntries(level, tileSize, offsets, 0, bands, bigTiff),
    { tag: TAG.bitsPerSample, type: FIELD.short, value: perSample(Number(sampleType.replace(/\D/g, ''))) },
    { tag: TAG.photometricInterpretation, type: FIELD.short, value: [photometric] },
    { tag: TAG.samplesPerPixel, type: FIELD.short, value: [bands] },
    { tag: TAG.planarConfiguration, type: FIELD.short, value: [bands > 1 ? 2 : 1] },
    { tag: TAG.predictor, type: FIELD.short, value: [predictorFor(sampleType)] },
    { tag: TAG.sampleFormat, type: FIELD.short, value: perSample(format) },
  ];
  if (reduced) list.push({ tag: TAG.newSubfileType, type: FIELD.long, value: [SUBFILE.reduced] });
  if (image.colorMap) list.push({ tag: TAG.colorMap, type: FIELD.short, value: image.colorMap });
  if (metadata.extraSamples.length > 0) {
    list.push({ tag: TAG.extraSamples, type: FIELD.short, value: metadata.extraSamples });
  }
  if (metadata.gdalNodata !== null) {
    list.push({ tag: TAG.gdalNodata, type: FIELD.ascii, value: metadata.gdalNodata });
  }
  return reduced ? list : [...list, ...carriedEntries(metadata)];
}

/** What is said once, with the full size. */
function carriedEntries(metadata: CarriedMetadata): DirectoryEntry[] {
  const list: DirectoryEntry[] = [];
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
  return list;
}

/** The validity of the pixels: one bit each, in the plane behind the bands. */
function maskEntries(
  image: ImageDescription,
  level: PyramidLevel,
  reduced: boolean,
  offsets: readonly number[][],
  bigTiff: boolean,
): DirectoryEntry[] {
  return [
    ...blockEntries(level, image.tileSize, offsets, image.bands, image.bands + 1, bigTiff),
    { tag: TAG.newSubfileType, type: FIELD.long, value: [SUBFILE.mask | (reduced ? SUBFILE.reduced : 0)] },
    { tag: TAG.bitsPerSample, type: FIELD.short, value: [1] },
    { tag: TAG.photometricInterpretation, type: FIELD.short, value: [PHOTOMETRIC.mask] },
    { tag: TAG.samplesPerPixel, type: FIELD.short, value: [1] },
    { tag: TAG.planarConfiguration, type: FIELD.short, value: [1] },
    { tag: TAG.sampleFormat, type: FIELD.short, value: [1] },
  ];
}
