import { isFound, maskedTiles } from './findings.ts';
import { GENERATOR_TO_DETECTOR } from './job.ts';
import { hasTile, openPlane, repairedKeys, type TileStore } from './tiles.ts';

/** Share of a run's work that is in the pages, 0..1, by number of tiles; an estimate while the first pass runs. */
export function shareDone(store: TileStore): number {
  const { layout, pages } = store;
  const keys = layout.windows.map((_, key) => key);
  const found = keys.filter((key) => isFound(pages, key));
  if (found.length === 0) return 0;
  const classes = openPlane(layout, pages, 'classes');
  const cloudy = found.filter((key) => hasTile(classes, key)).length;
  const toRepair = maskedTiles(pages)?.length ?? (cloudy / found.length) * keys.length;
  const done = found.length + repairedKeys(store).length * GENERATOR_TO_DETECTOR;
  return Math.min(1, done / (keys.length + toRepair * GENERATOR_TO_DETECTOR));
}
