import { PipelineError } from '../errors.ts';
import type { Shares } from '../events.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type BandRole, QUALITY_ROLES, type Scene, type SceneOverrides, type Window } from '../scene.ts';

/** The images of a saved comparison, each a cloud-optimised GeoTIFF; all have one grid. */
export const IMAGE_FILES = ['before.tif', 'after.tif', 'mask.tif', 'provenance.tif'] as const;
export type ImageFile = (typeof IMAGE_FILES)[number];

export const RECORD_FILE = 'record.json';
export const THUMBNAIL_FILE = 'thumbnail.jpg';

/** Version of the records that this software writes. It reads all earlier ones, and leaves later ones alone. */
export const RECORD_VERSION = 1;

/** What a comparison is known by: everything but its images. */
export interface ComparisonRecord {
  readonly version: typeof RECORD_VERSION;
  /** Names it in this library and in others that it is carried to: 8 to 64 letters, digits and hyphens. */
  readonly id: string;
  /** What the user calls it. */
  readonly title: string;
  /** ISO 8601. */
  readonly savedAt: string;
  readonly scene: RecordedScene;
  /** How the samples were understood: holds for both images, whatever their files say by themselves. */
  readonly interpretation: SceneOverrides;
  /** Length in bytes of each image. */
  readonly files: Readonly<Record<ImageFile, number>>;
  readonly summary: ResultSummary;
  readonly view: SavedView;
}

export interface RecordedScene {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** e.g. `EPSG:32616`; null without georeference. */
  readonly crs: string | null;
}

export interface ResultSummary {
  readonly shares: Shares;
  /** Percent, over repaired pixels; null if none was repaired. */
  readonly meanConfidence: number | null;
  readonly backend: string;
}

/** How the comparison was looked at. */
export interface SavedView {
  /** File indices shown as red, green, blue. */
  readonly bands: readonly [number, number, number];
  /** Reflectance from black to white for red, green, blue. */
  readonly stretch: readonly { readonly low: number; readonly high: number }[];
  readonly gamma: number;
  readonly overlay: 'none' | 'mask' | 'provenance';
  /** 0..1. */
  readonly overlayOpacity: number;
  /** Share of the map that shows the scene before, 0..1. */
  readonly swipe: number;
  /** The part in view, in pixels of the scene; null: all of it. */
  readonly window: Window | null;
}

export const MAX_TITLE = 120;

/** A title as it is kept: trimmed, of bounded length, never empty, and without halves of characters. */
export function tidyTitle(title: string, otherwise: string): string {
  return (
    title
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, MAX_TITLE)
      .replace(/\p{Surrogate}/gu, '') || otherwise
  );
}

/** Length of all images, in bytes. */
export function comparisonBytes({ files }: ComparisonRecord): number {
  return IMAGE_FILES.reduce((sum, name) => sum + files[name], 0);
}

/** The roles of a scene's bands, and where one says it for all of them, scale, offset and no-data value. */
export function interpretationOf({ bands, nodata }: Scene): SceneOverrides {
  const light = bands.filter(({ role }) => !QUALITY_ROLES.includes(role));
  const [{ scale, offset }] = light.length > 0 ? light : bands;
  const same = light.every((band) => band.scale === scale && band.offset === offset);
  return {
    roles: bands.map(({ role }) => role),
    ...(same && { scale, offset }),
    ...(!Number.isNaN(nodata) && { nodata }),
  };
}

type Json = Readonly<Record<string, unknown>>;

/** How a record of version `i + 1` becomes one of version `i + 2`. */
export type RecordStep = (record: Json) => Json;
const STEPS: readonly RecordStep[] = [];

/**
 * Reads a record of this or an earlier version. Records may come from elsewhere: every field is checked.
 * @throws PipelineError `library/damaged` if it is not understood, `library/newer` if a later version wrote it
 */
export function readComparisonRecord(text: string, steps = STEPS): ComparisonRecord {
  let json: Json;
  try {
    json = object(JSON.parse(text));
    const version = whole(json.version, 1);
    const current = steps.length + 1;
    if (version > current) throw newer();
    for (const step of steps.slice(version - 1)) json = step(json);
    return { ...(json as object), ...checked(json), version: current as typeof RECORD_VERSION };
  } catch (thrown) {
    if (thrown instanceof PipelineError) throw thrown;
    throw damaged(phrase('The description of this comparison cannot be understood.'), thrown);
  }
}

