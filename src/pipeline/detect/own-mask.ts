import proj4 from 'proj4';
import { crc32 } from '../crc32.ts';
import { definitionOf, turnedTo } from '../dates/projection.ts';
import { onGrid, overlaps } from '../dates/warp.ts';
import { PipelineError, throwIfAborted } from '../errors.ts';
import { isOwnMaskKept, ownMaskName, setOwnMaskKept, uncoveredName } from '../found-mask.ts';
import { blobSource, urlText } from '../ingest/byte-source.ts';
import { openClasses, type SceneFile } from '../ingest/open.ts';
import type { PageStore } from '../pages.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type Grid, MASK_CLASS, type Window } from '../scene.ts';
import { parseItems } from '../tiff/gdal-metadata.ts';
import { openPlane, setTile, type TileLayout } from '../tiles.ts';
import { editClasses, type MaskOperation, type OwnMask, reachOf } from './edits.ts';
import { isUdm2, udm2On } from './udm2.ts';

/** A mask file of the user's: MASK_CLASS per pixel of the scene, window by window; no data where it says nothing. */
interface MaskReader {
  read(window: Window, signal?: AbortSignal): Promise<Uint8Array>;
}

/** How names of masks as GeoJSON end. */
const GEOJSON = /\.(geo)?json$/i;

/** A mask of the user's own, ready to be kept. */
export interface OpenedMask {
  /** The id tells its content on the grid. */
  readonly own: OwnMask;
  /** Writes it into the pages, tile by tile, unless it is there. */
  keep(pages: PageStore, signal?: AbortSignal): Promise<void>;
}

/**
 * Lays the user's own mask on the scene's grid.
 *
 * A GeoTIFF of any grid holds MASK_CLASS values, or 0 and one other value (1 or 255), which then means thick cloud unless
 * the file names its classes; or it is a UDM2 of Planet. Other files of several bands are no mask. A GeoJSON holds polygons
 * in WGS 84 (RFC 7946), or in the scene's coordinates where its `crs` member says so or they can be no degrees; a feature's
 * property `class` is thin, thick or shadow, thick if it is absent.
 *
 * What a GeoTIFF does not reach, or calls no data, counts as clear; `ownMaskCover` tells how much that is.
 *
 * @throws PipelineError `mask/not-a-mask`, `mask/elsewhere`, and what reading a GeoTIFF throws
 */
export async function openMask(
  file: SceneFile,
  name: string,
  layout: TileLayout,
  signal?: AbortSignal,
): Promise<OpenedMask> {
  const reader = GEOJSON.test(name)
    ? fromOperations(polygonsOf(await textOf(file, signal), layout.grid))
    : await fromRaster(file, layout, signal);
  let sum = 0;
  for (const window of layout.windows) {
    throwIfAborted(signal);
    sum = crc32(await reader.read(window, signal), sum);
  }
  const own = { id: sum.toString(16).padStart(8, '0'), name };
  return {
    own,
    async keep(pages, aborted) {
      if (isOwnMaskKept(pages, own.id)) return;
      const plane = openPlane(layout, pages, ownMaskName(own.id));
      const uncovered = openPlane(layout, pages, uncoveredName(own.id));
      for (const [key, window] of layout.windows.entries()) {
        throwIfAborted(aborted);
        const said = await reader.read(window, aborted);
        const isUnsaid = said.map((value) => Number(value === MASK_CLASS.nodata));
        setTile(uncovered, key, isUnsaid);
        setTile(
          plane,
          key,
          said.map((value, i) => (isUnsaid[i] ? MASK_CLASS.clear : value)),
        );
      }
      setOwnMaskKept(pages, own.id);
    },
  };
}

async function textOf(file: SceneFile, signal?: AbortSignal): Promise<string> {
  if (file instanceof URL) return urlText(file, signal);
  const source = file instanceof Blob ? blobSource(file) : file;
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}

function fromOperations(operations: readonly MaskOperation[]): MaskReader {
  return {
    read: async (window) => editClasses(new Uint8Array(window.width * window.height), window, operations),
  };
}

/** What a mask holds beside the scene is known from a sample of at most this side, in pixels. */
const SAMPLE_SIDE = 1024;
/** A file with more different values is no mask. */
const MOST_VALUES = 100;

