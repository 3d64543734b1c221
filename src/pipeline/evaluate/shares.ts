import type { Shares } from '../events.ts';
import { PROVENANCE } from '../scene.ts';
import { readPlane, repairedKeys, type TileStore } from '../tiles.ts';

/** What became of the pixels of the repaired tiles. */
export interface Tally {
  /** Pixels by PROVENANCE value. */
  readonly counts: Float64Array;
  /** Sum of the confidence, in percent, over repaired pixels. */
  readonly confidence: number;
}

/** Counts the pixels of the repaired tiles, tile by tile. */
export function tallyOf(store: TileStore): Tally {
  const counts = new Float64Array(256);
  let sum = 0;
  for (const key of repairedKeys(store)) {
    const window = store.layout.windows[key];
    const provenance = readPlane(store.provenance, window);
    const confidence = readPlane(store.confidence, window);
    for (let i = 0; i < provenance.length; i++) {
      counts[provenance[i]]++;
      if (isRepair(provenance[i])) sum += confidence[i];
    }
  }
  return { counts, confidence: sum };
}

const isRepair = (provenance: number) =>
  provenance >= PROVENANCE.thinCorrected && provenance <= PROVENANCE.generated;

/**
 * Shares of the valid pixels by provenance; they sum to 1, or are all 0 where nothing is valid.
 * @param validPixels Pixels of the scene that hold data.
 */
export function sharesOf({ counts }: Tally, validPixels: number): Shares {
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
export function meanConfidence({ counts, confidence }: Tally): number | null {
  const count =
    counts[PROVENANCE.thinCorrected] + counts[PROVENANCE.shadowCorrected] + counts[PROVENANCE.generated];
  return count > 0 ? confidence / count : null;
}
