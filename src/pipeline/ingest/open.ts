import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import type { Band, BandRole, Decision, SampleType, Scene, SceneOverrides, SceneSource } from '../scene.ts';
import { INTEGER_RANGES, QUALITY_ROLES } from '../scene.ts';
import { bandItem, parseItems } from '../tiff/gdal-metadata.ts';
import { TAG } from '../tiff/tags.ts';
import { wavelengthsOf } from './band-wavelengths.ts';
import { type ByteSource, blobSource, buffered, urlSource } from './byte-source.ts';
import { contentNotices } from './content-notices.ts';
import { asSample, type Image, openImage, requireThreeBands } from './image.ts';
import { SAMPLE_BYTES } from './layout.ts';
import { decideRadiometry, judgedBands, radiometryText } from './radiometry.ts';
import { joined } from './resample.ts';
import { alphaKind, assignRoles, type BandEvidence, rolesText, withSeenAlpha } from './roles.ts';
import { guessSensor } from './sensors.ts';
import { type DecodeOptions, readDecimated } from './source.ts';
import { stackImages } from './stack.ts';
import { LEAST_OPACITY, sampleScene } from './statistics.ts';

export interface OpenOptions extends DecodeOptions {
  readonly overrides?: SceneOverrides;
}

/** A file of a scene, wherever it lies. */
export type SceneFile = (Blob & { name?: string }) | URL | ByteSource;

/**
 * Opens a GeoTIFF from disk, from a server that answers range requests, or from any other source of bytes; or several
 * files with a band each, which become one scene as {@link stackImages} says. Reads the directories and a few small
 * windows; samples are read later, window by window.
 *
 * What was worked out (sensor, roles of the bands, radiometry, no-data value) is in `scene.decisions`, each with its
 * reason. A mask of valid pixels inside the file is the last band, `scene.maskBand`.
 * @throws PipelineError `file/*` for files that cannot be read, `scene/palette`, `scene/too-few-bands`,
 *   `scene/not-one-scene`, `scene/different-grids`, `network/unreachable`, `network/no-range`, `job/cancelled`.
 */
export async function openScene(
  input: SceneFile | readonly SceneFile[],
  options: OpenOptions = {},
  signal?: AbortSignal,
): Promise<SceneSource> {
  const inputs = Array.isArray(input) ? (input as readonly SceneFile[]) : [input as SceneFile];
  const files = await Promise.all(inputs.map((one) => byteSource(one, signal)));
  const source = await describe(await openFiles(files, options, signal), signal);
  return options.overrides ? applyOverrides(source, options.overrides) : source;
}

/**
 * Opens an image of classes that belongs to a scene: a mask, or provenance. Its values stand for themselves.
 * @throws PipelineError as {@link openScene}, but for those about bands and palettes
 */
export async function openClasses(input: SceneFile, signal?: AbortSignal): Promise<SceneSource> {
  const image = await openImage(await byteSource(input, signal), {}, signal, 'classes');
  const source = await describe(image, signal);
  const bands = source.scene.bands.map(
    (band): Band => (band.role === 'alpha' ? band : { ...band, role: 'quality', scale: 1, offset: 0 }),
  );
  return { ...source, scene: { ...source.scene, bands } };
}

function byteSource(input: SceneFile, signal?: AbortSignal): ByteSource | Promise<ByteSource> {
  if (input instanceof URL) return urlSource(input, signal);
  return input instanceof Blob ? blobSource(input) : buffered(input);
}

async function openFiles(
  files: readonly ByteSource[],
  options: DecodeOptions,
  signal?: AbortSignal,
): Promise<Image> {
  if (files.length > 1) return stackImages(files, options, signal);
  const image = await openImage(files[0], options, signal);
  requireThreeBands(image);
  return image;
}

const SEEN_ALPHA: Decision = {
  subject: 'bands',
  text: phrase('band {{band}} is used as transparency', { band: 4 }),
  because: phrase('the file does not say what it is, and it is full or empty nearly everywhere'),
};

