import type { DateReport, Shares } from '../events.ts';
import { PROVENANCE } from '../scene.ts';
import { readPlane, repairedKeys, type TileStore } from '../tiles.ts';

/** What became of the pixels of the repaired tiles. */
export interface PixelCounts {
  /** Pixels by PROVENANCE value. */
  readonly counts: Float64Array;
  /** Sum of the confidence, in percent, over repaired pixels. */
  readonly confidence: number;
  /** Pixels by the number of the date that they came from. */
  readonly dates: Float64Array;
}

/** Counts the pixels of the repaired tiles, tile by tile. */
export function countPixels(store: TileStore): PixelCounts {
  const counts = new Float64Array(256);
  const dates = new Float64Array(256);
  let sum = 0;
  for (const key of repairedKeys(store)) {
    const window = store.layout.windows[key];
    const provenance = readPlane(store.provenance, window);
    const confidence = readPlane(store.confidence, window);
    const date = readPlane(store.date, window);
    // Of one tile: past 2^31 a sum is no small integer any more, and V8 may make an object of each.
    let ofTile = 0;
    for (let i = 0; i < provenance.length; i++) {
      counts[provenance[i]]++;
      dates[date[i]]++;
      if (isRepair(provenance[i])) ofTile += confidence[i];
    }
    sum += ofTile;
  }
  return { counts, confidence: sum, dates };
}

const { thinCorrected, shadowCorrected, generated, leftCloudy, otherDate, otherDateChanged } = PROVENANCE;
const REPAIRS: readonly number[] = [thinCorrected, shadowCorrected, generated, otherDate, otherDateChanged];
/** Was a pixel of this PROVENANCE repaired? */
export const isRepair = (provenance: number) => REPAIRS.includes(provenance);

/**
 * Shares of the valid pixels by provenance; they sum to 1, or are all 0 where nothing is valid.
 * @param validPixels Pixels of the scene that hold data.
 */
export function sharesOf({ counts }: PixelCounts, validPixels: number): Shares {
  const changed = [...REPAIRS, leftCloudy].reduce((sum, provenance) => sum + counts[provenance], 0);
  const of = (count: number) => (validPixels > 0 ? count / validPixels : 0);
  return {
    observed: of(validPixels - changed),
    thinCorrected: of(counts[thinCorrected]),
    shadowCorrected: of(counts[shadowCorrected]),
    generated: of(counts[generated]),
    otherDates: of(counts[otherDate] + counts[otherDateChanged]),
    otherDatesChanged: of(counts[otherDateChanged]),
    leftCloudy: of(counts[leftCloudy]),
  };
}

/** Mean confidence in percent over repaired pixels; null if there are none. */
export function meanConfidence({ counts, confidence }: PixelCounts): number | null {
  const count = REPAIRS.reduce((sum, provenance) => sum + counts[provenance], 0);
  return count > 0 ? confidence / count : null;
}

/** Fills in what each date gave, as a share of the valid pixels; a composite takes pixels of dates that see nothing of the scene's clouds, too. */
export function withShares(
  reports: readonly DateReport[],
  { dates }: PixelCounts,
  validPixels: number,
): DateReport[] {
  return reports.map((report, i) => ({
    ...report,
    used: report.used || dates[i + 1] > 0,
    share: validPixels > 0 ? dates[i + 1] / validPixels : 0,
  }));
}
