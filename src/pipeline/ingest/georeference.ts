import { type Phrase, phrase } from '../phrase.ts';
import type { Crs, GeoTransform, Grid, Notice } from '../scene.ts';
import { TAG } from '../tiff/tags.ts';
import { type Directory, numbers } from './directory.ts';

/** Keys of the GeoTIFF 1.1 specification. */
const KEY = {
  modelType: 1024,
  rasterType: 1025,
  citation: 1026,
  geographicCrs: 2048,
  geographicCitation: 2049,
  projectedCrs: 3072,
  projectedCitation: 3073,
  /** How the earth becomes a plane: the keys of its parameters follow. */
  projectionMethod: 3075,
  linearUnits: 3076,
} as const;
const PIXEL_IS_POINT = 2;
const USER_DEFINED = 32767;
const LINEAR_UNITS: Readonly<Record<number, Crs['units']>> = { 9001: 'm', 9002: 'ft', 9003: 'us-ft' };
const NO_CRS: Crs = { code: 'LOCAL', name: 'no coordinate reference system', units: 'pixels' };

/** Beyond these, in metres or degrees, a transform means nothing on this planet. */
const FARTHEST = 1e10;
const SMALLEST_AREA = 1e-20;

type GeoKeys = ReadonlyMap<number, number | string>;

/** Where the image lies, from its GeoTIFF tags alone: nothing is looked up. */
export function georeference(
  directory: Directory,
  width: number,
  height: number,
): { grid: Grid; notices: Notice[] } {
  const keys = geoKeys(directory);
  const transform = geoTransform(directory, keys);
  const crs = crsOf(keys);
  const notices: Notice[] = [];
  if (!transform) {
    notices.push({ code: 'no-georeference', message: placedOtherwise(directory) });
  } else if (crs === NO_CRS) {
    notices.push({
      code: 'local-crs',
      message: phrase(
        'The file says where it lies, but not in which coordinate system: it is kept as it is, without a basemap.',
      ),
    });
  } else if (crs.code === 'LOCAL') {
    notices.push({
      code: 'local-crs',
      message: phrase(
        "The file's coordinate system ({{name}}) bears no EPSG code: it is kept as it is, without a basemap.",
        { name: crs.name },
      ),
    });
  }
  return { grid: { width, height, transform, crs: transform ? crs : NO_CRS }, notices };
}

/** What places a file that has no affine transform. */
function placedOtherwise(directory: Directory): Phrase {
  if (numbers(directory, TAG.modelTiepoint).length > 6) {
    return phrase(
      'The file is placed by ground control points only: it is shown and saved in pixels, with its points kept.',
    );
  }
  if (directory.tags.has(TAG.rpcCoefficient)) {
    return phrase(
      'The file is placed by rational polynomials (RPC) only: it is shown and saved in pixels, with its polynomials kept.',
    );
  }
  return phrase('The file does not say where it lies on the ground: it is shown and saved in pixels.');
}

function geoKeys(directory: Directory): GeoKeys {
  const list = numbers(directory, TAG.geoKeyDirectory);
  const doubles = numbers(directory, TAG.geoDoubleParams);
  const ascii = directory.tags.get(TAG.geoAsciiParams);
  const keys = new Map<number, number | string>();
  for (let i = 4; i + 3 < list.length && i < 4 + 4 * list[3]; i += 4) {
    const [key, location, count, value] = list.slice(i, i + 4);
    if (location === 0) keys.set(key, value);
    else if (location === TAG.geoDoubleParams && value < doubles.length) keys.set(key, doubles[value]);
    else if (location === TAG.geoAsciiParams && typeof ascii === 'string') {
      keys.set(key, ascii.slice(value, value + count).replace(/\|?\0*$/, ''));
    }
  }
  return keys;
}

