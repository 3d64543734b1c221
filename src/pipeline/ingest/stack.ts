import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import type { BandRole, CarriedMetadata, GeoTransform, Grid, Notice, SampleType } from '../scene.ts';
import { CLOUD_ROLES, INTEGER_RANGES, QUALITY_ROLES, sameCrs } from '../scene.ts';
import { editItems, type MetadataItem, parseItems } from '../tiff/gdal-metadata.ts';
import { PHOTOMETRIC } from '../tiff/tags.ts';
import type { ByteSource } from './byte-source.ts';
import { asSample, type Image, openImage } from './image.ts';
import { type Axis, allValid, converted, joined, type Placement, resampled } from './resample.ts';
import { roleOfName } from './roles.ts';
import { guessSensor } from './sensors.ts';
import type { DecodeOptions, ImageReader } from './source.ts';

/** Shared by the readers of all files: bytes of decoded blocks that they keep. */
const CACHE_BUDGET = 192 * 2 ** 20;
const MAX_FILES = 64;

/**
 * What a scene does without: a panchromatic band is on a finer grid, and would make all bands sharper than they are; of the others
 * nobody knows what they say.
 */
const LEFT_ASIDE: readonly BandRole[] = ['pan', 'other', 'alpha', 'quality'];

/** The order of the bands in the scene. */
const ORDER: readonly BandRole[] = [
  ...([
    'coastal',
    'blue',
    'green',
    'red',
    'rededge1',
    'rededge2',
    'rededge3',
    'nir',
    'nir08',
    'nir09',
  ] as const),
  ...(['cirrus', 'swir16', 'swir22', 'lwir'] as const),
  ...CLOUD_ROLES,
];

interface Member {
  readonly image: Image;
  /** What the file's name says beyond what all of them share: `B02`, `SR_B4`, `QA_PIXEL`. */
  readonly label: string;
  readonly role: BandRole | null;
}

/**
 * The single-band files of one scene (`B02.tif`, `B03.tif`, ...; Landsat's `*_SR_B4.TIF` and `*_QA_PIXEL.TIF`) as one
 * image. What each band is, its file's name says. The finest grid is that of the image; coarser bands of light are
 * interpolated onto it (bilinear), bands of classes repeated (nearest), both as GDAL does. Of a band that comes in
 * several resolutions, the finest is taken; panchromatic bands and files whose names say nothing are left aside.
 * All files need one coordinate system, and extents that agree to within a pixel of the coarser file. Samples have the
 * smallest type that holds those of all files, and no data is one value in all bands, as {@link commonSamples} says.
 * @throws PipelineError `scene/not-one-scene`, `scene/different-grids`, and those of {@link openImage}
 */
export async function stackImages(
  files: readonly ByteSource[],
  decode: DecodeOptions,
  signal?: AbortSignal,
): Promise<Image> {
  const shared: DecodeOptions = {
    ...decode,
    cacheBudget: (decode.cacheBudget ?? CACHE_BUDGET) / files.length,
  };
  if (files.length > MAX_FILES)
    throw notOneScene(phrase('{{files}} files are more than a scene has bands', { files: files.length }));
  const images: Image[] = [];
  for (const file of files) {
    images.push(await openImage(file, shared, signal).catch((e) => inFile(file.name, e)));
  }
  const several = images.find((image) => image.bands > 1);
  if (several)
    throw notOneScene(
      phrase('{{name}} holds {{bands}} bands already', { name: several.name, bands: several.bands }),
    );

  const names = images.map(({ name }) => name.replace(/\.[^.]*$/, ''));
  const { title, labels } = splitNames(names);
  requireOneDate(names);
  const { sensor } = guessSensor(title, [], '', labels);
  const members = images.map(
    (image, i): Member => ({ image, label: labels[i], role: roleOfName(labels[i], sensor) }),
  );
  const chosen = choose(members);
  const finest = chosen.reduce((a, b) => (pixelArea(b.image.grid) < pixelArea(a.image.grid) ? b : a)).image;
  const { sampleType, measuredType, nodata } = commonSamples(chosen);

  const parts = chosen.map(({ image, role }) => ({
    reader: onGrid(
      image,
      finest,
      isClasses(role) ? 'nearest' : 'bilinear',
      sampleType,
      isClasses(role) ? null : nodata,
    ),
    bands: 1,
  }));
  const masks = chosen.flatMap(({ image }) =>
    image.mask ? [moved(image, image.mask, finest, 'nearest', null)] : [],
  );
  return {
    name: title,
    grid: finest.grid,
    bands: chosen.length,
    sampleType,
    measuredType,
    nodata,
    reader: joined(parts),
    mask: masks.length > 0 ? allValid(masks, sampleType) : null,
    metadata: stackMetadata(chosen, finest, nodata),
    notices: [
      ...finest.notices,
      ...asideNotice(members, chosen),
      ...gridNotice(chosen, finest),
      ...nodataNotice(chosen, sampleType, nodata),
    ],
  };
}

