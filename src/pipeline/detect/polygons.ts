import proj4 from 'proj4';
import { definitionOf, turnedTo } from '../dates/projection.ts';
import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type Grid, MASK_CLASS } from '../scene.ts';
import { type MaskOperation, touches } from './edits.ts';

/** A GeoJSON that is longer is not read: its objects would need many times as much memory. */
export const MAX_TEXT_BYTES = 128 * 2 ** 20;
/** Collections within collections that are followed. */
const MAX_DEPTH = 32;
/** Pixels from the corner of the scene: beyond, positions are no longer exact. */
const FARTHEST = 1e9;
/** Degrees by which a position may move on its way to the scene's system and back. */
const EXACT = 1e-4;

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
  readonly crs?: { readonly properties?: { readonly name?: unknown } };
}

type Ring = readonly (readonly number[])[];

/**
 * The polygons of a GeoJSON text as operations in pixels of the scene. Polygons without coordinates are left out.
 * @throws PipelineError `mask/not-a-mask` if it holds no polygon, or one without places, or has another coordinate system,
 *   `mask/elsewhere` if no polygon lies on the scene, or one reaches farther than the scene's system does
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
  const toPixels = placing(nameOf(root?.crs?.properties?.name), first, grid);
  const operations = found.map(
    ({ rings, class: value }): MaskOperation => ({
      kind: 'polygon',
      class: value,
      rings: rings.map((ring) =>
        ring.flatMap(([x, y]) => {
          const place = toPixels(x, y);
          if (place.every((pixels) => Math.abs(pixels) < FARTHEST)) return place;
          throw tooFar(x, y);
        }),
      ),
    }),
  );
  const whole = { x: 0, y: 0, width: grid.width, height: grid.height };
  if (!operations.some((operation) => touches(operation, whole)))
    throw elsewhere(phrase('The polygons do not meet the scene.'));
  return operations;
}

/** What a file holds in the place of a list; nothing if that is none. */
const listOf = <T>(value: unknown): readonly (T | null)[] => (Array.isArray(value) ? value : []);

function polygons(geometry: Geometry | null | undefined, depth = 0): Ring[][] {
  if (depth > MAX_DEPTH)
    throw notAMask(
      phrase('The GeoJSON holds collections within collections without end.'),
      phrase('Export the polygons as GeoJSON again.'),
    );
  if (geometry?.type === 'Polygon') return ringsOf(geometry.coordinates);
  if (geometry?.type === 'MultiPolygon') return [geometry.coordinates].flat().flatMap(ringsOf);
  return listOf<Geometry>(geometry?.geometries).flatMap((part) => polygons(part, depth + 1));
}

/** The rings of a polygon; nothing for one that is there but empty (RFC 7946, section 3.1). */
function ringsOf(coordinates: unknown): Ring[][] {
  if (Array.isArray(coordinates) && coordinates.every(isRing))
    return coordinates.length > 0 ? [coordinates] : [];
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

/** The name of a coordinate system, short enough for a message; whatever else stands in its place, as text. */
function nameOf(name: unknown): string | undefined {
  return name ? (typeof name === 'string' ? name : JSON.stringify(name)).slice(0, 80) : undefined;
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
  const { forward, inverse } = proj4('+proj=longlat +datum=WGS84', definition);
  // At a pole all meridians meet; other projections make a line of it.
  const isPolar = definition.includes('+proj=stere');
  return (lon: number, lat: number) => {
    if (!(Math.abs(lon) <= 360 && Math.abs(lat) <= 90)) throw tooFar(lon, lat);
    const [east, north] = forward([lon, lat]);
    if (![east, north].every(Number.isFinite)) throw tooFar(lon, lat);
    // Projections are made for a part of the earth: far from it they fold, and say nothing of that.
    const [backLon, backLat] = inverse([east, north]);
    const turns = (backLon - lon) / 360;
    const moved = Math.max(360 * Math.abs(turns - Math.round(turns)), Math.abs(backLat - lat));
    const isThere = isPolar && Math.abs(lat) === 90 ? Math.abs(backLat - lat) < EXACT : moved < EXACT;
    if (!isThere) throw tooFar(lon, lat);
    return toPixels(east, north);
  };
}

function tooFar(x: number, y: number): PipelineError {
  return new PipelineError(
    'mask/elsewhere',
    phrase("A polygon reaches to {{place}}, which the scene's coordinate system cannot place.", {
      place: `${x}, ${y}`,
    }),
    phrase(
      'Cut the polygons to the surroundings of the scene: ogr2ogr -clipsrc ... cut.geojson mask.geojson.',
    ),
  );
}

/** The error of a GeoJSON beyond {@link MAX_TEXT_BYTES}. */
export function tooLong(): PipelineError {
  return notAMask(
    phrase('The GeoJSON is longer than {{megabytes}} MB.', { megabytes: MAX_TEXT_BYTES / 2 ** 20 }),
    phrase('Simplify the polygons (ogr2ogr -simplify), or write them as a GeoTIFF with gdal_rasterize.'),
  );
}

export function notAMask(message: Phrase, remedy: Phrase, cause?: unknown): PipelineError {
  return new PipelineError('mask/not-a-mask', message, remedy, { cause });
}

export function elsewhere(message: Phrase): PipelineError {
  return new PipelineError('mask/elsewhere', message, phrase('Check the coordinate system of the mask.'));
}