function geoTransform(directory: Directory, keys: GeoKeys): GeoTransform | null {
  const matrix = numbers(directory, TAG.modelTransformation);
  const tie = numbers(directory, TAG.modelTiepoint);
  const scale = numbers(directory, TAG.modelPixelScale);
  let t: GeoTransform;
  if (tie.length >= 6 && scale.length >= 2 && scale[0] !== 0 && scale[1] !== 0) {
    // Files whose rows run south bear a negative scale at times: as GDAL, against the letter of the specification.
    const down = Math.abs(scale[1]);
    t = [tie[3] - tie[0] * scale[0], scale[0], 0, tie[4] + tie[1] * down, 0, -down];
  } else if (matrix.length === 16) {
    t = [matrix[3], matrix[0], matrix[1], matrix[7], matrix[4], matrix[5]];
  } else {
    return null;
  }
  const area = Math.abs(t[1] * t[5] - t[2] * t[4]);
  if (!t.every((value) => Math.abs(value) < FARTHEST) || !(area > SMALLEST_AREA)) return null;
  if (keys.get(KEY.rasterType) !== PIXEL_IS_POINT) return t;
  // Positions mean pixel centres: GDAL's transform is that of corners.
  return [t[0] - (t[1] + t[2]) / 2, t[1], t[2], t[3] - (t[4] + t[5]) / 2, t[4], t[5]];
}

function crsOf(keys: GeoKeys): Crs {
  const number = (key: number) => (typeof keys.get(key) === 'number' ? (keys.get(key) as number) : 0);
  const known = (code: number) => code > 0 && code !== USER_DEFINED;
  const projected = number(KEY.projectedCrs);
  const geographic = number(KEY.geographicCrs);
  const units = LINEAR_UNITS[number(KEY.linearUnits)];
  if (known(projected)) {
    const name = citation(keys, [KEY.projectedCitation, KEY.citation]);
    return { code: `EPSG:${projected}`, name: name ?? `EPSG:${projected}`, units: units ?? 'm' };
  }
  if (number(KEY.modelType) === 1 || projected === USER_DEFINED) {
    const name = citation(keys, [KEY.projectedCitation, KEY.citation]);
    const definition = definitionIn(keys);
    return { code: 'LOCAL', name: name ?? 'projection of its own', units: units ?? 'm', definition };
  }
  if (geographic === 0) {
    const name = citation(keys, [KEY.citation, KEY.projectedCitation]);
    return name === null
      ? NO_CRS
      : { code: 'LOCAL', name, units: units ?? 'm', definition: definitionIn(keys) };
  }
  const name = citation(keys, [KEY.geographicCitation, KEY.citation]);
  if (known(geographic)) {
    const code = `EPSG:${geographic}`;
    return { code, name: name ?? code, units: 'degrees' };
  }
  return { code: 'LOCAL', name: name ?? 'LOCAL', units: 'degrees', definition: definitionIn(keys) };
}

/** All that the keys say of a system, in one text; names count only where no projection has parameters. */
function definitionIn(keys: GeoKeys): string {
  const counts = ([key, value]: [number, number | string]) =>
    key !== KEY.rasterType && (typeof value === 'number' || !keys.has(KEY.projectionMethod));
  const parts = [...keys].filter(counts).sort(([a], [b]) => a - b);
  return parts.map(([key, value]) => `${key}=${value}`).join(' ');
}

/** Some citations are `PCS Name = WGS 84 / UTM zone 16N|GCS Name = ...`, others a definition, `ESRI PE String = PROJCS["name",...`. */
function citation(keys: GeoKeys, candidates: readonly number[]): string | null {
  for (const key of candidates) {
    const text = keys.get(key);
    if (typeof text === 'string' && text !== '') {
      const [first] = text.split('|');
      const defined = /\b(?:PROJ|GEOG|LOCAL_)(?:CRS|CS)\["([^"]+)"/.exec(first);
      if (defined) return defined[1];
      return first.replace(/^[A-Z]+ Name ?= ?/i, '').trim() || null;
    }
  }
  return null;
}