/**
 * Do images fit what their record says of them? They may have been exchanged on the way.
 * @param scene that of `before.tif`
 * @throws PipelineError `library/damaged`
 */
export function requireDescribed({ grid, bands }: Scene, described: RecordedScene): void {
  const { width, height } = described;
  if (grid.width === width && grid.height === height && bands.length === described.bands) return;
  throw damaged(phrase('An image of the comparison does not fit its description.'));
}

function damaged(message: Phrase, cause?: unknown): PipelineError {
  const remedy = phrase('Import it again from an exported file, or delete it.');
  return new PipelineError('library/damaged', message, remedy, { cause });
}

/** Fields by what they must be; what it does not name is kept as it is. */
function checked(json: Json): Omit<ComparisonRecord, 'version'> {
  const [scene, files, summary, view] = ['scene', 'files', 'summary', 'view'].map((key) => object(json[key]));
  const shares = object(summary.shares);
  const share = (name: keyof Shares) => (shares[name] === undefined ? 0 : number(shares[name]));
  const id = string(json.id);
  if (!/^[\w-]{8,64}$/.test(id)) throw new TypeError('id');
  return {
    id,
    title: tidyTitle(string(json.title), 'Untitled'),
    savedAt: new Date(string(json.savedAt)).toISOString(),
    scene: {
      name: string(scene.name),
      width: whole(scene.width, 1),
      height: whole(scene.height, 1),
      bands: whole(scene.bands, 1),
      crs: scene.crs === null ? null : string(scene.crs),
    },
    interpretation: checkedInterpretation(object(json.interpretation), number(scene.bands)),
    files: Object.fromEntries(IMAGE_FILES.map((name) => [name, whole(files[name], 1)])) as Record<
      ImageFile,
      number
    >,
    summary: {
      shares: {
        observed: share('observed'),
        thinCorrected: share('thinCorrected'),
        shadowCorrected: share('shadowCorrected'),
        generated: share('generated'),
        otherDates: share('otherDates'),
        otherDatesChanged: share('otherDatesChanged'),
        leftCloudy: share('leftCloudy'),
      },
      meanConfidence: summary.meanConfidence === null ? null : number(summary.meanConfidence),
      backend: string(summary.backend),
    },
    view: checkedView(view, number(scene.bands)),
  };
}

function checkedInterpretation({ roles, scale, offset, nodata }: Json, bands: number): SceneOverrides {
  if (roles !== undefined && list(roles).length !== bands) throw new TypeError('roles');
  return {
    ...(roles !== undefined && { roles: list(roles).map(string) as BandRole[] }),
    ...(scale !== undefined && { scale: number(scale) || fail('scale') }),
    ...(offset !== undefined && { offset: number(offset) }),
    ...(nodata !== undefined && { nodata: nodata === null ? null : number(nodata) }),
  };
}

function checkedView(view: Json, count: number): SavedView {
  const bands = list(view.bands).map((band) => whole(band, 0, count - 1));
  const stretch = list(view.stretch).map(object);
  if (bands.length !== 3 || stretch.length !== 3) throw new TypeError('view');
  const part = view.window === null ? null : object(view.window);
  const { overlay } = view;
  return {
    bands: bands as [number, number, number],
    stretch: stretch.map(({ low, high }) => ({ low: number(low), high: number(high) })),
    gamma: within(view.gamma, 0.01, 100),
    overlay: overlay === 'mask' || overlay === 'provenance' ? overlay : 'none',
    overlayOpacity: within(view.overlayOpacity, 0, 1),
    swipe: within(view.swipe, 0, 1),
    window: part && {
      x: number(part.x),
      y: number(part.y),
      width: within(part.width, 0, Number.MAX_SAFE_INTEGER),
      height: within(part.height, 0, Number.MAX_SAFE_INTEGER),
    },
  };
}

function newer(): PipelineError {
  return new PipelineError(
    'library/newer',
    phrase('This comparison was saved by a newer version of Unclouded.'),
    phrase('Load the new version of the application; the comparison is kept as it is.'),
  );
}

function object(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new TypeError('object expected');
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('list expected');
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('text expected');
}

function number(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError('number expected');
}

function within(value: unknown, low: number, high: number): number {
  const known = number(value);
  return known >= low && known <= high ? known : fail(`${low} to ${high} expected`);
}

function whole(value: unknown, low: number, high = Number.MAX_SAFE_INTEGER): number {
  const known = within(value, low, high);
  return Number.isInteger(known) ? known : fail('whole number expected');
}

function fail(why: string): never {
  throw new TypeError(why);
}
