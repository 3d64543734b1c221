import { type Phrase, phrase } from '../phrase.ts';
import type { BandRole, Decision, SampleType, Sensor } from '../scene.ts';
import { INTEGER_RANGES, QUALITY_ROLES } from '../scene.ts';
import { PHOTOMETRIC } from '../tiff/tags.ts';
import { rolesOfWavelengths } from './band-wavelengths.ts';
import { BAND_NUMBERS } from './sensors.ts';

export interface BandEvidence {
  /** Per band, as the file names it; empty where it does not. */
  readonly descriptions: readonly string[];
  readonly sensor: Sensor;
  readonly sampleType: SampleType;
  readonly photometric: number;
  readonly extraSamples: readonly number[];
  /** Centre wavelength per band in micrometres, null where the file gives none. */
  readonly wavelengths?: readonly (number | null)[];
}

/** Names that say what they mean, whatever the sensor. Tried in this order. */
const NAMES: readonly (readonly [RegExp, BandRole])[] = [
  [/^(scl|scene[ _]?classification.*)$/, 'scl'],
  [/(^|_)(qa_?pixel|pixel_?qa)$/, 'qa_pixel'],
  [/^qa_?60$/, 'qa60'],
  [/^(c?f_?mask|hls_fmask)$/, 'fmask'],
  [
    /^(msk_?cld_?prb|cld_?prb|clp|cloud[ _-]?prob(ability)?|probability|s2cloudless)(_20m|_60m)?$/,
    'cloud_probability',
  ],
  [/^(alpha|transparency)$/, 'alpha'],
  [
    /(^|_|state)qa(_|$)|(^|_)(qc|state)(_|$)|^qa_?\d+$|quality|radsat|^(msk_|mask$|(cloud|data)_?mask|cl?m$|valid)|saturation/,
    'quality',
  ],
  // Angles, and what surface reflectance and temperature were computed with.
  [
    /zenith|azimuth|(^|_)([sv][az]a|[sv]zen|raa)$|(^|_)st_(atran|cdist|drad|emis|emsd|trad|urad)$|atmos_opacity|sr_aerosol/,
    'quality',
  ],
  [/^(aot|wvp|elevation|dem)$|day_of_year$/, 'quality'],
  [/^coastal|^(ultra ?)?violet|^(coastal )?aerosol$/, 'coastal'],
  [/^(b|blue)$|^blue\b/, 'blue'],
  [/^(g|green)$|^green$/, 'green'],
  [/^green[ _-]?(i|05)$/, 'green05'],
  [/^yellow$/, 'yellow'],
  [/red[ _-]?edge[ _-]?1?$|^re1?$|vegetation red edge 1?$/, 'rededge1'],
  [/red[ _-]?edge[ _-]?2$|^re2$/, 'rededge2'],
  [/red[ _-]?edge[ _-]?3$|^re3$/, 'rededge3'],
  [/^(r|red)$/, 'red'],
  [/^nir[ _-]?0?8$|narrow[ _-]?(nir|near)|nir[ _-]?narrow|^nir ?2$|red[ _-]?edge[ _-]?4$/, 'nir08'],
  [/^nir[ _-]?0?9$|water[ _-]?vapou?r/, 'nir09'],
  [/^(n|nir|nir ?1|nir[ _-]?broad|near[ _-]?infra[ _-]?red)$|^near infrared/, 'nir'],
  [/^swir[ _-]?(16|1)$|^short[ -]?wave[ -]?infra[ -]?red 1$|^mir ?1?$/, 'swir16'],
  [/^swir[ _-]?(22|2)$|^short[ -]?wave[ -]?infra[ -]?red 2$|^mir ?2$/, 'swir22'],
  [/cirrus/, 'cirrus'],
  [/^(lwir|tirs?|thermal)|surface temperature/, 'lwir'],
  [/^pan(chromatic)?$/, 'pan'],
];

