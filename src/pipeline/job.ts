import { throwIfAborted } from './errors.ts';
import type { RunEvent, RunSettings, Stage } from './events.ts';
import type { Networks } from './networks.ts';
import type { BandPlan } from './preprocess/bands.ts';
import type { Scratch } from './preprocess/observe.ts';
import type { Notice, Raster, SceneSource, Window } from './scene.ts';
import type { TileLayout } from './tiles.ts';
import { growWindow } from './windows.ts';

/** What every pass of a run works with. */
export interface Job {
  readonly source: SceneSource;
  readonly plan: BandPlan;
  readonly networks: Networks;
  readonly settings: RunSettings;
  readonly layout: TileLayout;
  /** Context on every side of a core in a network tile, in pixels. */
  readonly halo: number;
  /** Planes of the two tiles that are worked on at a time, taken in turns; see {@link oneAhead}. */
  readonly scratch: readonly [Scratch, Scratch];
  readonly emit: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
}

/** The network tile around a core: always the same size, so it may reach beyond the scene. */
export function networkTile(job: Job, core: Window): Window {
  const side = job.layout.core;
  return growWindow({ x: core.x, y: core.y, width: side, height: side }, job.halo);
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

/**
 * Reads tile after tile, the next one while the consumer works on the present one. Between tiles the event loop
 * runs and the signal is looked at.
 */
export async function* readAhead<T>(
  job: Job,
  items: readonly T[],
  request: (item: T) => readonly ReadRequest[],
): AsyncGenerator<{ item: T; rasters: Raster[] }> {
  const start = (item: T) => {
    const reads = Promise.all(
      request(item).map(({ window, bands }) => job.source.read(window, bands, job.signal)),
    );
    // A failure is reported when the tile's turn comes; until then it must not count as unhandled.
    reads.catch(() => undefined);
    return reads;
  };
  let next = items.length > 0 ? start(items[0]) : null;
  for (let i = 0; i < items.length; i++) {
    await breathe(job.signal);
    const rasters = await next!;
    throwIfAborted(job.signal);
    next = i + 1 < items.length ? start(items[i + 1]) : null;
    yield { item: items[i], rasters };
  }
}

/**
 * Works on items one ahead: the work on the next item begins before the result of the present one is awaited, so
 * a tile is prepared while the networks, in a worker of their own, compute the one before it. Results are taken
 * in the order of the items.
 * @param work gets the turn, 0 or 1, of the scratch memory that is free for this item until its result was taken
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

/** Collects notices, each code once, and passes them on. */
export interface Notices {
  readonly list: Notice[];
  add(code: string, message: string): void;
}

export function collectNotices(emit: (event: RunEvent) => void): Notices {
  const list: Notice[] = [];
  return {
    list,
    add(code, message) {
      if (list.some((notice) => notice.code === code)) return;
      const notice = { code, message };
      list.push(notice);
      emit({ type: 'notice', notice });
    },
  };
}

/** Work of the generator on a tile, in units of the detector's: the guess until a tile has been measured. */
const GENERATOR_TO_DETECTOR = 4;

/** Progress with an estimate of the time left, from the tiles measured so far. */
export interface Pace {
  /** @param later Tiles that later stages are expected to have, null if unknown. */
  report(stage: Stage, done: number, total: number, later?: number | null): void;
}

/** @param now Milliseconds of a steady clock. */
export function createPace(emit: (event: RunEvent) => void, now = () => performance.now()): Pace {
  let stage: Stage | null = null;
  let since = now();
  let perTile = 0;
  return {
    report(current, done, total, later = null) {
      if (current !== stage) {
        stage = current;
        since = now();
      }
      if (done > 0) perTile = (now() - since) / done / 1000;
      const known = done >= Math.min(2, total) && (current !== 'detect' || later !== null);
      const rest = perTile * (total - done + (later ?? 0) * GENERATOR_TO_DETECTOR);
      emit({ type: 'progress', stage: current, done, total, secondsLeft: known ? rest : null });
    },
  };
}
