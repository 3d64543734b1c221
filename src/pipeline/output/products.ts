import { DATE_COLOURS, MASK_ENTRIES, PROVENANCE_ENTRIES, type Rgb, UNTOUCHED_COLOUR } from '../colours.ts';
import { confidenceMeans } from '../evaluate/interval.ts';
import { measuringOf } from '../evaluate/measures.ts';
import type { DateReport, RunSettings, Shares } from '../events.ts';
import type { Product } from '../file-names.ts';
import type { Models } from '../networks.ts';
import type { CarriedMetadata, Raster, Scene, SceneSource, Window } from '../scene.ts';
import { MASK_CLASS, PROVENANCE, QUALITY_ROLES } from '../scene.ts';
import { editItems, type MetadataItem } from '../tiff/gdal-metadata.ts';
import { TAG } from '../tiff/tags.ts';
import { type CogSpec, type WriteOptions, writeCog } from './cog-writer.ts';
import type { ByteSink } from './sink.ts';

/** The finished scene, window by window. Windows lie inside the grid. */
export interface ResultReader {
  /** Native samples of all bands. */
  read(window: Window, signal?: AbortSignal): Promise<Raster>;
  /** MASK_CLASS per pixel. */
  mask(window: Window): Uint8Array;
  /** PROVENANCE per pixel. */
  provenance(window: Window): Uint8Array;
  /** Percent per pixel, 0..100, 255 = no data. */
  confidence(window: Window): Uint8Array;
  /** Number of the date that each pixel came from, 0 for the scene's own; 255 = no data. */
  date(window: Window): Uint8Array;
}

/** How a result came about: written into every file, so that it can be told and repeated. */
export interface Lineage {
  /** Version of this software. */
  readonly version: string;
  readonly models: Models;
  readonly backend: string;
  readonly settings: RunSettings;
  readonly shares: Shares;
  /** The other dates; the numbers of the date layer begin with 1. */
  readonly dates: readonly DateReport[];
  /** When the run ended. */
  readonly date: Date;
}

/**
 * The repaired scene: size, grid, sample type, band order, names, scale, offset, no-data value,
 * mask of valid pixels and metadata as in the input; statistics are its own; `UNCLOUDED_*` items say how it was made.
 * @returns length in bytes
 * @throws PipelineError as {@link writeCog}
 */
function writeResult(
  source: SceneSource,
  result: ResultReader,
  lineage: Lineage,
  sink: ByteSink,
  options?: WriteOptions,
): Promise<number> {
  const spec = sceneSpec(source.scene, lineageItems(lineage));
  return writeCog(spec, (window, signal) => result.read(window, signal), sink, options);
}

/**
 * The scene as it came: its samples and metadata, in the layout of the result, to be looked at beside it.
 * @returns length in bytes
 * @throws PipelineError as {@link writeCog}
 */
export function writeOriginal(source: SceneSource, sink: ByteSink, options?: WriteOptions): Promise<number> {
  const read = (window: Window, signal?: AbortSignal) => source.read(window, undefined, signal);
  return writeCog(sceneSpec(source.scene, []), read, sink, options);
}

function sceneSpec(scene: Scene, added: readonly MetadataItem[]): CogSpec {
  const hasMask = typeof scene.maskBand === 'number';
  const bands = scene.bands.filter(({ index }) => index !== scene.maskBand);
  return {
    width: scene.grid.width,
    height: scene.grid.height,
    bands: bands.length,
    hasMask,
    sampleType: scene.sampleType,
    nodata: scene.nodata,
    reductions: bands.map(({ role }) =>
      role !== 'alpha' && QUALITY_ROLES.includes(role) ? 'nearest' : 'average',
    ),
    alphaBand: bands.find(({ role }) => role === 'alpha')?.index,
    metadata: {
      ...scene.metadata,
      gdalMetadata: editItems(scene.metadata.gdalMetadata, isStale, added),
    },
  };
}

/** What a product of one band per pixel holds, beside its values. */
interface Layer {
  /** Values, and what they stand for. */
  readonly classes: readonly (readonly [value: number, name: string])[];
  /** Colours by value, 0..255; null for a grey band. */
  readonly colours: Readonly<Record<number, Rgb>> | null;
  readonly unit?: string;
  /** What the values mean, where neither classes nor unit tell. */
  readonly meaning?: string;
}

function classesOf({ nodata: _, ...classes }: Readonly<Record<string, number>>): Layer['classes'] {
  return Object.entries(classes).map(([name, value]) => [value, name]);
}

const MASK_TABLE = Object.fromEntries([[MASK_CLASS.clear, UNTOUCHED_COLOUR], ...MASK_ENTRIES]);
const PROVENANCE_TABLE = Object.fromEntries([[PROVENANCE.observed, UNTOUCHED_COLOUR], ...PROVENANCE_ENTRIES]);