/** Orders of bands without names, by their count. `8` stands for 8-bit samples, `16` for all others. */
const S2_BANDS = 'coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22';
const ORDERS: Readonly<Record<string, { readonly roles: string; readonly what: Phrase }>> = {
  '3/8': { roles: 'red green blue', what: phrase('three bands are usually red, green, blue') },
  '3/16': { roles: 'red green blue', what: phrase('three bands are usually red, green, blue') },
  '4/8': {
    roles: 'red green blue nir',
    what: phrase('four bands of an aerial image are usually red, green, blue, near infrared'),
  },
  '4/16': {
    roles: 'blue green red nir',
    what: phrase('four bands are usually in the order of their wavelengths'),
  },
  '5/8': {
    roles: 'blue green red rededge1 nir',
    what: phrase('five bands are usually those of RapidEye or MicaSense'),
  },
  '5/16': {
    roles: 'blue green red rededge1 nir',
    what: phrase('five bands are usually those of RapidEye or MicaSense'),
  },
  '6/8': {
    roles: 'blue green red nir swir16 swir22',
    what: phrase('six bands are usually those of Landsat without the thermal one'),
  },
  '6/16': {
    roles: 'blue green red nir swir16 swir22',
    what: phrase('six bands are usually those of Landsat without the thermal one'),
  },
  '7/8': {
    roles: 'blue green red nir swir16 lwir swir22',
    what: phrase('seven 8-bit bands are usually those of Landsat 4 to 7'),
  },
  '7/16': {
    roles: 'coastal blue green red nir swir16 swir22',
    what: phrase('seven bands are usually those of Landsat 8 and 9'),
  },
  '7/modis': {
    roles: 'red nir blue green other swir16 swir22',
    what: phrase('seven bands of MODIS are usually in the order of their numbers'),
  },
  '8/16': {
    roles: 'coastal blue green05 green yellow red rededge1 nir',
    what: phrase('eight bands are usually those of PlanetScope'),
  },
  '10/16': {
    roles: 'blue green red rededge1 rededge2 rededge3 nir nir08 swir16 swir22',
    what: phrase('ten bands are usually the 10 m and 20 m ones of Sentinel-2'),
  },
  '12/16': {
    roles: S2_BANDS.replace(' cirrus', ''),
    what: phrase('twelve bands are usually Sentinel-2 level 2A'),
  },
  '13/16': { roles: S2_BANDS, what: phrase('thirteen bands are usually Sentinel-2 level 1C') },
};

/** What a band's name says about it, null if it says nothing. */
export function roleOfName(description: string, sensor: Sensor): BandRole | null {
  const name = description.trim().toLowerCase().replace(/\s+/g, ' ');
  if (name === '') return null;
  for (const [pattern, role] of NAMES) if (pattern.test(name)) return role;
  const inside = name.match(/[([]\s*([a-z -]+?)\s*[0-9]?[)\]]|[-,:] ([a-z ]+)\b/);
  for (const part of inside?.slice(1) ?? []) {
    const match = part && NAMES.find(([pattern]) => pattern.test(part));
    if (match) return match[1];
  }
  if (sensor === 'aerial' || sensor === 'unknown') return null;
  const number = name.match(
    /(?:^|[_ .-])(?:b|band[ _-]?)0*(\d{1,2})(a?)(?:_vcid_\d|[_ .-]\d+m|_1)?(?:$|[ ,(:])/,
  );
  return number ? (BAND_NUMBERS[sensor][number[1] + number[2].toUpperCase()] ?? null) : null;
}

/** One role per band, and the decision with its reason. */
export function assignRoles(evidence: BandEvidence): { roles: BandRole[]; decisions: Decision[] } {
  const { descriptions } = evidence;
  const named = descriptions.map((d) => (isPositional(descriptions) ? null : roleOfName(d, evidence.sensor)));
  const byName = withoutRepeats(named.map((role, i) => role ?? (alphaKind(i, evidence) ? 'alpha' : 'other')));
  if (named.some((role) => role !== null && !QUALITY_ROLES.includes(role))) {
    const because =
      evidence.sensor === 'unknown' || evidence.sensor === 'aerial'
        ? phrase('the bands bear these names in the file')
        : phrase('the bands bear these names in the file (read as {{sensor}} bands)', {
            sensor: evidence.sensor,
          });
    const { roles, decisions } = promoteNarrowNir(byName, because);
    return { roles, decisions: [...decisions, ...fourthBand(roles, evidence)] };
  }
  const { roles, because } = byWavelength(evidence, named) ?? byOrder(evidence, named);
  return promoteNarrowNir(withoutRepeats(roles), because);
}

/** `Band 1`, `Band 2`, ...: names that only repeat the position, as GDAL and ENVI put them. */
function isPositional(descriptions: readonly string[]): boolean {
  return descriptions.every(
    (d, i) => d === '' || new RegExp(`^(band|layer)[ _]?0*${i + 1}$`, 'i').test(d.trim()),
  );
}

/** As what kind of alpha TIFF's ExtraSamples has the band: the colours are multiplied by it (`associated`), or not. Null if as none. */
export function alphaKind(
  band: number,
  { photometric, extraSamples }: BandEvidence,
): 'associated' | 'unassociated' | null {
  const extra = extraSamples[band - (photometric === PHOTOMETRIC.rgb ? 3 : 1)];
  return extra === 1 ? 'associated' : extra === 2 ? 'unassociated' : null;
}

/** Null if the file gives no wavelengths. */
function byWavelength(evidence: BandEvidence, named: readonly (BandRole | null)[]) {
  const { wavelengths = [] } = evidence;
  if (wavelengths.every((value) => value === null)) return null;
  const roles = rolesOfWavelengths(wavelengths).map((role, i) => {
    if (role !== 'other') return role;
    return named[i] ?? (alphaKind(i, evidence) ? 'alpha' : role);
  });
  return { roles, because: phrase('the file gives the wavelengths of the bands') };
}

function byOrder(evidence: BandEvidence, named: readonly (BandRole | null)[]) {
  const { sampleType, photometric, sensor } = evidence;
  // Quality and alpha bands stand apart; what remains is counted.
  const roles: BandRole[] = named.map((role, i) => {
    if (role && QUALITY_ROLES.includes(role)) return role;
    return alphaKind(i, evidence) ? 'alpha' : 'other';
  });
  const free = roles.flatMap((role, i) => (role === 'other' ? [i] : []));
  const depth = sampleType === 'uint8' ? '8' : '16';
  let order = ORDERS[`${free.length}/${depth}`];
  if (free.length === 7 && sensor === 'landsat-tm-etm') order = ORDERS['7/8'];
  if (free.length === 7 && sensor === 'modis') order = ORDERS['7/modis'];
  if (free.length === 7 && sensor === 'landsat-oli') order = ORDERS['7/16'];
  if (free.length === 4 && (sensor === 'sentinel-2' || sensor.startsWith('landsat'))) order = ORDERS['4/16'];
  if (free.length === 4 && (sensor === 'aerial' || photometric === PHOTOMETRIC.rgb)) order = ORDERS['4/8'];
  // Where nothing tells, nothing is guessed: spectral bands begin with blue or violet, pictures with red.
  const names = order?.roles ?? (photometric === PHOTOMETRIC.rgb ? 'red green blue' : '');
  free.forEach((band, k) => {
    roles[band] = (names.split(' ')[k] || 'other') as BandRole;
  });
  const because = order
    ? phrase('the bands have no telling names; {{guess}}', { guess: order.what })
    : names
      ? phrase('the bands have no telling names; the first three are the colours of the picture')
      : phrase('the bands have no telling names and {{bands}} of them fit no sensor: please check', {
          bands: free.length,
        });
  return { roles, because };
}

/** Of a band's samples, this share and more are its lowest or highest value in a picture's transparency, soft edges left aside. */
const TWO_VALUES = 0.98;

/**
 * The fourth band of a picture of which the file does not say what it is: transparency, and no near infrared, where it is full nearly everywhere
 * and nothing else. Null where it is not.
 * @param sorted Ascending samples of the band.
 * @returns the evidence with what was seen
 */
export function withSeenAlpha(
  evidence: BandEvidence,
  roles: readonly BandRole[],
  sorted: ArrayLike<number>,
): BandEvidence | null {
  const { descriptions, sampleType, photometric, extraSamples } = evidence;
  const isOpen = photometric === PHOTOMETRIC.rgb && roles.join(' ') === 'red green blue nir';
  if (!isOpen || descriptions[3] !== '' || sorted.length === 0) return null;
  const highest = INTEGER_RANGES[sampleType]?.[1];
  let [none, full] = [0, 0];
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] === 0) none++;
    else if (sorted[i] === highest) full++;
  }
  if (full < sorted.length / 2 || none + full < TWO_VALUES * sorted.length) return null;
  return { ...evidence, extraSamples: [2, ...extraSamples.slice(1)] };
}

