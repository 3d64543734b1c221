import { eachNeighbour } from '../neighbours.ts';
import type { Window } from '../scene.ts';

/**
 * Which date fills which cloudy region. Regions are connected cells (of 16 x 16 pixels) that hold gap; every pixel of a
 * region takes the first date in the region's order that is clear there, so that the choice does not depend on windows.
 */
export interface Regions {
  readonly width: number;
  readonly height: number;
  /** Per cell: 0 far from any region, else the number of its region or of one beside it. */
  readonly label: Int32Array;
  /** Per region: dates (0, 1, ...) from best to worst; entry 0 serves where no region is. */
  readonly orders: readonly (readonly number[])[];
}

export const REGION_CELL = 16;

/** What decides on the order of the dates in one region. */
export interface DateMerit {
  /** Share of the region's gap that the date sees clearly, 0..1. */
  readonly clear: number;
  /** Mean absolute residual of the date against the target around the region, in reflectance. */
  readonly residual: number;
  /** 0 (same season) to 1 (half a year apart). */
  readonly season: number;
}

/** Error, in reflectance, that stands for what a date cannot fill and another one, or the generator, has to. */
const UNSEEN_ERROR = 0.05;

/** Expected error of a region filled first from this date: the smaller the better. */
function costOf({ clear, residual, season }: DateMerit): number {
  return clear * residual * (1 + season) + (1 - clear) * UNSEEN_ERROR;
}

/** Labels connected cells (8 neighbours) from 1 on, in reading order. @returns the number of regions */
export function labelCells(gap: Uint8Array, width: number, height: number, label: Int32Array): number {
  let regions = 0;
  const stack: number[] = [];
  for (let start = 0; start < gap.length; start++) {
    if (!gap[start] || label[start]) continue;
    label[start] = ++regions;
    stack.push(start);
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      eachNeighbour(cell, width, height, (other) => {
        if (!gap[other] || label[other]) return;
        label[other] = regions;
        stack.push(other);
      });
    }
  }
  return regions;
}

/** Gives cells beside a region its number, so that a region and its rim choose alike. */
export function growLabels(label: Int32Array, width: number, height: number): Int32Array {
  const grown = label.slice();
  for (let cell = 0; cell < label.length; cell++) {
    if (label[cell] === 0) continue;
    eachNeighbour(cell, width, height, (other) => {
      if (grown[other] === 0) grown[other] = label[cell];
    });
  }
  return grown;
}

/** Dates by cost; of equal ones the first given. */
export function orderOf(merits: readonly DateMerit[]): number[] {
  const costs = merits.map(costOf);
  return merits.map((_, date) => date).sort((a, b) => costs[a] - costs[b] || a - b);
}

/**
 * The date that each pixel of a window takes: its number from 1 on, 0 where no date is usable.
 * @param usable One plane per date over the window: 1 where it is clear.
 */
export function chooseDates(regions: Regions, window: Window, usable: readonly Uint8Array[]): Uint8Array {
  const choice = new Uint8Array(window.width * window.height);
  for (let y = 0, i = 0; y < window.height; y++) {
    const row = Math.floor((window.y + y) / REGION_CELL) * regions.width;
    for (let x = 0; x < window.width; x++, i++) {
      const order = regions.orders[regions.label[row + Math.floor((window.x + x) / REGION_CELL)]];
      for (const date of order) {
        if (!usable[date][i]) continue;
        choice[i] = date + 1;
        break;
      }
    }
  }
  return choice;
}
