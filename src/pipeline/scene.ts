import type { Phrase } from './phrase.ts';

/**
 * The nouns of the pipeline. Values and types only; no behaviour beyond trivial look-ups.
 *
 * Conventions used everywhere: rasters are band-sequential (one typed array per band, row-major,
 * index = y * width + x); windows and positions are in pixels of the full-resolution grid; reflectance
 * and probabilities are 0..1.
 */

/** The six bands that the networks see, in the order in which they see them. */
export const CANONICAL_BANDS = ['blue', 'green', 'red', 'nir', 'swir16', 'swir22'] as const;
export type CanonicalBand = (typeof CANONICAL_BANDS)[number];

/** What a band measures. Names follow the STAC electro-optical extension. */
export type BandRole =
  | CanonicalBand
  | 'coastal'
  /** 0.51 to 0.55 µm: green I of PlanetScope. */
  | 'green05'
  | 'yellow'
  | 'rededge1'
  | 'rededge2'
  | 'rededge3'
  | 'nir08'
  | 'nir09'
  | 'cirrus'
  | 'lwir'
  | 'pan'
  /** Any other measurement, carried along. */
  | 'other'
  /** Transparency: 0 means no data. */
  | 'alpha'
  // Quality bands, never repaired, always copied:
  | 'qa_pixel'
  | 'fmask'
  | 'scl'
  | 'qa60'
  | 'cloud_probability'
  /** Any other class, flag or angle band. */
  | 'quality';

/** Roles of quality bands that say where clouds are. */
export const CLOUD_ROLES = ['qa_pixel', 'fmask', 'scl', 'qa60', 'cloud_probability'] as const;
export type CloudRole = (typeof CLOUD_ROLES)[number];

export function saysWhereCloudsAre(role: BandRole): role is CloudRole {
  return (CLOUD_ROLES as readonly BandRole[]).includes(role);
}

/** Bands whose scale is that of reflectance, besides the canonical ones. */
export const LIKE_REFLECTANCE: readonly BandRole[] = [
  'coastal',
  'green05',
  'yellow',
  'rededge1',
  'rededge2',
  'rededge3',
  'nir08',
  'nir09',
];

/** Roles that describe quality or transparency rather than light. */
export const QUALITY_ROLES: readonly BandRole[] = ['alpha', ...CLOUD_ROLES, 'quality'];

export type SampleType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

/** Lowest and highest value of the integer types. */
export const INTEGER_RANGES: Partial<Readonly<Record<SampleType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint32: [0, 4_294_967_295],
  int32: [-2_147_483_648, 2_147_483_647],
};

/** Samples of one band in their native type. */
export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Native samples of some bands over a window. */
export interface Raster {
  readonly window: Window;
  /** One array per requested band, each window.width * window.height long. */
  readonly bands: readonly Samples[];
}

/**
 * GDAL's geotransform, corner based: `X = t[0] + col * t[1] + row * t[2]`, `Y = t[3] + col * t[4] + row * t[5]`.
 */
export type GeoTransform = readonly [number, number, number, number, number, number];

export interface Crs {
  /** `EPSG:32616`, or `LOCAL` when the file defines a system of its own or none. */
  readonly code: string;
  /** As the file names it, for people. */
  readonly name: string;
  readonly units: 'm' | 'degrees' | 'us-ft' | 'ft' | 'pixels';
  /** What a system of the file's own consists of: two that read alike here are the same, whatever they are called. */
  readonly definition?: string;
}

/** Is a place of one system the same place in the other? Systems without a definition are told by their names. */
export function sameCrs(a: Crs, b: Crs): boolean {
  const own = (crs: Crs) => crs.definition ?? crs.name;
  return a.code === b.code && (a.code !== 'LOCAL' || own(a) === own(b));
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Null for a picture without georeference: its grid is then its pixels. */
  readonly transform: GeoTransform | null;
  readonly crs: Crs;
}

export interface Band {
  /** Position in the file, from 0. */
  readonly index: number;
  readonly role: BandRole;
  /** As found in the file; empty if none. */
  readonly description: string;
  /** reflectance = sample * scale + offset. */
  readonly scale: number;
  readonly offset: number;
}

/** Scale of a band whose samples are display values, 0 to 255, rather than measured light; its reflectance is a stand-in. */
export const DISPLAY_SCALE = 1 / 255;

/** Is a band's scale that of reflectance? Numbers of others may be kelvin or anything. */
export function isReflectance({ role }: Pick<Band, 'role'>): boolean {
  return ([...CANONICAL_BANDS, ...LIKE_REFLECTANCE, 'cirrus', 'pan'] as readonly BandRole[]).includes(role);
}

/** Are a scene's samples display values? What is measured in units of its scaled samples is then no reflectance. */
export function holdsDisplayValues({ bands }: Pick<Scene, 'bands'>): boolean {
  const light = bands.filter(({ role }) => !QUALITY_ROLES.includes(role));
  return light.length > 0 && light.every(({ scale, offset }) => scale === DISPLAY_SCALE && offset === 0);
}

/** Something that ingest worked out and the user may want to check or change. */
export interface Decision {
  readonly subject: 'sensor' | 'bands' | 'radiometry' | 'nodata' | 'quality-band';
  /** What was decided, e.g. `reflectance = DN x 0.0001 - 0.1`. */
  readonly text: Phrase;
  /** Why, e.g. `PROCESSING_BASELINE 05.09 in the file's metadata`. */
  readonly because: Phrase;
}

