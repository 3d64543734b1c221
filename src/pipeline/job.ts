import type { RunControl } from './control.ts';
import { throwIfAborted } from './errors.ts';
import type { ReportedStage, RunEvent, RunSettings } from './events.ts';
import type { Networks } from './networks.ts';
import { english, type Phrase } from './phrase.ts';
import type { BandPlan } from './preprocess/bands.ts';
import type { PlaneBuffers } from './preprocess/observe.ts';
import type { Notice, Raster, SceneSource, Window } from './scene.ts';
import type { Halos, TileLayout } from './tiles.ts';
import { growWindow, overlapOf } from './windows.ts';

/** What every pass of a run works with. */
export interface Job {
  readonly source: SceneSource;
  readonly plan: BandPlan;
  readonly networks: Networks;
  readonly settings: RunSettings;
  readonly layout: TileLayout;
  readonly halos: Halos;
  /** Planes of the two tiles that are worked on at a time, taken in turns; see {@link oneAhead}. */
  readonly buffers: readonly [PlaneBuffers, PlaneBuffers];
  readonly emit: (event: RunEvent) => void;
  readonly notices: Notices;
  readonly pace: Pace;
  readonly control: RunControl;
  readonly signal?: AbortSignal;
}

/** The tile around a core that a network is given: always the same size, so it may reach beyond the scene. */
export function networkTile({ layout, halos }: Job, core: Window, network: keyof Halos): Window {
  return growWindow({ x: core.x, y: core.y, width: layout.core, height: layout.core }, halos[network]);
}

/** Lets messages through: a worker that only awaits promises never sees a request to cancel. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  throwIfAborted(signal);
}

/** Some bands over some window. */
export interface ReadRequest {
  readonly window: Window;
  readonly bands: readonly number[];
}

/** Between two units of work: lets messages through, and waits while the run is paused. */
export async function checkpoint(job: Job): Promise<void> {
  await breathe(job.signal);
  await job.control.whenReady(job.signal);
}

/** The tile to work on next, taken out of `left`: the first that meets the priority window, else the first. */
function takeNext(left: Set<number>, { layout, control: { priority } }: Job): number | undefined {
  let chosen: number | undefined;
  for (const key of left) {
    chosen ??= key;
    if (!priority) break;
    if (overlapOf(priority, layout.windows[key])) {
      chosen = key;
      break;
    }
  }
  if (chosen !== undefined) left.delete(chosen);
  return chosen;
}

/** Tiles in the order in which the source is best read: panel by panel, each as `keys` has them. */
export function byPanel(
  {
    layout,
    source: { panel = Number.POSITIVE_INFINITY },
  }: { readonly layout: TileLayout; readonly source: Pick<SceneSource, 'panel'> },
  keys: readonly number[],
): number[] {
  const panelOf = (key: number) => Math.floor(layout.windows[key].x / panel);
  return keys.toSorted((a, b) => panelOf(a) - panelOf(b));
}

/**
 * Reads tile after tile, the next one while the consumer works on the present one. Between tiles the event loop
 * runs, the signal is looked at, and a pause takes effect.
 */
export async function* readAhead(
  job: Job,
  keys: readonly number[],
  request: (key: number) => readonly ReadRequest[],
): AsyncGenerator<{ key: number; rasters: Raster[] }> {
  const left = new Set(byPanel(job, keys));
  const start = () => {
    const key = takeNext(left, job);
    if (key === undefined) return null;
    const reads = Promise.all(
      request(key).map(({ window, bands }) => job.source.read(window, bands, job.signal)),
    );
    // A failure is reported when the tile's turn comes; until then it must not count as unhandled.
    reads.catch(() => undefined);
    return { key, reads };
  };
  for (let next = start(); next !== null; ) {
    await checkpoint(job);
    const { key, reads }: { key: number; reads: Promise<Raster[]> } = next;
    const rasters = await reads;
    throwIfAborted(job.signal);
    next = start();
    yield { key, rasters };
  }
}

/**
 * Works on items one ahead: the work on the next item begins before the result of the present one is awaited, so
 * a tile is prepared while the networks, in a worker of their own, compute the one before it. Results are taken
 * in the order of the items.
 * @param work gets the turn, 0 or 1, of the plane buffers that are free for this item until its result was taken
 */
export async function oneAhead<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item, turn: 0 | 1) => Promise<Result>,
  take: (result: Result) => void,
): Promise<void> {
  let present: Promise<Result> | null = null;
  let turn: 0 | 1 = 0;
  for await (const item of items) {
    const next = work(item, turn);
    // A failure is reported when the result's turn comes; until then it must not count as unhandled.
    next.catch(() => undefined);
    if (present) take(await present);
    present = next;
    turn = turn === 0 ? 1 : 0;
  }
  if (present) take(await present);
}

/** Collects notices, each once, and passes them on. */
export interface Notices {
  readonly list: Notice[];
  add(code: string, message: Phrase): void;
}

export function collectNotices(emit: (event: RunEvent) => void): Notices {
  const list: Notice[] = [];
  return {
    list,
    add(code, message) {
      const said = english(message);
      if (list.some((notice) => notice.code === code && english(notice.message) === said)) return;
      const notice = { code, message };
      list.push(notice);
      emit({ type: 'notice', notice });
    },
  };
}

/** Work of the generator on a tile, in units of the detector's: the guess until a tile has been measured. */
export const GENERATOR_TO_DETECTOR = 4;

/** Progress with an estimate of the time left, from the tiles measured so far. */
export interface Pace {
  /** @param later Tiles that later stages are expected to have, null if unknown. */
  report(stage: ReportedStage, done: number, total: number, later?: number | null): void;
}

/** @param now Milliseconds of a steady clock that stands still while the run is paused. */
export function createPace(emit: (event: RunEvent) => void, now = () => performance.now()): Pace {
  let stage: ReportedStage | null = null;
  let since = now();
  /** Tiles of the stage that an earlier process had done. */
  let before = 0;
  let perTile = 0;
  return {
    report(current, done, total, later = null) {
      if (current !== stage) {
        stage = current;
        since = now();
        before = done;
      }
      const measured = done - before;
      if (measured > 0) perTile = (now() - since) / measured / 1000;
      const known = measured >= Math.min(2, total - before) && (current !== 'detect' || later !== null);
      const rest = perTile * (total - done + (later ?? 0) * GENERATOR_TO_DETECTOR);
      emit({ type: 'progress', stage: current, done, total, secondsLeft: known ? rest : null });
    },
  };
}