/** Products of one band, 8 bits. */
const LAYERS: Readonly<Record<Exclude<Product, 'result'>, (scene: Scene, lineage: Lineage) => Layer>> = {
  /** Where cloud and shadow were found: MASK_CLASS. */
  mask: () => ({ classes: classesOf(MASK_CLASS), colours: MASK_TABLE }),
  /** Where each pixel came from: PROVENANCE. */
  provenance: () => ({ classes: classesOf(PROVENANCE), colours: PROVENANCE_TABLE }),
  /** How far each pixel can be trusted, 0 to 100. */
  confidence: (scene) => ({
    classes: [],
    colours: null,
    unit: 'percent',
    meaning: confidenceMeans(measuringOf(scene)),
  }),
  /** Which date each pixel came from: 0 for the scene's own, else the number of another date; its name is in `CLASS_n`. */
  date: (scene, { dates }) => ({
    classes: [...[scene.name, ...dates.map(nameOf)].entries()],
    colours: {
      0: UNTOUCHED_COLOUR,
      ...Object.fromEntries(dates.map((_, i) => [i + 1, DATE_COLOURS[i % DATE_COLOURS.length]])),
    },
  }),
};

const nameOf = ({ scene, acquired }: DateReport) => (acquired ? `${acquired} ${scene}` : scene);

const NODATA = 255;

/** Writes one of the products beside the result, on its grid; otherwise as {@link writeResult}. */
async function writeLayer(
  name: keyof typeof LAYERS,
  { scene }: SceneSource,
  result: ResultReader,
  lineage: Lineage,
  sink: ByteSink,
  options?: WriteOptions,
): Promise<number> {
  const layer = LAYERS[name](scene, lineage);
  const added: MetadataItem[] = [
    { name: 'DESCRIPTION', sample: 0, role: 'description', domain: '', value: name },
    ...(layer.unit ? [{ name: 'UNITTYPE', sample: 0, role: 'unittype', domain: '', value: layer.unit }] : []),
    ...(layer.meaning ? [fileItemOf('MEANING', layer.meaning)] : []),
    ...layer.classes.map(([value, name]) => fileItemOf(`CLASS_${value}`, name)),
    ...lineageItems(lineage),
  ];
  const areaOrPoint = editItems(scene.metadata.gdalMetadata, (item) => item.name !== 'AREA_OR_POINT', added);
  const polynomials = scene.metadata.otherTags[TAG.rpcCoefficient];
  const metadata: CarriedMetadata = {
    geoTags: scene.metadata.geoTags,
    gdalMetadata: areaOrPoint,
    gdalNodata: String(NODATA),
    photometricInterpretation: 1,
    extraSamples: [],
    otherTags: polynomials ? { [TAG.rpcCoefficient]: polynomials } : {},
  };
  const spec: CogSpec = {
    width: scene.grid.width,
    height: scene.grid.height,
    bands: 1,
    sampleType: 'uint8',
    nodata: NODATA,
    reductions: [layer.colours ? 'nearest' : 'average'],
    metadata,
    ...(layer.colours && { colorMap: colourMap(layer.colours) }),
  };
  return writeCog(spec, async (window) => ({ window, bands: [result[name](window)] }), sink, options);
}

/** TIFF's colour map: all reds, all greens, all blues, 16 bits each. */
function colourMap(colours: Readonly<Record<number, Rgb>>): number[] {
  return [0, 1, 2].flatMap((channel) =>
    Array.from({ length: 256 }, (_, value) => (colours[value]?.[channel] ?? 0) * 257),
  );
}

/** Pixel statistics of the input no longer hold for the result. */
function isStale(item: MetadataItem): boolean {
  return /^(STATISTICS_|HISTOGRAM)/i.test(item.name) || /^UNCLOUDED_/.test(item.name);
}

function lineageItems({ version, models, backend, settings, shares, dates, date }: Lineage): MetadataItem[] {
  const model = ({ name, version: v, sha256 }: Lineage['models']['detector']) =>
    `${name} ${v} sha256:${sha256}`;
  return [
    fileItemOf('UNCLOUDED_VERSION', version),
    fileItemOf('UNCLOUDED_DATE', date.toISOString()),
    fileItemOf('UNCLOUDED_DETECTOR', model(models.detector)),
    fileItemOf('UNCLOUDED_GENERATOR', model(models.generator)),
    fileItemOf('UNCLOUDED_BACKEND', backend),
    fileItemOf('UNCLOUDED_SETTINGS', JSON.stringify(settings)),
    ...dates.map((other, i) => fileItemOf(`UNCLOUDED_OTHER_DATE_${i + 1}`, nameOf(other))),
    ...Object.entries(shares).map(([name, share]) =>
      fileItemOf(`UNCLOUDED_SHARE_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`, share.toFixed(6)),
    ),
  ];
}

function fileItemOf(name: string, value: string): MetadataItem {
  return { name, sample: null, role: '', domain: '', value };
}

type WriteProduct = typeof writeResult;

/** Every product of a finished scene, by its name. */
export const productWriters: Readonly<Record<Product, WriteProduct>> = {
  result: writeResult,
  mask: (...given) => writeLayer('mask', ...given),
  provenance: (...given) => writeLayer('provenance', ...given),
  confidence: (...given) => writeLayer('confidence', ...given),
  date: (...given) => writeLayer('date', ...given),
};
