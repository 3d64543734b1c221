import { PipelineError } from '../errors.ts';
import { phrase } from '../phrase.ts';
import type { CarriedMetadata, Notice, SampleType } from '../scene.ts';
import { editItems, type MetadataItem, parseItems } from '../tiff/gdal-metadata.ts';
import { PHOTOMETRIC } from '../tiff/tags.ts';
import {
  type BandFile,
  chooseFiles,
  isClasses,
  notOneScene,
  requireOneDate,
  splitNames,
} from './band-files.ts';
import type { ByteSource } from './byte-source.ts';
import { axesOn, moved, onFinestGrid, pixelArea } from './common-grid.ts';
import { commonSamples, namedNodata } from './common-samples.ts';
import { type Image, openImage } from './image.ts';
import { MAX_CACHE_BYTES } from './kept-blocks.ts';
import { allValid, joined } from './resample.ts';
import { roleOfName } from './roles.ts';
import { guessSensor } from './sensors.ts';
import type { DecodeOptions } from './source.ts';

const MAX_FILES = 64;

/**
 * The single-band files of one scene (`B02.tif`, `B03.tif`, ...; Landsat's `*_SR_B4.TIF` and `*_QA_PIXEL.TIF`) as one
 * image. What each band is, its file's name says. The finest grid is that of the image; coarser bands of light are
 * interpolated onto it (bilinear), bands of classes repeated (nearest), both as GDAL does. Of a band that comes in
 * several resolutions, the finest is taken, of two thermal ones the first; panchromatic bands and files whose names say
 * nothing are left aside.
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
    cacheBudget: (decode.cacheBudget ?? MAX_CACHE_BYTES) / files.length,
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
    (image, i): BandFile => ({ image, label: labels[i], role: roleOfName(labels[i], sensor) }),
  );
  const chosen = chooseFiles(members);
  const finest = chosen.reduce((a, b) => (pixelArea(b.image.grid) < pixelArea(a.image.grid) ? b : a)).image;
  const { sampleType, measuredType, nodata } = commonSamples(chosen);

  const parts = chosen.map(({ image, role }) => ({
    reader: onFinestGrid(
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

/** Tags of the finest file; names, scale, offset, units and further items of each band from its own. */
function stackMetadata(chosen: readonly BandFile[], finest: Image, nodata: number | null): CarriedMetadata {
  const ofBands = chosen.flatMap(({ image, label }, sample): MetadataItem[] => [
    { name: 'DESCRIPTION', sample, role: 'description', domain: '', value: label },
    ...parseItems(image.metadata.gdalMetadata)
      .filter(({ sample: band, role }) => band === 0 && role !== 'description' && role !== 'colorinterp')
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

function asideNotice(members: readonly BandFile[], chosen: readonly BandFile[]): Notice[] {
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

function gridNotice(chosen: readonly BandFile[], finest: Image): Notice[] {
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

function nodataNotice(chosen: readonly BandFile[], type: SampleType, nodata: number | null): Notice[] {
  const named = namedNodata(chosen);
  if (named.length <= 1) return [];
  const message = phrase(
    'The files name different no-data values ({{values}}): in the scene and in what is saved, {{value}} means no data in every band, and samples are {{type}}.',
    { values: named.join(', '), value: String(nodata), type },
  );
  return [{ code: 'nodata-differs', message }];
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
