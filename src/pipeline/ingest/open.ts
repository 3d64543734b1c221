import type {
  Band,
  BandRole,
  CarriedMetadata,
  Decision,
  Notice,
  SampleType,
  Scene,
  SceneOverrides,
  SceneSource,
} from '../scene.ts';
import { QUALITY_ROLES } from '../scene.ts';
import { bandItem, parseItems } from '../tiff/gdal-metadata.ts';
import { CARRIED_TAGS, GEO_TAGS, TAG } from '../tiff/tags.ts';
import { type ByteSource, blobSource, urlSource } from './byte-source.ts';
import type { Directory } from './directory.ts';
import { georeference } from './georeference.ts';
import { SAMPLE_BYTES } from './layout.ts';
import { numbers, type Preflight, preflight } from './preflight.ts';
import { decideRadiometry, radiometryText } from './radiometry.ts';
import { assignRoles, hasVisible } from './roles.ts';
import { guessSensor } from './sensors.ts';
import { imageReader } from './source.ts';
import { sampleScene } from './statistics.ts';

export interface OpenOptions {
  readonly overrides?: SceneOverrides;
}

/**
 * Opens a GeoTIFF from disk, from a server that answers range requests, or from any other source of bytes. Reads
 * the directories and a few small windows; samples are read later, window by window.
 *
 * What was worked out (sensor, roles of the bands, radiometry, no-data value, place on the ground) is in
 * `scene.decisions`, each with its reason.
 * @throws PipelineError `file/*` for files that cannot be read, `scene/palette`, `scene/too-few-bands`,
 *   `network/unreachable`, `network/no-range`, `job/cancelled`.
 */
export async function openScene(
  input: (Blob & { name?: string }) | URL | ByteSource,
  options: OpenOptions = {},
  signal?: AbortSignal,
): Promise<SceneSource> {
  const file = await byteSource(input, signal);
  const checked = await preflight(file, signal);
  const { main, layout, overviews } = checked;
  const { width, height, bands: count, sampleType } = layout;
  const metadata = carriedMetadata(main, checked.photometric);
  const items = parseItems(metadata.gdalMetadata);
  const descriptions = Array.from(
    { length: count },
    (_, i) => bandItem(items, i, 'description') ?? bandItem(items, i, 'colorinterp') ?? '',
  );

  const { sensor, because } = guessSensor(file.name, items, imageDescription(metadata), descriptions);
  const { roles, decisions: roleDecisions } = assignRoles({
    descriptions,
    sensor,
    sampleType,
    photometric: metadata.photometricInterpretation,
    extraSamples: metadata.extraSamples,
  });

  const { nodata, notices } = parseNodata(metadata.gdalNodata, sampleType);
  const reader = imageReader(file, layout, overviews, nodata ?? 0);
  const light = roles.flatMap((role, i) => (QUALITY_ROLES.includes(role) ? [] : [i]));
  const sample = await sampleScene(reader, width, height, light, nodata, signal);
  const texts = [file.name, imageDescription(metadata), ...descriptions, ...items.map((item) => item.value)];
  const radiometry = decideRadiometry({ roles, sampleType, sensor, items, texts, sample });
  const place = georeference(main, width, height);

  const bands: Band[] = roles.map((role, index) => ({
    index,
    role,
    description: bandItem(items, index, 'description') ?? '',
    ...radiometry.bands[index],
  }));
  const scene: Scene = {
    name: file.name,
    grid: place.grid,
    bands,
    sampleType,
    nodata,
    sensor,
    byteLength: width * height * count * SAMPLE_BYTES[sampleType],
    decisions: [
      { subject: 'sensor', text: sensor, because },
      ...roleDecisions,
      ...qualityDecisions(roles),
      radiometry.decision,
      {
        subject: 'nodata',
        text: nodataText(nodata, roles),
        because: nodataReason(metadata.gdalNodata, nodata),
      },
    ],
    notices: [...place.notices, ...notices, ...contentNotices(roles, nodata, sample.zeroShare, checked)],
    metadata,
  };
  const source: SceneSource = { scene, read: reader.read, readDecimated: reader.readDecimated };
  return options.overrides ? applyOverrides(source, options.overrides) : source;
}

function byteSource(
  input: (Blob & { name?: string }) | URL | ByteSource,
  signal?: AbortSignal,
): ByteSource | Promise<ByteSource> {
  if (input instanceof URL) return urlSource(input, signal);
  return input instanceof Blob ? blobSource(input) : input;
}

