import { readDate, readTarget, type UsefulDate, usableIn } from './date-planes.ts';
import { acquiredOn, seasonDistance } from './dates/acquired.ts';
import { type Cloned, cloneGap } from './dates/clone.ts';
import { type ClonedTiles, clearIn, isCloned, setCloned } from './dates/findings.ts';
import { FIT_BLOCK } from './dates/fit.ts';
import { chooseDates, growLabels, labelCells, orderOf, REGION_CELL, type Regions } from './dates/regions.ts';
import type { Findings } from './findings.ts';
import { checkpoint, type Job } from './job.ts';
import { MASK_CLASS, type Window } from './scene.ts';
import { readPlane, type SparsePlane } from './tiles.ts';
import { clipWindow, growWindow, windowAround } from './windows.ts';

/** Tiles along a side of the blocks that are filled as one. */
const BLOCK_TILES = 4;

/** Finds the cloudy regions, the best order of the dates for each, and the share of all gaps that each date sees. */
export function planRegions(
  { layout, source, settings }: Job,
  dates: readonly UsefulDate[],
  mask: SparsePlane,
  masked: readonly number[],
): { regions: Regions; seenShares: number[] } {
  const width = Math.ceil(layout.grid.width / REGION_CELL);
  const height = Math.ceil(layout.grid.height / REGION_CELL);
  const gap = new Uint8Array(width * height);
  const eachGap = (visit: (cell: number, tile: number, i: number) => void) => {
    for (const key of masked) {
      const { x, y, width: across } = layout.windows[key];
      readPlane(mask, layout.windows[key]).forEach((value, i) => {
        if (value === MASK_CLASS.clear || value === MASK_CLASS.nodata) return;
        const column = Math.floor((x + (i % across)) / REGION_CELL);
        visit(Math.floor((y + Math.floor(i / across)) / REGION_CELL) * width + column, key, i);
      });
    }
  };
  eachGap((cell) => {
    gap[cell] = 1;
  });
  const label = new Int32Array(width * height);
  const regions = labelCells(gap, width, height, label);
  const total = new Float64Array(regions + 1);
  const merits = dates.map((date, d) => {
    const { fit } = date;
    const clear = new Float64Array(regions + 1);
    const residual = new Float64Array(regions + 1);
    let present = -1;
    let usable = new Uint8Array(0);
    eachGap((cell, key, i) => {
      if (key !== present) {
        present = key;
        usable = usableIn(date, layout.windows[key], settings.bufferPixels) as Uint8Array<ArrayBuffer>;
      }
      if (d === 0) total[label[cell]]++;
      clear[label[cell]] += usable[i];
      const column = Math.floor(((cell % width) * REGION_CELL) / FIT_BLOCK);
      const row = Math.floor((Math.floor(cell / width) * REGION_CELL) / FIT_BLOCK);
      residual[label[cell]] += fit.residual[row * fit.columns + column];
    });
    return { clear, residual };
  });
  const season = dates.map(({ acquired }) => seasonDistance(acquired, acquiredOn(source.scene)));
  const orders = Array.from({ length: regions + 1 }, (_, region) =>
    orderOf(
      merits.map(({ clear, residual }, d) => ({
        clear: region === 0 ? 1 : clear[region] / total[region],
        residual: region === 0 ? dates[d].fit.scene.residual : residual[region] / total[region],
        season: season[d],
      })),
    ),
  );
  const sum = (counts: Float64Array) => counts.reduce((all, count) => all + count, 0);
  const seenShares = merits.map(({ clear }) => sum(clear) / Math.max(1, sum(total)));
  return { regions: { width, height, label: growLabels(label, width, height), orders }, seenShares };
}

interface CloneKnowledge {
  readonly findings: Findings;
  readonly mask: SparsePlane;
  readonly regions: Regions;
  readonly masked: readonly number[];
}

/** Fills the gaps with what the dates saw, block after block. Goes on from what is there. */
export async function clonePass(
  job: Job,
  dates: readonly UsefulDate[],
  knowledge: CloneKnowledge,
  cloned: ClonedTiles,
): Promise<void> {
  const { layout } = job;
  const blocks = new Map<number, number[]>();
  for (const key of knowledge.masked) {
    const column = Math.floor((key % layout.columns) / BLOCK_TILES);
    const row = Math.floor(Math.floor(key / layout.columns) / BLOCK_TILES);
    const block = row * layout.columns + column;
    blocks.set(block, [...(blocks.get(block) ?? []), key]);
  }
  let done = 0;
  for (const keys of blocks.values()) {
    if (!keys.every((key) => isCloned(cloned, key))) {
      await checkpoint(job);
      const window = windowWithNeighbours(job, keys);
      const { choice, filled } = await fillBlock(job, dates, knowledge, window);
      const numbered = choice.map((value) => (value === 0 ? 0 : dates[value - 1].index + 1));
      for (const key of keys) setCloned(cloned, key, window, numbered, filled);
    }
    done += keys.length;
    job.pace.report('preprocess', done, knowledge.masked.length, knowledge.masked.length);
  }
}

/** The tiles of a block with one more around them. */
function windowWithNeighbours({ layout }: Job, keys: readonly number[]): Window {
  const { width, height } = layout.grid;
  const block = windowAround(keys.map((key) => layout.windows[key]));
  return clipWindow(growWindow(block, layout.core), width, height) as Window;
}

async function fillBlock(
  job: Job,
  dates: readonly UsefulDate[],
  { findings, mask, regions }: CloneKnowledge,
  window: Window,
): Promise<{ choice: Uint8Array; filled: Cloned | null }> {
  const { grid } = job.source.scene;
  const usable = dates.map((date) => usableIn(date, window, job.settings.bufferPixels));
  const choice = chooseDates(regions, window, usable);
  const known = clearIn(findings, mask, window);
  const classes = readPlane(mask, window, MASK_CLASS.nodata);
  const gap = classes.map((value, i) => (value === MASK_CLASS.nodata || known[i] ? 0 : 1));
  const target = await readTarget(job, window);
  const read = async (date: number) => {
    await checkpoint(job);
    return readDate(dates[date], window, job.signal);
  };
  const open = [
    window.x > 0,
    window.y > 0,
    window.x + window.width < grid.width,
    window.y + window.height < grid.height,
  ] as const;
  const seen = job.plan.canonical.filter((index) => index !== null).length;
  const fits = dates.map(({ fit }) => fit);
  return {
    choice,
    filled: await cloneGap({ window, known, gap, choice, usable, fits, open }, target, read, seen),
  };
}
