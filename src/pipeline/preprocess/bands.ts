import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type BandRole, canonicalIndices, QUALITY_ROLES, type Scene } from '../scene.ts';

/** Which bands of a file play which part in the run. All numbers are file indices. */
export interface BandPlan {
  /** The six canonical bands, null where missing. */
  readonly canonical: readonly (number | null)[];
  /** Measured bands that the networks do not see; they follow by regression. */
  readonly extra: readonly number[];
  /** Place in `extra` of the cirrus band (1.38 µm), which the detector sees; -1 where there is none. */
  readonly cirrus: number;
  readonly alpha: number | null;
  /** Bands that carry a cloud mask. */
  readonly quality: readonly { readonly role: BandRole; readonly index: number }[];
  /** Everything that pass 1 reads, without repetition, ascending. */
  readonly all: readonly number[];
}

function noBand([a, b, c]: readonly BandRole[]): Phrase {
  if (b === undefined)
    return phrase('No band is known to be {{a}}: the networks need blue, green and red.', { a });
  if (c === undefined)
    return phrase('No band is known to be {{a}} or {{b}}: the networks need blue, green and red.', { a, b });
  return phrase('No band is known to be {{a}} or {{b}} or {{c}}: the networks need blue, green and red.', {
    a,
    b,
    c,
  });
}

/**
 * Sorts the bands of a scene by the part that they play.
 * @throws PipelineError `scene/roles-incomplete` if blue, green or red is missing.
 */
export function planBands(scene: Scene): BandPlan {
  const canonical = canonicalIndices(scene);
  const missing = (['blue', 'green', 'red'] as const).filter((_, i) => canonical[i] === null);
  if (missing.length > 0) {
    throw new PipelineError(
      'scene/roles-incomplete',
      noBand(missing),
      phrase('Say in the scene panel which bands of the file are blue, green and red.'),
    );
  }
  const extra = scene.bands
    .filter((band) => !QUALITY_ROLES.includes(band.role) && !canonical.includes(band.index))
    .map((band) => band.index);
  const quality = scene.bands
    .filter((band) => QUALITY_ROLES.includes(band.role) && band.role !== 'alpha')
    .map(({ role, index }) => ({ role, index }));
  return {
    canonical,
    extra,
    cirrus: extra.indexOf(scene.bands.find((band) => band.role === 'cirrus')?.index ?? -1),
    alpha: scene.bands.find((band) => band.role === 'alpha')?.index ?? null,
    quality,
    all: scene.bands.map((band) => band.index).sort((a, b) => a - b),
  };
}
