import { crc32 } from '../crc32.ts';
import { overlaps, warpedTo } from '../dates/warp.ts';
import { throwIfAborted } from '../errors.ts';
import { isOwnMaskKept, ownMaskName, setOwnMaskKept, uncoveredName } from '../found-mask.ts';
import { blobSource, urlText } from '../ingest/byte-source.ts';
import { openClasses, type SceneFile } from '../ingest/open.ts';
import { breathe } from '../job.ts';
import type { PageStore } from '../pages.ts';
import { phrase } from '../phrase.ts';
import { MASK_CLASS, type Window } from '../scene.ts';
import { parseItems } from '../tiff/gdal-metadata.ts';
import { openPlane, setTile, type TileLayout } from '../tiles.ts';
import { editClasses, type MaskOperation, type OwnMask } from './edits.ts';
import { elsewhere, MAX_TEXT_BYTES, notAMask, polygonsOf, tooLong } from './polygons.ts';
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
  await overAll(layout.windows, signal, async (window) => {
    sum = crc32(await reader.read(window, signal), sum);
  });
  const own = { id: sum.toString(16).padStart(8, '0'), name };
  return {
    own,
    async keep(pages, aborted) {
      if (isOwnMaskKept(pages, own.id)) return;
      const plane = openPlane(layout, pages, ownMaskName(own.id));
      const uncovered = openPlane(layout, pages, uncoveredName(own.id));
      await overAll(layout.windows, aborted, async (window, key) => {
        const said = await reader.read(window, aborted);
        const isUnsaid = said.map((value) => Number(value === MASK_CLASS.nodata));
        setTile(uncovered, key, isUnsaid);
        setTile(
          plane,
          key,
          said.map((value, i) => (isUnsaid[i] ? MASK_CLASS.clear : value)),
        );
      });
      setOwnMaskKept(pages, own.id);
    },
  };
}

/** Milliseconds of work after which messages are let through: a cancel is one. */
const BREATH = 100;

async function overAll(
  windows: readonly Window[],
  signal: AbortSignal | undefined,
  work: (window: Window, key: number) => Promise<void>,
): Promise<void> {
  let since = performance.now();
  for (const [key, window] of windows.entries()) {
    throwIfAborted(signal);
    if (performance.now() - since > BREATH) {
      await breathe(signal);
      since = performance.now();
    }
    await work(window, key);
  }
}

async function textOf(file: SceneFile, signal?: AbortSignal): Promise<string> {
  if (file instanceof URL) {
    const text = await urlText(file, MAX_TEXT_BYTES, signal);
    if (text === null) throw tooLong();
    return text;
  }
  const source = file instanceof Blob ? blobSource(file) : file;
  if (source.size > MAX_TEXT_BYTES) throw tooLong();
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
  const laid = warpedTo({ ...source, scene }, grid);
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