/** Something the user should know that does not stop the work. */
export interface Notice {
  readonly code: string;
  readonly message: Phrase;
}

export type Sensor = 'sentinel-2' | 'landsat-tm-etm' | 'landsat-oli' | 'modis' | 'aerial' | 'unknown';

/** A scene as ingest understood it. Plain data: it may cross worker boundaries. */
export interface Scene {
  readonly name: string;
  readonly grid: Grid;
  readonly bands: readonly Band[];
  readonly sampleType: SampleType;
  /** Sample value that means no data, in every band; null if the file names none. May be NaN. */
  readonly nodata: number | null;
  /**
   * The band (of role `alpha`, the last one) that stands for the file's own mask of valid pixels: 0 where there is no
   * data. The file stores it as a mask (NewSubfileType 4), not among its samples. Null or absent if there is none.
   */
  readonly maskBand?: number | null;
  /**
   * Where the band of role `alpha` is lower, colours that the file holds multiplied by it are too dark to be measurements: the pixel
   * counts as no data. Absent where colours are as they are: 0 alone means no data then.
   */
  readonly leastAlpha?: number;
  readonly sensor: Sensor;
  /** Uncompressed size of all bands in bytes. */
  readonly byteLength: number;
  readonly decisions: readonly Decision[];
  readonly notices: readonly Notice[];
  /** What the writer carries over unchanged; opaque to every other stage. */
  readonly metadata: CarriedMetadata;
}

/** TIFF tags copied from input to output as they are. */
export interface CarriedMetadata {
  /** GeoTIFF tags (33550, 33922, 34264, 34735, 34736, 34737), values as decoded; absent tags left out. */
  readonly geoTags: Readonly<Record<number, readonly number[] | string>>;
  /** GDAL_METADATA (42112) XML, as text. */
  readonly gdalMetadata: string | null;
  /** GDAL_NODATA (42113), as text. */
  readonly gdalNodata: string | null;
  readonly photometricInterpretation: number;
  readonly extraSamples: readonly number[];
  /** Other ASCII and numeric baseline tags worth keeping (ImageDescription 270, DateTime 306, XMP 700, ...). */
  readonly otherTags: Readonly<Record<number, readonly number[] | string>>;
}

/** What the user changed of ingest's decisions. */
export interface SceneOverrides {
  /** One role per band of the file. */
  readonly roles?: readonly BandRole[];
  /** Applied to every band that is not a quality band. */
  readonly scale?: number;
  readonly offset?: number;
  readonly nodata?: number | null;
}

/** A readable scene: the only way in which stages get at samples. */
export interface SceneSource {
  readonly scene: Scene;
  /** How many times smaller than the scene the smallest version is that its files hold; 1 (or absent) for none. */
  readonly reduction?: number;
  /**
   * Width in pixels of the panels, counted from the left, by which windows that overlap are best read, each panel from top to
   * bottom: what is shared by the windows of one is kept decoded. Infinity (or absent) where windows are best read row by row.
   */
  readonly panel?: number;
  /**
   * Native samples of `window` (inside the grid) for the given band indices (default: all).
   * @throws PipelineError `file/truncated`, `file/corrupt`, `file/unreadable`, `file/changed`, `job/cancelled`.
   */
  read(window: Window, bands?: readonly number[], signal?: AbortSignal): Promise<Raster>;
  /**
   * `window` resampled to `width` x `height` for display: from an overview of the file where there is one,
   * nearest neighbour, so that no-data and class values survive.
   */
  readDecimated(
    window: Window,
    width: number,
    height: number,
    bands?: readonly number[],
    signal?: AbortSignal,
  ): Promise<Raster>;
}

/** Classes of the mask, as stored in mask files. */
export const MASK_CLASS = { clear: 0, thin: 1, thick: 2, shadow: 3, nodata: 255 } as const;

/**
 * Where a pixel of the result came from, as stored in provenance files. It speaks of the bands that the networks see; in a repaired pixel
 * the others follow them, from clear ground around or another date, also where these were corrected.
 */
export const PROVENANCE = {
  observed: 0,
  /** Thin cloud, corrected from what was seen through it. */
  thinCorrected: 1,
  /** Shadow, corrected from what was seen in it. */
  shadowCorrected: 2,
  /** Thick cloud, or likely so, where what was seen counted for less than half: the network generated it. */
  generated: 3,
  /** Found cloudy but left as observed, because nothing could be said about it. */
  leftCloudy: 4,
  /** Thick cloud: seen on another date, and brought to the radiometry of this one. */
  otherDate: 5,
  /** The same, but the ground looks different since: treat it as a guess. */
  otherDateChanged: 6,
  nodata: 255,
} as const;

/** The scene's bands that feed the networks: file index per canonical band, or null where missing. */
export function canonicalIndices(scene: Scene): (number | null)[] {
  return CANONICAL_BANDS.map((role) => scene.bands.find((b) => b.role === role)?.index ?? null);
}

/** Does a pixel of this alpha hold data? NaN, as beyond the edges of another grid, says nothing. */
export function isOpaque(alpha: number, { leastAlpha = 0 }: Pick<Scene, 'leastAlpha'>): boolean {
  return alpha !== 0 && !(alpha < leastAlpha);
}

/** Is the sample data at all? */
export function isMeasured(sample: number, nodata: number | null): boolean {
  return Number.isFinite(sample) && sample !== nodata;
}
