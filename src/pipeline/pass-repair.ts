import type { Findings } from './findings.ts';
import { FILL_MARGIN } from './generate/prefill.ts';
import { checkpoint, type Job, networkTile, oneAhead, readAhead } from './job.ts';
import { repairTile, type SceneKnowledge, splitBands } from './repair-tile.ts';
import type { Window } from './scene.ts';
import { isRepaired, repairedTile, setRepaired, type TileStore } from './tiles.ts';
import { clipWindow, growWindow } from './windows.ts';

/**
 * Second pass: repairs the tiles that hold mask, and stores them. Goes on from what is there.
 * @param keys Tiles that hold mask.
 */
export async function repairPass(
  job: Job,
  findings: Findings,
  knowledge: SceneKnowledge,
  keys: readonly number[],
  store: TileStore,
): Promise<void> {
  const { layout, pace } = job;
  for (const key of keys) {
    const tile = repairedTile(store, key);
    if (!tile) continue;
    await checkpoint(job);
    job.emit({ type: 'repaired', tile });
  }
  const left = keys.filter((key) => !isRepaired(store, key));
  let done = keys.length - left.length;
  pace.report('generate', done, keys.length);
  await oneAhead(
    readAhead(job, left, (key) => requests(job, knowledge, key)),
    async ({ key, rasters }, turn) => ({
      key,
      tile: await repairTile(job, store, { findings, knowledge, core: layout.windows[key], rasters, turn }),
    }),
    ({ key, tile }) => {
      setRepaired(store, key, tile);
      job.emit({ type: 'repaired', tile });
      done++;
      pace.report('generate', done, keys.length);
    },
  );
}

/** Bands with light in them over the tile and what its fill depends on; the others over the core. */
function requests(job: Job, knowledge: SceneKnowledge, key: number) {
  const core = job.layout.windows[key];
  const { grid } = job.source.scene;
  const margin = knowledge.coarse ? FILL_MARGIN : 0;
  const around = clipWindow(
    growWindow(networkTile(job, core, 'generate'), margin),
    grid.width,
    grid.height,
  ) as Window;
  const { seen, copied } = splitBands(job);
  return copied.length > 0
    ? [
        { window: around, bands: seen },
        { window: core, bands: copied },
      ]
    : [{ window: around, bands: seen }];
}