async function fromRaster(file: SceneFile, layout: TileLayout, signal?: AbortSignal): Promise<MaskReader> {
  const { grid, windows } = layout;
  const source = await openClasses(file, signal);
  if (!overlaps(source.scene.grid, grid))
    throw elsewhere(phrase('{{name}} does not meet the scene.', { name: source.scene.name }));
  const bands = source.scene.bands.filter(({ role }) => role !== 'alpha').length;
  if (bands > 1) {
    if (await isUdm2(source, bands, signal)) return udm2On(grid, source);
    throw notAMask(
      phrase('{{name}} holds {{bands}} bands, and a mask has one.', { name: source.scene.name, bands }),
      phrase(
        'Write the band that is the mask into a file of its own: gdal_translate -b 1 input.tif mask.tif.',
      ),
    );
  }
  const { width, height } = source.scene.grid;
  const side = (length: number) => Math.min(length, SAMPLE_SIDE);
  const sample = await source.readDecimated(
    { x: 0, y: 0, width, height },
    side(width),
    side(height),
    [0],
    signal,
  );
  const values = new Set<number>(sample.bands[0]);
  const { nodata, metadata } = source.scene;
  if (nodata !== null) values.delete(nodata);
  // Files of 0 and 1 often name 0 as no data: it means clear all the same.
  const scene = nodata === 0 ? { ...source.scene, nodata: null } : source.scene;
  const laid = onGrid({ ...source, scene }, grid);
  for (const window of windows) {
    if (values.size > MOST_VALUES) break;
    throwIfAborted(signal);
    for (const value of (await laid.read(window, [0], signal)).bands[0]) values.add(value);
  }
  const marked = [...values].filter((value) => value !== 0 && !Number.isNaN(value));
  const isBinary =
    marked.length === 1 && (marked[0] === 1 || marked[0] === 255) && !namesClasses(metadata.gdalMetadata);
  const isClasses = marked.every((value) => value === 1 || value === 2 || value === 3 || value === 255);
  if (!isBinary && !isClasses) {
    throw notAMask(
      phrase('{{name}} holds values such as {{values}}, which are no classes of a mask.', {
        name: source.scene.name,
        values: marked.slice(0, 4).join(', '),
      }),
      phrase(
        'Use 0 for clear, 1 for thin cloud, 2 for thick cloud and 3 for shadow, or 0 and 1 for cloud or not.',
      ),
    );
  }
  return {
    async read(window, aborted) {
      const { bands } = await laid.read(window, [0], aborted);
      return Uint8Array.from(bands[0], (value) => {
        if (Number.isNaN(value)) return MASK_CLASS.nodata;
        return isBinary && value === marked[0] ? MASK_CLASS.thick : value;
      });
    },
  };
}

/** Masks that were saved here say in words what their values mean. */
function namesClasses(metadata: string | null): boolean {
  return parseItems(metadata).some(
    ({ name, value }) => name === `CLASS_${MASK_CLASS.thin}` && value === 'thin',
  );
}

interface Geometry {
  readonly type: string;
  readonly coordinates?: unknown;
  readonly geometries?: unknown;
}

interface Feature {
  readonly type: string;
  readonly geometry?: Geometry | null;
  readonly properties?: Readonly<Record<string, unknown>> | null;
  readonly features?: unknown;
  readonly crs?: { readonly properties?: { readonly name?: string } };
}

type Ring = readonly (readonly number[])[];

/**
 * The polygons of a GeoJSON text as operations in pixels of the scene.
 * @throws PipelineError `mask/not-a-mask` if it holds no polygon, or one without coordinates, or has another coordinate
 *   system, `mask/elsewhere` if none of them lies on the scene
 */
export function polygonsOf(text: string, grid: Grid): MaskOperation[] {
  let root: Feature | null;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw notAMask(phrase('The file is no GeoJSON.'), phrase('Export the polygons as GeoJSON again.'), cause);
  }
  const features = root?.type === 'FeatureCollection' ? listOf<Feature>(root.features) : [root];
  const found = features.flatMap((feature) => {
    const geometry = feature?.type === 'Feature' ? feature.geometry : (feature as Geometry | null);
    return polygons(geometry).map((rings) => ({ rings, class: classOf(feature?.properties) }));
  });
  const first = found[0]?.rings[0]?.[0];
  if (!first) throw notAMask(phrase('The GeoJSON holds no polygon.'), phrase('Draw the mask as polygons.'));
  const toPixels = placing(root?.crs?.properties?.name, first, grid);
  const operations = found.map(
    ({ rings, class: value }): MaskOperation => ({
      kind: 'polygon',
      class: value,
      rings: rings.map((ring) => ring.flatMap(([x, y]) => toPixels(x, y))),
    }),
  );
  const meets = operations.some((operation) => {
    const r = reachOf(operation);
    return r && r.x < grid.width && r.y < grid.height && r.x + r.width > 0 && r.y + r.height > 0;
  });
  if (!meets) throw elsewhere(phrase('The polygons do not meet the scene.'));
  return operations;
}

