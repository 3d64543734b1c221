import { isFound, maskedTiles } from './findings.ts';
import { GENERATOR_TO_DETECTOR } from './job.ts';
import { isComposed } from './pass-date-composite.ts';
import { hasTile, isRepaired, openPlane, type TileStore } from './tiles.ts';

/** Work of a composite on a tile, in units of the detector's: a guess. */
const COMPOSITE_TO_DETECTOR = 1;

/**
 * Share of a run's work that is in the pages, 0..1, by number of tiles; an estimate while the first pass runs.
 * @param composite whether the run puts a composite of other dates in place of the scene
 */
export function shareDone(store: TileStore, composite = false): number {
  const { layout, pages } = store;
  const keys = layout.windows.map((_, key) => key);
  const found = keys.filter((key) => isFound(pages, key));
  if (found.length === 0) return 0;
  const classes = openPlane(layout, pages, 'classes');
  const cloudy = found.filter((key) => hasTile(classes, key)).length;
  const masked = maskedTiles(pages);
  const toRepair = masked?.length ?? (cloudy / found.length) * keys.length;
  const repaired = masked?.filter((key) => isRepaired(store, key)).length ?? 0;
  const composed = composite ? keys.filter((key) => isComposed(pages, key)).length : 0;
  const work = (detected: number, generated: number, put: number) =>
    detected + generated * GENERATOR_TO_DETECTOR + put * COMPOSITE_TO_DETECTOR;
  return work(found.length, repaired, composed) / work(keys.length, toRepair, composite ? keys.length : 0);
}
