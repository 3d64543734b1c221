import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';
import { type CarriedMetadata, type Grid, INTEGER_RANGES, type Notice, type SampleType } from '../scene.ts';
import { CARRIED_TAGS, GEO_TAGS, TAG } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { type Directory, numbers } from './directory.ts';
import { georeference } from './georeference.ts';
import { type Preflight, preflight } from './preflight.ts';
import { converted } from './resample.ts';
import { type DecodeOptions, type ImageReader, imageReader } from './source.ts';

/** The image of one GeoTIFF, checked and readable, not yet understood as a scene. */
export interface Image {
  /** Of the file. */
  readonly name: string;
  readonly grid: Grid;
  readonly bands: number;
  readonly sampleType: SampleType;
  /** That of the files; narrower where no data needs a value of its own. */
  readonly measuredType: SampleType;
  readonly nodata: number | null;
  readonly reader: ImageReader;
  /** One band of `sampleType`: 0 where the file's mask says that there is no data. Null without a mask. */
  readonly mask: ImageReader | null;
  readonly metadata: CarriedMetadata;
  readonly notices: readonly Notice[];
}

/**
 * @param content measured light, or classes: samples that stand for themselves, whatever colours the file gives them
 * @throws PipelineError as {@link preflight}
 */
export async function openImage(
  file: ByteSource,
  decode: DecodeOptions,
  signal?: AbortSignal,
  content: 'light' | 'classes' = 'light',
): Promise<Image> {
  const checked = await preflight(file, signal, content);
  const { main, layout, overviews, mask } = checked;
  const { sampleType } = layout;
  const metadata = carriedMetadata(main, checked.photometric);
  const { nodata, notices } = parseNodata(metadata.gdalNodata, sampleType);
  const place = georeference(main, layout.width, layout.height);
  const maskReader = mask && imageReader(file, mask.layout, mask.overviews, 0, decode);
  return {
    name: file.name,
    grid: place.grid,
    bands: layout.bands,
    sampleType,
    measuredType: sampleType,
    nodata,
    reader: imageReader(file, layout, overviews, nodata ?? 0, decode),
    mask: maskReader && converted(maskReader, sampleType),
    metadata,
    notices: [...place.notices, ...notices, ...storageNotices(checked)],
  };
}

function carriedMetadata({ tags }: Directory, photometric: number): CarriedMetadata {
  const pick = (wanted: Readonly<Record<number, number>>) =>
    Object.fromEntries([...tags].filter(([tag]) => tag in wanted));
  const text = (tag: number) => {
    const value = tags.get(tag);
    return typeof value === 'string' ? value : null;
  };
  const main: Directory = { position: 0, tags };
  return {
    geoTags: pick(GEO_TAGS),
    gdalMetadata: text(TAG.gdalMetadata),
    gdalNodata: text(TAG.gdalNodata),
    photometricInterpretation: photometric,
    extraSamples: numbers(main, TAG.extraSamples),
    otherTags: pick(CARRIED_TAGS),
  };
}

/** A number as samples of a type hold it; null if they cannot. */
export function asSample(value: number, type: SampleType): number | null {
  const range = INTEGER_RANGES[type];
  if (range) return Number.isInteger(value) && value >= range[0] && value <= range[1] ? value : null;
  const rounded = type === 'float32' ? Math.fround(value) : value;
  return Number.isFinite(value) && !Number.isFinite(rounded) ? null : rounded;
}

function parseNodata(text: string | null, type: SampleType): { nodata: number | null; notices: Notice[] } {
  const trimmed = text?.trim().toLowerCase() ?? '';
  if (trimmed === '') return { nodata: null, notices: [] };
  const value = /^[-+]?nan$/.test(trimmed) ? Number.NaN : leadingNumber(trimmed);
  const readable = trimmed.includes('nan') || !Number.isNaN(value);
  const nodata = readable ? asSample(value, type) : null;
  if (nodata !== null) return { nodata, notices: [] };
  const named = trimmed.length > 40 ? `${trimmed.slice(0, 40)}...` : trimmed;
  const message = phrase(
    'The file names {{value}} as its no-data value, which no {{type}} sample can have: it is ignored.',
    { value: named, type },
  );
  return { nodata: null, notices: [{ code: 'nodata-out-of-range', message }] };
}

/** As GDAL reads it: a decimal comma counts as a point, and what follows the number (`255 255 255`) does not count. */
function leadingNumber(text: string): number {
  const number = /^[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?(?=$|[\s,;])/.exec(text);
  return Number(number ? number[0].replace(',', '.') : text.replace(/^([-+]?)inf(inity)?$/, '$1Infinity'));
}

function storageNotices({ layout, otherImages }: Preflight): Notice[] {
  const notices: Notice[] = [];
  if (layout.storedBits === 16 && layout.sampleType === 'float32') {
    notices.push({
      code: 'half-floats',
      message: phrase(
        'The samples are 16-bit floating point numbers: they are read exactly and saved with 32 bits.',
      ),
    });
  }
  if (otherImages > 0) {
    notices.push({
      code: 'more-images',
      message: phrase('The file holds {{number}} images: the first one is used.', {
        number: otherImages + 1,
      }),
    });
  }
  return notices;
}

/** @throws PipelineError `scene/too-few-bands` */
export function requireThreeBands({ bands }: Image): void {
  if (bands >= 3) return;
  throw new PipelineError(
    'scene/too-few-bands',
    phrase('The image has {{count}} bands; at least red, green and blue are needed.', {
      count: bands,
      defaultValue_one: 'The image has a single band; at least red, green and blue are needed.',
    }),
    phrase(
      'Drop the files of the scene together (B02.tif, B03.tif, ...), or stack them into one: gdalbuildvrt -separate stack.vrt blue.tif green.tif red.tif nir.tif, then gdal_translate stack.vrt stack.tif.',
    ),
  );
}
