import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import {
  type Band,
  type BandRole,
  CANONICAL_BANDS,
  type CloudRole,
  canonicalIndices,
  QUALITY_ROLES,
  type Scene,
  saysWhereCloudsAre,
} from '../scene.ts';

/** Which bands of a file play which part in the run. All numbers are file indices. */
export interface BandPlan {
  /** The six canonical bands, null where missing. */
  readonly canonical: readonly (number | null)[];
  /** Bands that hold data wherever a pixel is valid: the canonical ones; of another date all that the scene's are worked out from. */
  readonly needed: readonly number[];
  /** Measured bands that the networks do not see; they follow by regression. */
  readonly extra: readonly number[];
  /** Place in `extra` of the cirrus band (1.38 µm), which the detector sees; -1 where there is none. */
  readonly cirrus: number;
  readonly alpha: number | null;
  /** Bands of classes, flags and angles: copied, never repaired. */
  readonly quality: readonly number[];
  /** Those of them that say where clouds are. */
  readonly clouds: readonly { readonly role: CloudRole; readonly index: number }[];
  /** Everything that pass 1 reads, without repetition, ascending. */
  readonly all: readonly number[];
}

/** Why the networks cannot be applied to a scene. */
export interface BandsLacking {
  readonly message: Phrase;
  /** What can be done about it, after the words on where roles are given. Null: no roles help. */
  readonly standIns: Phrase | null;
  /** Roles with which the networks can be applied, one per band. */
  readonly roles: readonly BandRole[];
}

const VISIBLE = ['blue', 'green', 'red'] as const;
const BY_WAVELENGTH: readonly BandRole[] =
  'coastal blue green05 green pan yellow red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22 lwir other'.split(
    ' ',
  ) as BandRole[];

/**
 * What a scene lacks of blue, green and red; null if it has them. Other bands can stand in for them, in the order of
 * their wavelengths, as in the usual false-colour composites that the networks have learned from.
 */
export function bandsLacking({ bands }: Scene): BandsLacking | null {
  const roles = bands.map(({ role }) => role);
  const missing = VISIBLE.filter((role) => !roles.includes(role));
  if (missing.length === 0) return null;
  const light = bands.filter(({ role }) => !QUALITY_ROLES.includes(role));
  if (light.length < VISIBLE.length) {
    const message = phrase('The scene has {{count}} bands of light: the networks need blue, green and red.', {
      count: light.length,
      defaultValue_one: 'The scene has {{count}} band of light: the networks need blue, green and red.',
    });
    return { message, standIns: null, roles };
  }
  const rank = ({ role }: Band, order: readonly BandRole[]) =>
    order.includes(role) ? order.indexOf(role) : order.length;
  const chosen = light
    .toSorted((a, b) => rank(a, CANONICAL_BANDS) - rank(b, CANONICAL_BANDS))
    .slice(0, VISIBLE.length)
    .sort((a, b) => rank(a, BY_WAVELENGTH) - rank(b, BY_WAVELENGTH));
  const [blue, green, red] = chosen.map((band) => bands.indexOf(band) + 1);
  return {
    message: noBand(missing),
    standIns: phrase(
      'If the file has no such bands, three others may be named so, here {{blue}} as blue, {{green}} as green and {{red}} as red: the networks have learned from some false-colour pictures, but the result is less sure.',
      { blue, green, red },
    ),
    roles: bands.map((band) => VISIBLE[chosen.indexOf(band)] ?? band.role),
  };
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

/** The same as an error, for someone in front of the app. */
export function incomplete({ message, standIns }: BandsLacking): PipelineError {
  const remedy = standIns
    ? phrase('Say in the scene panel which bands of the file are blue, green and red. {{standIns}}', {
        standIns,
      })
    : phrase('Open a file that holds more bands, or all single-band files of one scene together.');
  return new PipelineError('scene/roles-incomplete', message, remedy);
}

/**
 * Sorts the bands of a scene by the part that they play.
 * @throws PipelineError `scene/roles-incomplete` if blue, green or red is missing.
 */
export function planBands(scene: Scene): BandPlan {
  const lacking = bandsLacking(scene);
  if (lacking) throw incomplete(lacking);
  const canonical = canonicalIndices(scene);
  const extra = scene.bands
    .filter((band) => !QUALITY_ROLES.includes(band.role) && !canonical.includes(band.index))
    .map((band) => band.index);
  const quality = scene.bands
    .filter((band) => QUALITY_ROLES.includes(band.role) && band.role !== 'alpha')
    .map((band) => band.index);
  const clouds = scene.bands.flatMap(({ role, index }) =>
    saysWhereCloudsAre(role) ? [{ role, index }] : [],
  );
  return {
    canonical,
    needed: canonical.filter((index) => index !== null),
    extra,
    cirrus: extra.indexOf(scene.bands.find((band) => band.role === 'cirrus')?.index ?? -1),
    alpha: scene.bands.find((band) => band.role === 'alpha')?.index ?? null,
    quality,
    clouds,
    all: scene.bands.map((band) => band.index).sort((a, b) => a - b),
  };
}