/** What a file holds in the place of a list; nothing if that is none. */
const listOf = <T>(value: unknown): readonly (T | null)[] => (Array.isArray(value) ? value : []);

function polygons(geometry: Geometry | null | undefined): Ring[][] {
  if (geometry?.type === 'Polygon') return [ringsOf(geometry.coordinates)];
  if (geometry?.type === 'MultiPolygon') return [geometry.coordinates].flat().map(ringsOf);
  return listOf<Geometry>(geometry?.geometries).flatMap(polygons);
}

function ringsOf(coordinates: unknown): Ring[] {
  if (Array.isArray(coordinates) && coordinates.length > 0 && coordinates.every(isRing)) return coordinates;
  throw notAMask(
    phrase('A polygon of the GeoJSON has no coordinates.'),
    phrase('Export the polygons as GeoJSON again.'),
  );
}

function isRing(ring: unknown): ring is Ring {
  return (
    Array.isArray(ring) &&
    ring.length > 0 &&
    ring.every((place) => isNumber(place?.[0]) && isNumber(place[1]))
  );
}

const isNumber = (value: unknown) => Number.isFinite(value);

function classOf(properties: Feature['properties']) {
  const named = properties?.class;
  if (named === 'thin' || named === MASK_CLASS.thin) return MASK_CLASS.thin;
  return named === 'shadow' || named === MASK_CLASS.shadow ? MASK_CLASS.shadow : MASK_CLASS.thick;
}

/** From the coordinates of a GeoJSON to pixels. A scene without georeference takes pixels, with y downwards. */
function placing(crs: string | undefined, [x, y]: readonly number[], grid: Grid) {
  const { transform } = grid;
  if (!transform) return (u: number, v: number) => [u, v];
  const [x0, a, b, y0, c, d] = transform;
  const det = a * d - b * c;
  const turned = turnedTo(grid);
  const toPixels = (east: number, v: number) => {
    const u = turned(east);
    return [(d * (u - x0) - b * (v - y0)) / det, (a * (v - y0) - c * (u - x0)) / det];
  };
  const code = crs && /EPSG:+(\d+)$/.exec(crs)?.[1];
  const isWgs84 = code === '4326' || /CRS84$/.test(crs ?? '');
  const couldBeDegrees = Math.abs(x) <= 360 && Math.abs(y) <= 90;
  if (code && `EPSG:${code}` === grid.crs.code) return toPixels;
  if (crs && !isWgs84) {
    throw notAMask(
      phrase('The polygons are in {{crs}}, the scene in {{code}}.', { crs, code: grid.crs.code }),
      phrase('Export them in WGS 84 (EPSG:4326) or in the system of the scene.'),
    );
  }
  if (!couldBeDegrees) return toPixels;
  const definition = definitionOf(grid.crs.code);
  if (!definition) {
    if (grid.crs.units === 'degrees') return toPixels;
    throw notAMask(
      phrase('{{name}} ({{code}}), the system of the scene, is not known here.', {
        name: grid.crs.name,
        code: grid.crs.code,
      }),
      phrase('Export the polygons in the coordinates of the scene.'),
    );
  }
  const { forward } = proj4('+proj=longlat +datum=WGS84', definition);
  return (lon: number, lat: number) => {
    const [east, north] = forward([lon, lat]);
    return toPixels(east, north);
  };
}

function notAMask(message: Phrase, remedy: Phrase, cause?: unknown): PipelineError {
  return new PipelineError('mask/not-a-mask', message, remedy, { cause });
}

function elsewhere(message: Phrase): PipelineError {
  return new PipelineError('mask/elsewhere', message, phrase('Check the coordinate system of the mask.'));
}
