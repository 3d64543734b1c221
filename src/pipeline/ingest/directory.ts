import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { CARRIED_TAGS, FIELD, FIELD_BYTES, GEO_TAGS, TAG } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { refuseForeignFormat } from './formats.ts';

/**
 * The structure of a TIFF, classic or BigTIFF, in either byte order, read with every count and position
 * checked before it is believed. (geotiff.js follows cyclic directories for ever and trusts counts.)
 */
export interface Directory {
  readonly position: number;
  /** Decoded values of the tags that we use; numbers, or text of ASCII fields without its NULs. */
  readonly tags: ReadonlyMap<number, readonly number[] | string>;
}

export interface TiffStructure {
  readonly littleEndian: boolean;
  readonly directories: readonly Directory[];
}

const MAX_DIRECTORIES = 256;
const MAX_ENTRIES = 4096;
/** Values of all tags together: enough for the block tables of two million blocks. */
const MAX_VALUES = 4 * 2 ** 20;
/** Texts and tables that are only carried along are left out beyond this. */
const MAX_CARRIED_BYTES = 2 ** 20;

/** Tags that say how samples are stored: needed of every image. */
const LAYOUT_TAGS = new Set<number>(
  Object.values(TAG).filter(
    (tag) => !(tag in GEO_TAGS || tag in CARRIED_TAGS || tag === TAG.gdalMetadata || tag === TAG.gdalNodata),
  ),
);
/** Tags that describe the scene: read of the first image. */
const SCENE_TAGS = new Set<number>([
  ...Object.values(TAG),
  ...[GEO_TAGS, CARRIED_TAGS].flatMap((tags) => Object.keys(tags).map(Number)),
]);

/**
 * @throws PipelineError `file/not-a-tiff`, `file/jpeg2000`, `file/truncated`, `file/corrupt`, and those of
 *   {@link ByteSource.read}.
 */
export async function readStructure(source: ByteSource, signal?: AbortSignal): Promise<TiffStructure> {
  const header = await source.read(0, 64, signal);
  const order = header.length >= 8 ? String.fromCharCode(header[0], header[1]) : '';
  const littleEndian = order === 'II';
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const magic = order === 'II' || order === 'MM' ? view.getUint16(2, littleEndian) : 0;
  if (magic !== 42 && magic !== 43) refuseForeignFormat(header, source.name);
  const big = magic === 43;
  if (big && (header.length < 16 || view.getUint16(4, littleEndian) !== 8)) {
    throw corrupt(phrase('its BigTIFF header is damaged'));
  }

  const format: Format = { littleEndian, big, values: 0 };
  let position = readOffset(view, big ? 8 : 4, format);
  const seen = new Set<number>();
  const directories: Directory[] = [];
  while (position !== 0) {
    if (seen.has(position)) throw corrupt(phrase('its chain of directories runs in a circle'));
    if (seen.size >= MAX_DIRECTORIES)
      throw corrupt(phrase('it claims to hold more than {{number}} images', { number: MAX_DIRECTORIES }));
    seen.add(position);
    const wanted = directories.length === 0 ? SCENE_TAGS : LAYOUT_TAGS;
    const { directory, next } = await readDirectory(source, position, wanted, format, signal);
    directories.push(directory);
    position = next;
  }
  if (directories.length === 0) throw corrupt(phrase('it holds no image'));
  return { littleEndian, directories };
}

interface Format {
  readonly littleEndian: boolean;
  readonly big: boolean;
  /** Values read so far. */
  values: number;
}