/** Understands an image as a scene. */
async function describe(image: Image, signal?: AbortSignal): Promise<SceneSource> {
  const { name, grid, sampleType, measuredType, nodata, metadata } = image;
  const { width, height } = grid;
  const items = parseItems(metadata.gdalMetadata);
  const descriptions = Array.from(
    { length: image.bands },
    (_, i) => bandItem(items, i, 'description') ?? bandItem(items, i, 'colorinterp') ?? '',
  );
  const text = metadata.otherTags[TAG.imageDescription];
  const imageDescription = typeof text === 'string' ? text : '';

  const { sensor, because } = guessSensor(name, items, imageDescription, descriptions);
  const evidence: BandEvidence = {
    descriptions,
    sensor,
    sampleType: measuredType,
    photometric: metadata.photometricInterpretation,
    extraSamples: metadata.extraSamples,
    wavelengths: wavelengthsOf(items, descriptions),
  };
  const { mask } = image;
  const reader = mask
    ? joined([
        { reader: image.reader, bands: image.bands },
        { reader: mask, bands: 1 },
      ])
    : image.reader;

  const look = async (evidence: BandEvidence) => {
    const assigned = assignRoles(evidence);
    // As GDAL: where a file holds both, its mask counts and its alpha band is an ordinary one.
    const roles = assigned.roles.map((role) => (mask && role === 'alpha' ? 'quality' : role));
    const validity = mask ? image.bands : roles.indexOf('alpha');
    const bands = judgedBands(roles);
    const sample = await sampleScene(reader, { width, height, bands, nodata, validity }, signal);
    return { ...assigned, roles, validity, sample };
  };
  const first = await look(evidence);
  const seenAlpha = mask ? null : withSeenAlpha(evidence, first.roles, first.sample.sorted[3] ?? []);
  const { roles, validity, sample, decisions } = seenAlpha ? await look(seenAlpha) : first;
  if (seenAlpha) decisions.push(SEEN_ALPHA);
  // What is read next lies elsewhere.
  reader.forget();
  const premultiplied = alphaKind(validity, evidence) === 'associated';
  const texts = [name, imageDescription, ...descriptions, ...items.map((item) => item.value)];
  const radiometry = decideRadiometry({ roles, sampleType: measuredType, sensor, items, texts, sample });

  const bands: Band[] = roles.map((role, index) => ({
    index,
    role,
    description: bandItem(items, index, 'description') ?? '',
    ...radiometry.bands[index],
  }));
  if (mask) bands.push({ index: validity, role: 'alpha', description: 'valid pixels', scale: 1, offset: 0 });
  const allRoles = bands.map((band) => band.role);
  const scene: Scene = {
    name,
    grid,
    bands,
    sampleType,
    nodata,
    maskBand: mask ? validity : null,
    ...(premultiplied && { leastAlpha: LEAST_OPACITY * sample.highestAlpha }),
    sensor,
    byteLength: width * height * bands.length * SAMPLE_BYTES[sampleType],
    decisions: [
      { subject: 'sensor', text: { text: sensor }, because },
      ...decisions,
      ...qualityDecisions(roles),
      radiometry.decision,
      {
        subject: 'nodata',
        text: nodataText(nodata, allRoles),
        because: nodataReason(image),
      },
    ],
    notices: [...image.notices, ...contentNotices(allRoles, nodata, sample, premultiplied)],
    metadata,
  };
  return {
    scene,
    reduction: reader.reduction,
    panel: reader.panel,
    read: reader.read,
    readDecimated: (...request) => readDecimated(reader, ...request),
  };
}

/**
 * The same samples, understood as the user says. Nothing is read again.
 * @throws PipelineError `scene/roles-mismatch`, `scene/nodata-out-of-range`
 */