/** What all names begin with, up to a separator, and what is left of each. */
function splitNames(names: readonly string[]): { title: string; labels: string[] } {
  let shared = names.reduce((a, b) => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length++;
    return a.slice(0, length);
  });
  shared = shared.slice(0, shared.search(/[_. -][^_. -]*$/) + 1);
  return {
    title: shared.replace(/[_. -]+$/, '') || 'scene',
    labels: names.map((name) => {
      const label = name.slice(shared.length).replace(/[_-]\d+m$/i, '');
      return label.match(BAND_AT_END)?.[1] ?? label;
    }),
  };
}

const BAND_AT_END = /[_. -]((?:S[RT]_)?B\d{1,2}A?|SCL|QA_?PIXEL|QA_?60|Fmask)$/i;

/** Days in names, as in `LC08_..._20200512_...` and `T16RBU_20200101T163659_B02`: the first is that of the image. */
function requireOneDate(names: readonly string[]): void {
  const days = new Set(
    names.flatMap((name) => name.match(/(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d/)?.[0] ?? []),
  );
  if (days.size > 1)
    throw notOneScene(
      phrase('their names bear different dates ({{dates}})', { dates: [...days].slice(0, 3).join(', ') }),
    );
}

/** The files that make up the scene, in its order of bands. */
function choose(members: readonly Member[]): Member[] {
  if (members.every(({ role }) => role === null)) {
    throw notOneScene(phrase('no name of them says which band it is (as B02, SR_B4, QA_PIXEL or red does)'));
  }
  const best = new Map<BandRole, Member>();
  for (const member of members) {
    const { role } = member;
    if (role === null || LEFT_ASIDE.includes(role)) continue;
    const other = best.get(role);
    const [area, otherArea] = [member, other].map((one) => (one ? pixelArea(one.image.grid) : Number.NaN));
    if (other && Math.abs(area - otherArea) < 1e-3 * area) {
      throw notOneScene(
        phrase('{{a}} and {{b}} hold the same band ({{role}})', {
          a: other.image.name,
          b: member.image.name,
          role,
        }),
      );
    }
    if (!other || area < otherArea) best.set(role, member);
  }
  if (best.size === 0) throw notOneScene(phrase('none of them is a band of light'));
  return [...best.values()].sort(
    (a, b) => ORDER.indexOf(a.role as BandRole) - ORDER.indexOf(b.role as BandRole),
  );
}

const isClasses = (role: BandRole | null): boolean => role !== null && QUALITY_ROLES.includes(role);

function pixelArea({ transform }: Grid): number {
  return transform ? Math.abs(transform[1] * transform[5] - transform[2] * transform[4]) : 1;
}

/** A band as it is read on the grid of the finest one. */
function onGrid(
  image: Image,
  finest: Image,
  method: Placement['method'],
  sampleType: SampleType,
  nodata: number | null,
): ImageReader {
  const own = image.nodata;
  const reader = moved(image, image.reader, finest, method, own ?? nodata);
  const renamed = own !== null && nodata !== null && !Object.is(own, nodata);
  if (!renamed && image.sampleType === sampleType) return reader;
  return converted(
    reader,
    sampleType,
    renamed ? (value) => (Object.is(value, own) ? nodata : value) : undefined,
  );
}

function moved(
  image: Image,
  reader: ImageReader,
  finest: Image,
  method: Placement['method'],
  nodata: number | null,
): ImageReader {
  const axes = axesOn(image, finest);
  return axes ? resampled(reader, { ...axes, method, nodata, sampleType: image.sampleType }) : reader;
}

/** Where the pixels of the finest grid lie on the grid of an image; null if they are the same. */
function axesOn(image: Image, finest: Image): { columns: Axis; rows: Axis } | null {
  const { grid } = image;
  const fine = finest.grid;
  const names = { a: image.name, b: finest.name };
  if (!sameCrs(grid.crs, fine.crs)) {
    throw differentGrids(
      phrase('{{a}} and {{b}} differ in their coordinate system ({{one}}; {{other}}).', {
        ...names,
        one: grid.crs.name,
        other: fine.crs.name,
      }),
    );
  }
  const sameSize = grid.width === fine.width && grid.height === fine.height;
  if (!grid.transform || !fine.transform) {
    if (sameSize && !grid.transform && !fine.transform) return null;
    throw differentGrids(
      phrase('{{a}} and {{b}} differ in their size, and not both of them say where they lie.', names),
    );
  }
  const upright = (t: GeoTransform) => t[2] === 0 && t[4] === 0;
  if (grid.transform.every((value, i) => value === (fine.transform as GeoTransform)[i]) && sameSize)
    return null;
  if (!upright(grid.transform) || !upright(fine.transform))
    throw differentGrids(phrase('{{a}} and {{b}} differ in their rotation.', names));
  const axis = (origin: 0 | 3, pixel: 1 | 5, size: number, fineSize: number): Axis => {
    const [coarse, sharp] = [grid.transform as GeoTransform, fine.transform as GeoTransform];
    const step = sharp[pixel] / coarse[pixel];
    const start = (sharp[origin] - coarse[origin]) / coarse[pixel];
    const end = start + step * fineSize;
    // An origin that is off by rounding is the same origin.
    if (!(step > 0) || Math.abs(start) > 1 || Math.abs(end - size) > 1)
      throw differentGrids(phrase('{{a}} and {{b}} differ in their extent.', names));
    return { step, start: Math.abs(start) < 1e-6 ? 0 : start, size };
  };
  return {
    columns: axis(0, 1, grid.width, fine.width),
    rows: axis(3, 5, grid.height, fine.height),
  };
}

/**
 * The type of the samples, and their no-data value: GeoTIFF has one for all bands. Bands that name none share that of the
 * others. Where bands name different ones, it is one that no measurement of any band can equal, if need be in a wider type.
 */
function commonSamples(chosen: readonly Member[]): Pick<Image, 'sampleType' | 'measuredType' | 'nodata'> {
  const measuredType = commonType(chosen.map(({ image }) => image.sampleType));
  const named = namedNodata(chosen);
  const same = { sampleType: measuredType, measuredType };
  if (named.length <= 1) return { ...same, nodata: named[0] ?? null };
  const free = named.find((value) =>
    lightOf(chosen).every(
      ({ nodata, sampleType }) => Object.is(nodata, value) || asSample(value, sampleType) === null,
    ),
  );
  if (free !== undefined) return { ...same, nodata: free };
  const range = INTEGER_RANGES[measuredType];
  if (!range) return { ...same, nodata: Number.NaN };
  const lowest = (type: SampleType) => INTEGER_RANGES[type]?.[0] ?? 0;
  const wider = TYPES.find((type) => holds(type, measuredType) && lowest(type) < range[0]);
  return wider
    ? { sampleType: wider, measuredType, nodata: lowest(wider) }
    : { sampleType: 'float64', measuredType, nodata: Number.NaN };
}

const lightOf = (chosen: readonly Member[]): Image[] =>
  chosen.filter(({ role }) => !isClasses(role)).map(({ image }) => image);

/** The different no-data values that bands of light name. */
const namedNodata = (chosen: readonly Member[]): number[] => [
  ...new Set(lightOf(chosen).flatMap(({ nodata }) => nodata ?? [])),
];

/** From the narrowest on. */
const TYPES = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32'] as const;

/** The narrowest type that holds every value of the given ones. */
function commonType(types: readonly SampleType[]): SampleType {
  return TYPES.find((type) => types.every((other) => holds(type, other))) ?? 'float64';
}

function holds(type: SampleType, other: SampleType): boolean {
  const [range, inner] = [INTEGER_RANGES[type], INTEGER_RANGES[other]];
  if (range) return inner !== undefined && range[0] <= inner[0] && inner[1] <= range[1];
  return type === other || (inner !== undefined && inner[1] < 2 ** 24);
}

/** Tags of the finest file; names, scale and offset of each band from its own. */
function stackMetadata(chosen: readonly Member[], finest: Image, nodata: number | null): CarriedMetadata {
  const ofBands = chosen.flatMap(({ image, label }, sample): MetadataItem[] => [
    { name: 'DESCRIPTION', sample, role: 'description', domain: '', value: label },
    ...parseItems(image.metadata.gdalMetadata)
      .filter((item) => item.sample === 0 && (item.role === 'scale' || item.role === 'offset'))
      .map((item) => ({ ...item, sample })),
  ]);
  return {
    ...finest.metadata,
    gdalMetadata: editItems(finest.metadata.gdalMetadata, (item) => item.sample !== null, ofBands),
    gdalNodata: nodata === null ? null : String(nodata),
    photometricInterpretation: PHOTOMETRIC.blackIsZero,
    extraSamples: chosen.slice(1).map(() => 0),
  };
}

function asideNotice(members: readonly Member[], chosen: readonly Member[]): Notice[] {
  const aside = members.filter((member) => !chosen.includes(member)).map(({ image }) => image.name);
  if (aside.length === 0) return [];
  const message =
    aside.length > 4
      ? phrase('Not used for the scene: {{names}}, {{more}} more.', {
          names: aside.slice(0, 3).join(', '),
          more: aside.length - 3,
        })
      : phrase('Not used for the scene: {{names}}.', { names: aside.join(', ') });
  return [{ code: 'files-left-aside', message }];
}

function gridNotice(chosen: readonly Member[], finest: Image): Notice[] {
  const coarser = chosen.filter(({ image }) => axesOn(image, finest)).map(({ label }) => label);
  const files = chosen.length;
  const message =
    coarser.length > 0
      ? phrase(
          '{{files}} files are one scene; it is saved as one file of {{files}} bands on the finest grid. Brought to it: {{names}}.',
          { files, names: coarser.join(', ') },
        )
      : phrase('{{files}} files are one scene; it is saved as one file of {{files}} bands.', { files });
  return [{ code: 'files-stacked', message }];
}

function nodataNotice(chosen: readonly Member[], type: SampleType, nodata: number | null): Notice[] {
  const named = namedNodata(chosen);
  if (named.length <= 1) return [];
  const message = phrase(
    'The files name different no-data values ({{values}}): in the scene and in what is saved, {{value}} means no data in every band, and samples are {{type}}.',
    { values: named.join(', '), value: String(nodata), type },
  );
  return [{ code: 'nodata-differs', message }];
}

function notOneScene(why: Phrase): PipelineError {
  return new PipelineError(
    'scene/not-one-scene',
    phrase('These files are not the bands of one scene: {{why}}.', { why }),
    phrase('Drop either one file with all bands, or the single-band files of one scene and one date.'),
  );
}

function differentGrids(message: Phrase): PipelineError {
  return new PipelineError(
    'scene/different-grids',
    message,
    phrase('Bring them to one grid: gdalwarp -t_srs EPSG:... -te xmin ymin xmax ymax input.tif output.tif.'),
  );
}

/** Of several files, the message has to say which. */
function inFile(name: string, thrown: unknown): never {
  if (!(thrown instanceof PipelineError) || thrown.code === 'job/cancelled') throw thrown;
  const { message, remedy } = thrown.phrases;
  throw new PipelineError(
    thrown.code,
    phrase('{{file}}: {{problem}}', { file: name, problem: message }),
    remedy,
    { cause: thrown },
  );
}
