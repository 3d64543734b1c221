import type { BandPlan } from '../preprocess/bands.ts';
import { type Band, isReflectance } from '../scene.ts';
import { leastOf, type Regression } from './extra-bands.ts';

/** How low a repair may go, in reflectance, by file index; bands without an entry may go as low as they do. */
export type Floors = ReadonlyMap<number, number>;

/**
 * Light is not negative. Where clear pixels of a further band are so nevertheless, after a correction of the atmosphere say, a repair may
 * go as low as the least of them. Of temperatures, indices and the like, nothing says that they end at 0.
 * @param regression Null where the scene has no further bands.
 */
export function floorsOf(bands: readonly Band[], plan: BandPlan, regression: Regression | null): Floors {
  const floors = new Map<number, number>();
  for (const index of plan.canonical) if (index !== null) floors.set(index, 0);
  const least = regression ? leastOf(regression) : [];
  plan.extra.forEach((index, i) => {
    const isLight = isReflectance(bands.find((band) => band.index === index)!);
    if (isLight && Number.isFinite(least[i])) floors.set(index, Math.min(0, least[i]));
  });
  return floors;
}

/** Raises values that lie below the floor, in place; those that are no numbers stay so. */
export function raise(plane: Float32Array, floor = Number.NEGATIVE_INFINITY): void {
  for (let i = 0; i < plane.length; i++) if (plane[i] < floor) plane[i] = floor;
}
