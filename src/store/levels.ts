import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { BandStretch } from '../services/engine.ts';
import type { ActionContext } from './context.ts';

/** Which values are drawn black and white, in shares of the scene's own stretch: 0 and 1 are its 2nd and 98th percentile. */
export interface Levels {
  readonly black: number;
  readonly white: number;
}

export const OWN_LEVELS: Levels = { black: 0, white: 1 };

/** How far levels may be moved, and how near each other. */
export const LEVELS_RANGE = { least: -0.5, most: 1.5, gap: 0.02 } as const;

export interface LevelsSlice {
  /** The scene's own stretch of red, green, blue, with histograms; empty where only a finished stretch is known. */
  readonly ownStretch: readonly BandStretch[];
  readonly levels: Levels;
}

export interface LevelsActions {
  setLevels(levels: Levels): void;
}

/** Levels of which the one that lies nearer to a place is moved there. */
export function withNearer({ black, white }: Levels, place: number): Levels {
  return place - black < white - place ? { black: place, white } : { black, white: place };
}

/** Ranges of reflectance for levels of a stretch. */
export function atLevels(stretch: readonly Stretch[], { black, white }: Levels): Stretch[] {
  return stretch.map(({ low, high }) => ({
    low: low + black * (high - low),
    high: low + white * (high - low),
  }));
}

/** Levels at which a stretch gives these ranges, as the first band has it; the inverse of {@link atLevels}. */
export function levelsOf(ranges: readonly Stretch[], stretch: readonly Stretch[]): Levels {
  const [{ low, high }] = stretch;
  const share = (value: number) => (high > low ? Math.round(((value - low) / (high - low)) * 100) / 100 : 0);
  return { black: share(ranges[0].low), white: share(ranges[0].high) };
}

/**
 * Takes the scene's stretch anew: once the mask is known, it is that of the clear ground. Ranges that the user has set stay
 * as they are.
 */
export async function followGround({ engine, set, get }: ActionContext): Promise<void> {
  const { displayBands, sceneRevision } = get();
  // Where it cannot be had, the picture stays as it is drawn.
  const ownStretch = await engine.stretch(displayBands).catch(() => null);
  if (ownStretch === null || get().sceneRevision !== sceneRevision || get().displayBands !== displayBands)
    return;
  set(({ levels, stretch }) => {
    const isOwn = levels.black === OWN_LEVELS.black && levels.white === OWN_LEVELS.white;
    return isOwn
      ? { ownStretch, stretch: atLevels(ownStretch, OWN_LEVELS) }
      : { ownStretch, levels: levelsOf(stretch, ownStretch) };
  });
}

export function levelsActions({ set }: ActionContext): LevelsActions {
  return {
    setLevels({ black, white }) {
      const { least, most, gap } = LEVELS_RANGE;
      const low = Math.min(most - gap, Math.max(least, black));
      const levels = { black: low, white: Math.min(most, Math.max(low + gap, white)) };
      set(({ ownStretch }) => ({ levels, stretch: atLevels(ownStretch, levels) }));
    },
  };
}
