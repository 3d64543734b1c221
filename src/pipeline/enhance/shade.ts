import type { Stretch } from './stretch.ts';

/** Reflectance from black to white; of a band that is flat (low = high) enough to divide by. */
export const spanOf = ({ low, high }: Stretch) => Math.max(high - low, 1e-6);

/** How bright a value in reflectance is drawn, 0..255, as the map draws it; gamma above 1 brightens. */
export function shade(value: number, stretch: Stretch, gamma: number): number {
  const share = (value - stretch.low) / spanOf(stretch);
  return Math.round(255 * Math.min(1, Math.max(0, share)) ** (1 / gamma));
}
