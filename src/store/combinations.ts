import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { type BandRole, QUALITY_ROLES, type Scene, saysWhereCloudsAre } from '../pipeline/scene.ts';
import { t } from '../texts/texts.ts';

/** How the bands of a combination become colours: each a colour of its own, or one value along a palette. */
export type Drawn = 'colours' | 'palette' | 'ndvi';

/** Ways to show a scene in three colours. */
const CHOICES = [
  { id: 'true-colour', name: phrase('True colour'), roles: ['red', 'green', 'blue'] },
  { id: 'infrared', name: phrase('False colour, near infrared'), roles: ['nir', 'red', 'green'] },
  { id: 'shortwave', name: phrase('Short-wave infrared'), roles: ['swir22', 'nir', 'red'] },
  { id: 'agriculture', name: phrase('Agriculture'), roles: ['swir16', 'nir', 'blue'] },
] as const satisfies readonly { id: string; name: Phrase; roles: readonly BandRole[] }[];

export type CombinationId = (typeof CHOICES)[number]['id'] | 'first-bands' | 'ndvi' | `band-${number}`;

export interface Combination {
  readonly id: CombinationId;
  readonly name: string;
  /** File indices for red, green, blue; of a palette three times the same, of the NDVI near infrared, red, red. */
  readonly bands: readonly [number, number, number];
  readonly drawn: Drawn;
}

/**
 * The combinations that a scene's bands allow, then the NDVI and its measured bands one by one; never empty. `shownFirst` (file indices) is offered as
 * "First bands" where no named combination equals it.
 */
export function combinationsOf(scene: Scene, shownFirst: readonly [number, number, number]): Combination[] {
  const found: Combination[] = [];
  for (const { id, name, roles } of CHOICES) {
    const bands = roles.map((role) => scene.bands.find((band) => band.role === role)?.index);
    if (bands.every((index) => index !== undefined)) {
      found.push({ id, name: t(name), bands: bands as [number, number, number], drawn: 'colours' });
    }
  }
  const same = (entry: Combination) => entry.bands.join() === shownFirst.join();
  if (!found.some(same)) {
    const name = new Set(shownFirst).size === 1 ? t('Single band') : t('First bands');
    found.push({ id: 'first-bands', name, bands: shownFirst, drawn: 'colours' });
  }
  const [nir, red] = (['nir', 'red'] as const).map((role) => scene.bands.find((band) => band.role === role));
  if (nir && red) {
    const bands = [nir.index, red.index, red.index] as const;
    found.push({ id: 'ndvi', name: t('Vegetation index (NDVI)'), bands, drawn: 'ndvi' });
  }
  for (const { index, role, description } of scene.bands) {
    if (role === 'alpha' || QUALITY_ROLES.includes(role)) continue;
    const name = description || (role === 'other' ? t('Band {{number}}', { number: index + 1 }) : role);
    found.push({ id: `band-${index}`, name, bands: [index, index, index], drawn: 'palette' });
  }
  return found;
}

/** Whether the scene brings a quality band that can say where clouds are. */
export function hasQualityBand(scene: Scene): boolean {
  return scene.bands.some(({ role }) => saysWhereCloudsAre(role));
}
