import { PipelineError } from '../errors.ts';
import { type Phrase, phrase } from '../phrase.ts';
import { type BandRole, CLOUD_ROLES, QUALITY_ROLES } from '../scene.ts';
import { pixelArea } from './common-grid.ts';
import type { Image } from './image.ts';

/** One of the files that are one scene. */
export interface BandFile {
  readonly image: Image;
  /** What the file's name says beyond what all of them share: `B02`, `SR_B4`, `QA_PIXEL`. */
  readonly label: string;
  readonly role: BandRole | null;
}

/** Does a band hold classes, not light? */
export const isClasses = (role: BandRole | null): boolean => role !== null && QUALITY_ROLES.includes(role);

/**
 * What a scene does without: a panchromatic band is on a finer grid, and would make all bands sharper than they are; of the others
 * nobody knows what they say.
 */
const LEFT_ASIDE: readonly BandRole[] = ['pan', 'other', 'alpha', 'quality'];

/** The order of the bands in the scene. */
const ORDER: readonly BandRole[] = [
  ...([
    'coastal',
    'blue',
    'green',
    'red',
    'rededge1',
    'rededge2',
    'rededge3',
    'nir',
    'nir08',
    'nir09',
  ] as const),
  ...(['cirrus', 'swir16', 'swir22', 'lwir'] as const),
  ...CLOUD_ROLES,
];

/** What all names begin with, up to a separator, and what is left of each. */
export function splitNames(names: readonly string[]): { title: string; labels: string[] } {
  let shared = names.reduce((a, b) => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length++;
    return a.slice(0, length);
  });
  shared = shared.slice(0, shared.search(/[_. -][^_. -]*$/) + 1);
  return {
    title: shared.replace(/[_. -]+$/, '') || 'scene',
    labels: names.map((name) => {
      const label = name.slice(shared.length).replace(/[_-]\d+m$/i, '');
      return label.match(BAND_AT_END)?.[1] ?? label;
    }),
  };
}

const BAND_AT_END = /[_. -]((?:S[RT]_)?B\d{1,2}A?|SCL|QA_?PIXEL|QA_?60|Fmask)$/i;

/** Days in names, as in `LC08_..._20200512_...` and `T16RBU_20200101T163659_B02`: the first is that of the image. */
export function requireOneDate(names: readonly string[]): void {
  const days = new Set(
    names.flatMap((name) => name.match(/(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d/)?.[0] ?? []),
  );
  if (days.size > 1)
    throw notOneScene(
      phrase('their names bear different dates ({{dates}})', { dates: [...days].slice(0, 3).join(', ') }),
    );
}

/** Landsat has two thermal bands: the first (B10, B6_VCID_1) is the one to go by. */
const byLabel = (a: BandFile, b: BandFile) => a.label.localeCompare(b.label, 'en', { numeric: true });

/** The files that make up the scene, in its order of bands. */
export function chooseFiles(members: readonly BandFile[]): BandFile[] {
  if (members.every(({ role }) => role === null)) {
    throw notOneScene(phrase('no name of them says which band it is (as B02, SR_B4, QA_PIXEL or red does)'));
  }
  const best = new Map<BandRole, BandFile>();
  for (const member of members) {
    const { role } = member;
    if (role === null || LEFT_ASIDE.includes(role)) continue;
    const other = best.get(role);
    const [area, otherArea] = [member, other].map((one) => (one ? pixelArea(one.image.grid) : Number.NaN));
    if (other && role === 'lwir') {
      if (byLabel(member, other) < 0) best.set(role, member);
      continue;
    }
    if (other && Math.abs(area - otherArea) < 1e-3 * area) {
      throw notOneScene(
        phrase('{{a}} and {{b}} hold the same band ({{role}})', {
          a: other.image.name,
          b: member.image.name,
          role,
        }),
      );
    }
    if (!other || area < otherArea) best.set(role, member);
  }
  if (best.size === 0) throw notOneScene(phrase('none of them is a band of light'));
  return [...best.values()].sort(
    (a, b) => ORDER.indexOf(a.role as BandRole) - ORDER.indexOf(b.role as BandRole),
  );
}

/** The error of files that do not belong together. */
export function notOneScene(why: Phrase): PipelineError {
  return new PipelineError(
    'scene/not-one-scene',
    phrase('These files are not the bands of one scene: {{why}}.', { why }),
    phrase('Drop either one file with all bands, or the single-band files of one scene and one date.'),
  );
}
