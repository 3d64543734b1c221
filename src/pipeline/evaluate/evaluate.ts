import { overlaps, warpedTo } from '../dates/warp.ts';
import { PipelineError, throwIfAborted } from '../errors.ts';
import type { Evaluation } from '../events.ts';
import { gridDifference } from '../ingest/grids.ts';
import { breathe, type Pace } from '../job.ts';
import type { ResultReader } from '../output/products.ts';
import { phrase } from '../phrase.ts';
import { canonicalIndices, holdsDisplayValues, type Scene, type SceneSource } from '../scene.ts';
import { isRepaired, type TileStore } from '../tiles.ts';
import { clipWindow, growWindow } from '../windows.ts';
import { intervalOf } from './interval.ts';
import { addCore, emptyRegionSums, ndviBands, scoresOf, toPicture } from './regions.ts';
import { SSIM_RADIUS } from './ssim.ts';

/** A clear truth that lies on the scene's grid, and the bands to compare. */
interface AlignedReference {
  readonly source: SceneSource;
  /** True if it was interpolated from another grid. */
  readonly warped: boolean;
  /** Places among the canonical bands of those that both scenes have. */
  readonly compared: readonly number[];
}

/**
 * Lays a reference over the scene: as it is where it lies on the scene's grid, else interpolated to it.
 * @throws PipelineError `evaluate/no-overlap`, `evaluate/no-common-bands`, `evaluate/other-units`, and as pixelMap (`dates/unknown-crs`,
 *   `dates/no-georeference`) if it cannot be laid over the scene.
 */
function alignReference(scene: Scene, reference: SceneSource): AlignedReference {
  const { name } = reference.scene;
  const [own, other] = [canonicalIndices(scene), canonicalIndices(reference.scene)];
  const compared = own.flatMap((index, i) => (index !== null && other[i] !== null ? [i] : []));
  if (compared.length === 0) {
    throw new PipelineError(
      'evaluate/no-common-bands',
      phrase('{{name}} has no band in common with {{scene}}.', { name, scene: scene.name }),
      phrase('Choose a reference of the same sensor, or one whose bands are named.'),
    );
  }
  if (holdsDisplayValues(scene) !== holdsDisplayValues(reference.scene)) {
    throw new PipelineError(
      'evaluate/other-units',
      phrase(
        'Of {{name}} and {{scene}}, one holds reflectance and the other display values of 0 to 255: their difference is no error.',
        { name, scene: scene.name },
      ),
      phrase('Choose a reference of the same kind of values.'),
    );
  }
  if (liesOn(scene, reference.scene)) return { source: reference, warped: false, compared };
  const source = warpedTo(reference, scene.grid);
  if (overlaps(reference.scene.grid, scene.grid)) return { source, warped: true, compared };
  throw new PipelineError(
    'evaluate/no-overlap',
    phrase('{{name}} does not overlap {{scene}}.', { name, scene: scene.name }),
    phrase('Choose a clear picture of the same area.'),
  );
}

/**
 * Error against a clear truth before and after, by region of the mask, over the canonical bands that both scenes
 * have. Pixels without data in either scene do not count. Goes tile by tile; memory does not grow with the scene.
 *
 * @throws PipelineError as {@link alignReference} and SceneSource.read
 */
export async function evaluate(
  source: SceneSource,
  reference: SceneSource,
  result: ResultReader,
  store: TileStore,
  pace: Pace,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const { scene } = source;
  const { source: truth, warped, compared } = alignReference(scene, reference);
  const bandsOf = (of: Scene) => compared.map((i) => canonicalIndices(of)[i] as number);
  const [seen, told] = [bandsOf(scene), bandsOf(truth.scene)];
  const withAlpha = (of: Scene, bands: readonly number[]) => [
    ...bands,
    ...of.bands.filter(({ role }) => role === 'alpha').map(({ index }) => index),
  ];
  const ndvi = ndviBands(compared);
  const before = emptyRegionSums();
  const after = emptyRegionSums();
  const { windows } = store.layout;
  pace.report('evaluate', 0, windows.length);
  for (const [key, core] of windows.entries()) {
    await breathe(signal);
    const window = growWindow(core, SSIM_RADIUS);
    const inside = clipWindow(window, scene.grid.width, scene.grid.height)!;
    const [original, finished, there] = await Promise.all([
      source.read(inside, withAlpha(scene, seen), signal),
      // Repaired neighbours reach into the context of untouched tiles.
      result.read(inside, signal),
      truth.read(inside, withAlpha(truth.scene, told), signal),
    ]);
    throwIfAborted(signal);
    const clear = toPicture(truth.scene, told, there, window);
    const first = toPicture(scene, seen, original, window);
    const scoring = { core, classes: result.mask(core), ndvi };
    if (isRepaired(store, key)) {
      const repaired = {
        window: inside,
        bands: withAlpha(scene, seen).map((index) => finished.bands[index]),
      };
      const interval = intervalOf(result.confidence(core), result.provenance(core));
      addCore([before], first, clear, scoring);
      addCore([after], toPicture(scene, seen, repaired, window), clear, { ...scoring, interval });
    } else addCore([before, after], first, clear, scoring);
    pace.report('evaluate', key + 1, windows.length);
  }
  return { reference: reference.scene.name, warped, before: scoresOf(before), after: scoresOf(after) };
}

/** Where one of them does not say where it lies, pictures of one size match pixel by pixel. */
function liesOn(scene: Scene, reference: Scene): boolean {
  const [a, b] = [scene.grid, reference.grid];
  if (a.transform && b.transform) return gridDifference(scene, reference) === null;
  return a.width === b.width && a.height === b.height;
}