/** The same samples, understood as the user says. Nothing is read again. */
export function applyOverrides(source: SceneSource, overrides: SceneOverrides): SceneSource {
  const { scene } = source;
  const because = 'set by you';
  const changed: Decision[] = [];
  const roles = overrides.roles ?? scene.bands.map((band) => band.role);
  if (roles.length !== scene.bands.length) {
    throw new Error(`${roles.length} roles for ${scene.bands.length} bands`);
  }
  if (overrides.roles) {
    changed.push({ subject: 'bands', text: roles.map((role, i) => `${i + 1} ${role}`).join(', '), because });
    changed.push(...qualityDecisions(roles));
  }
  const wasLight = scene.bands.find((band) => !QUALITY_ROLES.includes(band.role));
  const bands = scene.bands.map((band, i): Band => {
    if (QUALITY_ROLES.includes(roles[i])) return { ...band, role: roles[i], scale: 1, offset: 0 };
    const own = QUALITY_ROLES.includes(band.role) ? (wasLight ?? band) : band;
    return {
      ...band,
      role: roles[i],
      scale: overrides.scale ?? own.scale,
      offset: overrides.offset ?? own.offset,
    };
  });
  const light = bands.find((band) => !QUALITY_ROLES.includes(band.role));
  if (light && (overrides.scale !== undefined || overrides.offset !== undefined)) {
    changed.push({ subject: 'radiometry', text: radiometryText(light), because });
  }
  const nodata = overrides.nodata === undefined ? scene.nodata : overrides.nodata;
  if (overrides.nodata !== undefined) {
    changed.push({ subject: 'nodata', text: nodataText(nodata, roles), because });
  }
  const replaced = new Set(changed.map((decision) => decision.subject));
  if (overrides.roles) replaced.add('quality-band');
  const notices = scene.notices.filter((notice) => notice.code !== 'roles-incomplete');
  return {
    ...source,
    scene: {
      ...scene,
      bands,
      nodata,
      decisions: [...scene.decisions.filter((d) => !replaced.has(d.subject)), ...changed],
      notices: hasVisible(roles) ? notices : [...notices, INCOMPLETE],
    },
  };
}

const INCOMPLETE: Notice = {
  code: 'roles-incomplete',
  message: 'Red, green and blue were not all found among the bands: say which is which before you start.',
};

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

function imageDescription(metadata: CarriedMetadata): string {
  const text = metadata.otherTags[TAG.imageDescription];
  return typeof text === 'string' ? text : '';
}

const INTEGER_RANGES: Partial<Readonly<Record<SampleType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint32: [0, 4_294_967_295],
  int32: [-2_147_483_648, 2_147_483_647],
};

function parseNodata(text: string | null, type: SampleType): { nodata: number | null; notices: Notice[] } {
  const trimmed = text?.trim().toLowerCase() ?? '';
  if (trimmed === '') return { nodata: null, notices: [] };
  const value = /^[-+]?nan$/.test(trimmed)
    ? Number.NaN
    : Number(trimmed.replace(/^([-+]?)inf(inity)?$/, '$1Infinity'));
  const range = INTEGER_RANGES[type];
  const readable = trimmed.includes('nan') || !Number.isNaN(value);
  const possible = range ? value >= range[0] && value <= range[1] && Number.isInteger(value) : readable;
  if (possible) return { nodata: type === 'float32' ? Math.fround(value) : value, notices: [] };
  const message = `The file names ${text} as its no-data value, which no ${type} sample can have: it is ignored.`;
  return { nodata: null, notices: [{ code: 'nodata-out-of-range', message }] };
}

function nodataText(nodata: number | null, roles: readonly BandRole[]): string {
  const alpha = roles.includes('alpha') ? ', and where alpha is 0' : '';
  return nodata === null ? `no value means no data${alpha}` : `${nodata} means no data${alpha}`;
}

function nodataReason(text: string | null, nodata: number | null): string {
  if (text === null) return 'the file names none';
  return nodata === null ? 'the value that the file names cannot occur' : 'the file says so';
}

const QUALITY_NAMES: Partial<Readonly<Record<BandRole, string>>> = {
  qa_pixel: 'Landsat QA_PIXEL',
  fmask: 'Fmask',
  scl: 'Sentinel-2 scene classification',
  qa60: 'Sentinel-2 QA60',
  cloud_probability: 'cloud probability',
};

function qualityDecisions(roles: readonly BandRole[]): Decision[] {
  return roles.flatMap((role, i) => {
    const name = QUALITY_NAMES[role];
    const text = `band ${i + 1} can tell where clouds are (${name})`;
    return name ? [{ subject: 'quality-band', text, because: "it bears this band's name" } as const] : [];
  });
}

/** From this share of all-zero pixels on, a border of zeros is likely. */
const ZERO_SHARE = 0.005;

function contentNotices(
  roles: readonly BandRole[],
  nodata: number | null,
  zeroShare: number,
  { hasInternalMask, otherImages }: Preflight,
): Notice[] {
  const notices: Notice[] = [];
  if (!hasVisible(roles)) notices.push(INCOMPLETE);
  if (nodata === null && !roles.includes('alpha') && zeroShare > ZERO_SHARE) {
    const share = Math.max(1, Math.round(zeroShare * 100));
    notices.push({
      code: 'zero-border',
      message: `About ${share} % of the pixels are 0 in every band, and the file names no no-data value: if they are empty, set it to 0.`,
    });
  }
  if (hasInternalMask) {
    notices.push({
      code: 'internal-mask',
      message: 'The file holds a validity mask of its own, which is neither used nor carried over.',
    });
  }
  if (otherImages > 0) {
    notices.push({
      code: 'more-images',
      message: `The file holds ${otherImages + 1} images: the first one is used.`,
    });
  }
  return notices;
}
