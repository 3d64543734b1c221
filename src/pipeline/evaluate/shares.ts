import type { Shares } from '../events.ts';
import { PROVENANCE } from '../scene.ts';
import type { TileStore } from '../tiles.ts';

/**
 * Shares of the valid pixels by provenance; they sum to 1, or are all 0 where nothing is valid.
 * @param validPixels Pixels of the scene that hold data.
 */
export function sharesOf(store: TileStore, validPixels: number): Shares {
  const counts = new Float64Array(256);
  for (const { provenance } of store.repaired.values()) for (const value of provenance) counts[value]++;
  const { thinCorrected, shadowCorrected, generated, leftCloudy } = PROVENANCE;
  const changed = counts[thinCorrected] + counts[shadowCorrected] + counts[generated] + counts[leftCloudy];
  const of = (count: number) => (validPixels > 0 ? count / validPixels : 0);
  return {
    observed: of(validPixels - changed),
    thinCorrected: of(counts[thinCorrected]),
    shadowCorrected: of(counts[shadowCorrected]),
    generated: of(counts[generated]),
    leftCloudy: of(counts[leftCloudy]),
  };
}

/** Mean confidence in percent over repaired pixels; null if there are none. */
export function meanConfidence(store: TileStore): number | null {
  let sum = 0;
  let count = 0;
  for (const { provenance, confidence } of store.repaired.values()) {
    provenance.forEach((value, i) => {
      if (value < PROVENANCE.thinCorrected || value > PROVENANCE.generated) return;
      sum += confidence[i];
      count++;
    });
  }
  return count > 0 ? sum / count : null;
}