export function applyOverrides(source: SceneSource, overrides: SceneOverrides): SceneSource {
  const { scene } = source;
  const because = phrase('set by you');
  const changed: Decision[] = [];
  const roles = overrides.roles ?? scene.bands.map((band) => band.role);
  if (roles.length !== scene.bands.length) {
    const numbers = { name: scene.name, bands: scene.bands.length, roles: roles.length };
    throw new PipelineError(
      'scene/roles-mismatch',
      phrase('{{name}} holds {{bands}} bands, but roles are given for {{roles}}.', numbers),
      phrase('The file was exchanged since they were: open it again, or import the comparison again.'),
    );
  }
  if (overrides.roles) {
    changed.push({ subject: 'bands', text: rolesText(roles), because });
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
  const isSameAlpha = bands.every(({ role }, i) => (role === 'alpha') === (scene.bands[i].role === 'alpha'));
  const light = bands.find((band) => !QUALITY_ROLES.includes(band.role));
  if (light && (overrides.scale !== undefined || overrides.offset !== undefined)) {
    changed.push({ subject: 'radiometry', text: radiometryText(light), because });
  }
  const nodata =
    overrides.nodata === undefined ? scene.nodata : possibleNodata(overrides.nodata, scene.sampleType);
  if (overrides.nodata !== undefined) {
    changed.push({ subject: 'nodata', text: nodataText(nodata, roles), because });
  }
  const { metadata } = scene;
  // What is written says what counted as empty; the file's own spelling stays where it means the same.
  const named = nodata === null ? null : String(nodata);
  const gdalNodata = Object.is(nodata, scene.nodata) ? metadata.gdalNodata : named;
  const replaced = new Set(changed.map((decision) => decision.subject));
  if (overrides.roles) replaced.add('quality-band');
  const answered = overrides.nodata !== undefined;
  const notices = scene.notices.filter(({ code }) => !(answered && code === 'zero-border'));
  return {
    ...source,
    scene: {
      ...scene,
      bands,
      leastAlpha: isSameAlpha ? scene.leastAlpha : undefined,
      nodata,
      metadata: { ...metadata, gdalNodata },
      decisions: [...scene.decisions.filter((d) => !replaced.has(d.subject)), ...changed],
      notices,
    },
  };
}

function possibleNodata(value: number | null, type: SampleType): number | null {
  const nodata = value === null ? null : asSample(value, type);
  if (value === null || nodata !== null) return nodata;
  const range = INTEGER_RANGES[type];
  throw new PipelineError(
    'scene/nodata-out-of-range',
    range
      ? phrase(
          '{{value}} cannot mean no data here: {{type}} samples are whole numbers from {{low}} to {{high}}.',
          {
            value,
            type,
            low: range[0],
            high: range[1],
          },
        )
      : phrase('{{value}} cannot mean no data here: {{type}} samples do not reach so far.', { value, type }),
    phrase('Set no data to a value that the samples can have, or leave it empty.'),
  );
}

function nodataText(nodata: number | null, roles: readonly BandRole[]): Phrase {
  if (nodata === null)
    return roles.includes('alpha')
      ? phrase('no value means no data, and where alpha is 0')
      : phrase('no value means no data');
  return roles.includes('alpha')
    ? phrase('{{value}} means no data, and where alpha is 0', { value: nodata })
    : phrase('{{value}} means no data', { value: nodata });
}

function nodataReason({ metadata, nodata, notices }: Image): Phrase {
  if (notices.some(({ code }) => code === 'nodata-differs'))
    return phrase('the files name different values, and no measurement can equal this one');
  if (metadata.gdalNodata === null) return phrase('the file names none');
  return nodata === null ? phrase('the value that the file names cannot occur') : phrase('the file says so');
}

const QUALITY_NAMES: Partial<Readonly<Record<BandRole, Phrase>>> = {
  qa_pixel: phrase('Landsat QA_PIXEL'),
  fmask: phrase('Fmask'),
  scl: phrase('Sentinel-2 scene classification'),
  qa60: phrase('Sentinel-2 QA60'),
  cloud_probability: phrase('cloud probability'),
};

function qualityDecisions(roles: readonly BandRole[]): Decision[] {
  return roles.flatMap((role, i) => {
    const name = QUALITY_NAMES[role];
    if (!name) return [];
    const text = phrase('band {{band}} can tell where clouds are ({{name}})', { band: i + 1, name });
    return [{ subject: 'quality-band', text, because: phrase("it bears this band's name") } as const];
  });
}