/** Beside bands that are named blue, green and red alone, a single one without a name is the near infrared. */
function fourthBand(roles: BandRole[], { descriptions }: BandEvidence): Decision[] {
  const light = roles.filter((role) => !QUALITY_ROLES.includes(role)).sort();
  const fourth = roles.indexOf('other');
  if (light.join(' ') !== 'blue green other red' || descriptions[fourth] !== '') return [];
  roles[fourth] = 'nir';
  return [
    {
      subject: 'bands',
      text: phrase('band {{band}} is used as near infrared', { band: fourth + 1 }),
      because: phrase('it has no name, and the others are blue, green and red'),
    },
  ];
}

/** 20 m products hold B8A and no B08: it takes the place of the near infrared. */
function promoteNarrowNir(roles: BandRole[], because: Phrase) {
  const narrow = roles.indexOf('nir08');
  const decisions: Decision[] = [];
  if (narrow >= 0 && !roles.includes('nir')) {
    roles[narrow] = 'nir';
    decisions.push({
      subject: 'bands',
      text: phrase('band {{band}} (narrow near infrared) is used as near infrared', { band: narrow + 1 }),
      because: phrase('the file has no broad near-infrared band'),
    });
  }
  return {
    roles,
    decisions: [{ subject: 'bands', text: rolesText(roles), because } as Decision, ...decisions],
  };
}

/** Roles by band, under the names that the command line has for them, too: the same in every language. */
export function rolesText(roles: readonly BandRole[]): Phrase {
  return { text: roles.map((role, i) => `${i + 1} ${role}`).join(', ') };
}

/** The first band of a role keeps it; QA and `other` may occur more than once. */
function withoutRepeats(roles: readonly BandRole[]): BandRole[] {
  return roles.map((role, i) => {
    if (roles.indexOf(role) === i || role === 'other' || role === 'quality') return role;
    return QUALITY_ROLES.includes(role) ? 'quality' : 'other';
  });
}
