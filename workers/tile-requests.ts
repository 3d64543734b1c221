import type { TileFetcher } from '../src/pipeline/enhance/display-store.ts';
import type { MaskTile, RepairedTile } from '../src/pipeline/events.ts';
import type { Window } from '../src/pipeline/scene.ts';
import type { TileRequest } from './protocol.ts';

/** A view waits no longer than this for a tile; then it shows the small one. */
const PATIENCE_MS = 10_000;

/** Tiles that the display worker asks the pipeline worker for. */
export interface TileRequests extends TileFetcher {
  answer(id: number, tile: MaskTile | RepairedTile | null): void;
  /** Whoever was asked has gone: nothing is to be had for what was asked so far. */
  giveUp(): void;
}

/** @param port Of the pipeline worker; null where there is nobody to ask. */
export function tileRequests(port: () => MessagePort | null): TileRequests {
  type Tile = MaskTile | RepairedTile | null;
  const waiting = new Map<number, (tile: Tile) => void>();
  let last = 0;

  const answer = (id: number, tile: Tile) => {
    waiting.get(id)?.(tile);
    waiting.delete(id);
  };
  const request = (kind: TileRequest['kind'], window: Window) =>
    new Promise<Tile>((resolve) => {
      const to = port();
      if (!to) return resolve(null);
      const id = ++last;
      const timer = setTimeout(() => answer(id, null), PATIENCE_MS);
      waiting.set(id, (tile) => {
        clearTimeout(timer);
        resolve(tile);
      });
      to.postMessage({ id, kind, window } satisfies TileRequest);
    });
  return {
    mask: (window) => request('mask', window) as Promise<MaskTile | null>,
    repaired: (window) => request('repaired', window) as Promise<RepairedTile | null>,
    answer,
    giveUp() {
      for (const id of [...waiting.keys()]) answer(id, null);
    },
  };
}
