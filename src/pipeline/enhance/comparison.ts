import { PipelineError } from '../errors.ts';
import { requireSameGrid } from '../ingest/grids.ts';
import { applyOverrides, openClasses, openScene, type SceneFile } from '../ingest/open.ts';
import { interpretationOf } from '../library/record.ts';
import { memoryPages } from '../pages.ts';
import { phrase } from '../phrase.ts';
import { MASK_CLASS, PROVENANCE, type SceneOverrides, type SceneSource } from '../scene.ts';
import { displayStore } from './display-store.ts';
import {
  type DisplayPixels,
  type DisplayRequest,
  displayTile,
  type PixelValues,
  probePixel,
} from './display-tile.ts';
import { needsPreview, withPreview } from './preview.ts';

/** Images of classes that may lie over a comparison. */
export type ClassLayer = 'mask' | 'provenance';

/** Finished files to compare. All have one grid. */
export interface ComparisonFiles extends Partial<Readonly<Record<ClassLayer, SceneFile>>> {
  readonly before: SceneFile;
  readonly after: SceneFile;
  /** What the user changed of what was understood of the images; holds for both. */
  readonly overrides?: SceneOverrides;
}

/** An opened comparison: samples are read when they are shown. */
export interface Comparison {
  readonly before: SceneSource;
  readonly after: SceneSource;
  readonly classes: Partial<Readonly<Record<ClassLayer, SceneSource>>>;
}

/** Bytes of the coarse view of an image that brings none of its own. */
const PREVIEW_BUDGET = 32 * 2 ** 20;
const NO_RUN = displayStore();

/**
 * Opens all files of a comparison.
 * @throws PipelineError `scene/different-grids`, `embed/bad-setting` for a layer that holds no classes, and as {@link openScene}
 */
export async function openComparison(files: ComparisonFiles, signal?: AbortSignal): Promise<Comparison> {
  const classLayer = async (file: SceneFile | undefined) => file && openClasses(file, signal);
  const [before, after, mask, provenance] = await Promise.all([
    openScene(files.before, { overrides: files.overrides }, signal),
    openScene(files.after, { overrides: files.overrides }, signal),
    classLayer(files.mask),
    classLayer(files.provenance),
  ]);
  for (const other of [after, mask, provenance]) if (other) requireSameGrid(before.scene, other.scene);
  if (mask) await requireClasses('mask', mask, signal);
  if (provenance) await requireClasses('provenance', provenance, signal);
  const shown = files.overrides ? after : asBefore(after, before);
  return { before: coarseToo(before), after: coarseToo(shown), classes: { mask, provenance } };
}

const CLASSES: Readonly<Record<ClassLayer, readonly number[]>> = {
  mask: Object.values(MASK_CLASS),
  provenance: Object.values(PROVENANCE),
};
/** Side of the part in the middle by which classes are told from measurements, in pixels. */
const LOOKED_AT = 64;

async function requireClasses(layer: ClassLayer, source: SceneSource, signal?: AbortSignal): Promise<void> {
  const { name, grid, bands, maskBand } = source.scene;
  const part = (length: number) => ({
    from: Math.max(0, (length - LOOKED_AT) >> 1),
    size: Math.min(length, LOOKED_AT),
  });
  const [x, y] = [part(grid.width), part(grid.height)];
  const middle = { x: x.from, y: y.from, width: x.size, height: y.size };
  const stored = bands.filter(({ index }) => index !== maskBand);
  if (stored.length === 1) {
    const [values] = (await source.read(middle, [0], signal)).bands;
    if (values.every((value) => CLASSES[layer].includes(value))) return;
  }
  throw new PipelineError(
    'embed/bad-setting',
    phrase('“{{text}}” cannot be used for “{{name}}”.', { text: name, name: layer }),
    phrase('Give a file of classes as Unclouded saves it, or none.'),
  );
}

/**
 * A result of ours is understood as the scene that it was made of: what samples mean may have been guessed from their
 * values, and clouds are bright.
 */
function asBefore(after: SceneSource, before: SceneSource): SceneSource {
  const isOurs = /UNCLOUDED_VERSION/.test(after.scene.metadata.gdalMetadata ?? '');
  const isAlike =
    after.scene.sampleType === before.scene.sampleType &&
    after.scene.bands.length === before.scene.bands.length;
  return isOurs && isAlike ? applyOverrides(after, interpretationOf(before.scene)) : after;
}

/** A source whose coarse views are made once. */
export function coarseToo(source: SceneSource): SceneSource {
  return needsPreview(source) ? withPreview(source, memoryPages(), PREVIEW_BUDGET) : source;
}

/** Samples for one display tile, as {@link displayTile} gives them; nothing where the comparison lacks the layer. */
export async function comparisonTile(
  { before, after, classes }: Comparison,
  request: DisplayRequest,
  signal?: AbortSignal,
): Promise<DisplayPixels> {
  const { layer, width, height } = request;
  if (layer === 'before' || layer === 'after')
    return displayTile(layer === 'before' ? before : after, NO_RUN, request, signal);
  const source = layer === 'mask' || layer === 'provenance' ? classes[layer] : undefined;
  if (!source) return { width, height, channels: 2, data: new Uint8Array(width * height * 2) };
  const values = await displayTile(source, NO_RUN, { ...request, layer: 'before', bands: [0] }, signal);
  const data = Uint8Array.from(values.data, (value, i) => (i % 2 === 0 ? value : value * 255));
  return { width, height, channels: 2, data };
}

/** Values of both images at one pixel of the scene, and its classes. */
export async function probeComparison(
  { before, after, classes }: Comparison,
  x: number,
  y: number,
  signal?: AbortSignal,
): Promise<PixelValues> {
  const pixelOf = (source: SceneSource) => probePixel(source, NO_RUN, x, y, signal);
  const classOf = async (source?: SceneSource) =>
    source ? ((await pixelOf(source)).before?.[0] ?? null) : null;
  const [seen, made, mask, provenance] = await Promise.all([
    pixelOf(before),
    pixelOf(after),
    classOf(classes.mask),
    classOf(classes.provenance),
  ]);
  return { ...seen, after: made.before, mask, provenance };
}
