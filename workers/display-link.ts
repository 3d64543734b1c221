import { hasMasked } from '../src/pipeline/detect/mask.ts';
import { smallRepaired } from '../src/pipeline/enhance/display-store.ts';
import type { MaskTile, RepairedTile } from '../src/pipeline/events.ts';
import { maskedTiles } from '../src/pipeline/findings.ts';
import { breathe } from '../src/pipeline/job.ts';
import type { Window } from '../src/pipeline/scene.ts';
import { openPlane, readPlane, repairedTile, type TileStore, tilesUnder } from '../src/pipeline/tiles.ts';
import type { TileMessage, TileRequest } from './protocol.ts';

/** The pipeline worker's end of the channel to the display worker. */
export interface DisplayLink {
  /** Gives the channel a new end, and tells it of all tiles so far. */
  connect(port: MessagePort): void;
  /** The tiles that are shown from now on, and the job number of their run; null: none. */
  show(run: number, tiles: TileStore | null): void;
  /** Are tiles of some run shown? */
  isShowing(): boolean;
  /** Shows another mask than that of the run, tile by key, until the next `show`. */
  showMask(maskOf: (key: number) => MaskTile): void;
  tellMask(tile: MaskTile): void;
  tellRepaired(tile: RepairedTile): void;
  /** Every tile of the run has been told. */
  end(): void;
}

export function displayLink(): DisplayLink {
  let port: MessagePort | null = null;
  let shown: { readonly run: number; readonly tiles: TileStore } | null = null;
  let ended = false;
  let otherMask: ((key: number) => MaskTile) | null = null;

  const maskOf = (tiles: TileStore, key: number) => otherMask?.(key) ?? maskTile(tiles, key);
  const post = (message: TileMessage) => port?.postMessage(message);

  async function tellAll(to: MessagePort): Promise<void> {
    const current = shown;
    if (!current) return;
    const { run, tiles } = current;
    for (const [key] of tiles.layout.windows.entries()) {
      await breathe();
      if (shown !== current || port !== to) return;
      const mask = maskOf(tiles, key);
      if (hasMasked(mask.classes)) to.postMessage({ type: 'mask', run, tile: mask } satisfies TileMessage);
      const tile = repairedTile(tiles, key);
      if (tile) to.postMessage(repairedMessage(run, tile));
    }
    if (ended) to.postMessage({ type: 'end', run } satisfies TileMessage);
  }

  return {
    connect(given) {
      port?.close();
      port = given;
      given.onmessage = ({ data: { id, kind, window } }: MessageEvent<TileRequest>) =>
        post({ type: 'answer', id, tile: shown ? tileAt(shown.tiles, kind, window, maskOf) : null });
      void tellAll(given);
    },
    show(run, tiles) {
      shown = tiles && { run, tiles };
      ended = false;
      otherMask = null;
    },
    isShowing: () => shown !== null,
    showMask(mask) {
      otherMask = mask;
    },
    tellMask(tile) {
      if (shown) post({ type: 'mask', run: shown.run, tile });
    },
    tellRepaired(tile) {
      if (shown) post(repairedMessage(shown.run, tile));
    },
    end() {
      ended = true;
      if (shown) post({ type: 'end', run: shown.run });
    },
  };
}

/** Most repaired tiles are never looked at closely: they cross small, and whole when the display asks. */
const repairedMessage = (run: number, tile: RepairedTile): TileMessage => ({
  type: 'repaired',
  run,
  tile: smallRepaired(tile),
});

function tileAt(
  tiles: TileStore,
  kind: TileRequest['kind'],
  window: Window,
  maskOf: (tiles: TileStore, key: number) => MaskTile,
): MaskTile | RepairedTile | null {
  const [key] = tilesUnder(tiles.layout, window);
  if (key === undefined) return null;
  return kind === 'mask' ? maskOf(tiles, key) : repairedTile(tiles, key);
}

/** The mask of a tile as far as it is known: what was found, until the mask is finished. */
function maskTile(tiles: TileStore, key: number): MaskTile {
  const { layout, pages } = tiles;
  const plane = maskedTiles(pages) ? tiles.mask : openPlane(layout, pages, 'classes');
  return { window: layout.windows[key], classes: readPlane(plane, layout.windows[key]) };
}