async function readDirectory(
  source: ByteSource,
  position: number,
  wanted: ReadonlySet<number>,
  format: Format,
  signal?: AbortSignal,
) {
  const { littleEndian, big } = format;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const wordBytes = big ? 8 : 4;
  const count = readCount(await readExactly(source, position, countBytes, signal), format);
  if (count === 0 || count > MAX_ENTRIES)
    throw corrupt(phrase('a directory claims {{entries}} entries', { entries: count }));
  const body = await readExactly(source, position + countBytes, count * entryBytes + wordBytes, signal);

  const tags = new Map<number, readonly number[] | string>();
  for (let i = 0; i < count; i++) {
    const entry = i * entryBytes;
    const tag = body.getUint16(entry, littleEndian);
    if (!wanted.has(tag) || tags.has(tag)) continue;
    const type = body.getUint16(entry + 2, littleEndian);
    const values = big
      ? safe(body.getBigUint64(entry + 4, littleEndian))
      : body.getUint32(entry + 4, littleEndian);
    const bytes = values * (FIELD_BYTES[type] ?? 0);
    if (bytes === 0) continue;
    if (bytes > MAX_CARRIED_BYTES && (tag in CARRIED_TAGS || tag === TAG.gdalMetadata)) continue;
    format.values += values;
    if (format.values > MAX_VALUES)
      throw corrupt(phrase('tag {{tag}} claims {{values}} values', { tag, values }));
    const inPlace = bytes <= wordBytes;
    const at = entry + 4 + wordBytes;
    const data = inPlace
      ? new DataView(body.buffer, body.byteOffset + at, bytes)
      : await readExactly(source, readOffset(body, at, format), bytes, signal);
    tags.set(tag, decode(data, type, values, littleEndian));
  }
  return { directory: { position, tags }, next: readOffset(body, count * entryBytes, format) };
}

function decode(data: DataView, type: number, count: number, little: boolean): readonly number[] | string {
  if (type === FIELD.ascii) return text(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const values = type === FIELD.rational || type === 10 ? count * 2 : count;
  const step = data.byteLength / values;
  return Array.from({ length: values }, (_, i) => number(data, i * step, type, little));
}

function number(data: DataView, at: number, type: number, little: boolean): number {
  switch (type) {
    case 3:
      return data.getUint16(at, little);
    case 4:
    case 5:
    case 13:
      return data.getUint32(at, little);
    case 6:
      return data.getInt8(at);
    case 8:
      return data.getInt16(at, little);
    case 9:
    case 10:
      return data.getInt32(at, little);
    case 11:
      return data.getFloat32(at, little);
    case 12:
      return data.getFloat64(at, little);
    case 16:
    case 18:
      return safe(data.getBigUint64(at, little));
    case 17:
      return Number(data.getBigInt64(at, little));
    default:
      return data.getUint8(at);
  }
}

/** UTF-8, or Latin-1 where it is not UTF-8. */
function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\0+$/, '');
  } catch {
    return new TextDecoder('latin1').decode(bytes).replace(/\0+$/, '');
  }
}

async function readExactly(source: ByteSource, position: number, length: number, signal?: AbortSignal) {
  if (position + length > source.size) throw truncated();
  const bytes = await source.read(position, length, signal);
  if (bytes.length < length) throw truncated();
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readCount(view: DataView, { littleEndian, big }: Format): number {
  return big ? safe(view.getBigUint64(0, littleEndian)) : view.getUint16(0, littleEndian);
}

function readOffset(view: DataView, at: number, { littleEndian, big }: Format): number {
  return big ? safe(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(phrase('a position in it is out of all bounds'));
  return Number(value);
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

export function corrupt(what: Phrase, cause?: unknown): PipelineError {
  return new PipelineError(
    'file/corrupt',
    phrase('The file is damaged: {{what}}.', { what }),
    phrase('Download or export it again; "gdalinfo" tells whether other programs can read it.'),
    { cause },
  );
}

/** Sound, as far as we can tell, but written in a way that we do not read. */
export function unsupportedCompression(message: Phrase, options = 'COMPRESS=DEFLATE'): PipelineError {
  const creation = options.split(' ').map((option) => ` -co ${option}`);
  return new PipelineError(
    'file/unsupported-compression',
    message,
    phrase('Convert it: {{command}}.', {
      command: `gdal_translate input.tif output.tif${creation.join('')}`,
    }),
  );
}

export function truncated(what = phrase('it ends before its directory does')): PipelineError {
  return new PipelineError(
    'file/truncated',
    phrase('The file is incomplete: {{what}}.', { what }),
    phrase('Its download or copy was cut short: fetch it again.'),
  );
}
