import type { BandRole, Scene } from '../pipeline/scene.ts';

/** Ways to show a scene in three colours. */
const CHOICES = [
  { id: 'true-colour', name: 'True colour', roles: ['red', 'green', 'blue'] },
  { id: 'infrared', name: 'False colour, near infrared', roles: ['nir', 'red', 'green'] },
  { id: 'shortwave', name: 'Short-wave infrared', roles: ['swir22', 'nir', 'red'] },
  { id: 'agriculture', name: 'Agriculture', roles: ['swir16', 'nir', 'blue'] },
] as const satisfies readonly { id: string; name: string; roles: readonly BandRole[] }[];

export type CombinationId = (typeof CHOICES)[number]['id'] | 'first-bands';

export interface Combination {
  readonly id: CombinationId;
  readonly name: string;
  /** File indices for red, green, blue. */
  readonly bands: readonly [number, number, number];
}

/**
 * The combinations that a scene's bands allow; never empty. `shownFirst` (file indices) is offered as
 * "First bands" where no named combination equals it.
 */
export function combinationsOf(scene: Scene, shownFirst: readonly [number, number, number]): Combination[] {
  const found: Combination[] = [];
  for (const { id, name, roles } of CHOICES) {
    const bands = roles.map((role) => scene.bands.find((band) => band.role === role)?.index);
    if (bands.every((index) => index !== undefined)) {
      found.push({ id, name, bands: bands as [number, number, number] });
    }
  }
  const same = (entry: Combination) => entry.bands.join() === shownFirst.join();
  if (!found.some(same)) {
    const name = new Set(shownFirst).size === 1 ? 'Single band' : 'First bands';
    found.push({ id: 'first-bands', name, bands: shownFirst });
  }
  return found;
}

/** Whether the scene brings a quality band that can say where clouds are. */
export function hasQualityBand(scene: Scene): boolean {
  return scene.bands.some((band) => CLOUD_QUALITY.includes(band.role));
}

const CLOUD_QUALITY: readonly BandRole[] = ['qa_pixel', 'fmask', 'scl', 'qa60', 'cloud_probability'];
