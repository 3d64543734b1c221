import type { BandRole } from '../scene.ts';
import type { MetadataItem } from '../tiff/gdal-metadata.ts';
import { WAVELENGTHS } from '../wavelengths.ts';

/** Where the bands lie that have a role by their wavelength, in micrometres; those that the networks see choose first. */
const RANGES: readonly (readonly [role: BandRole, from: number, to: number])[] = [
  ['blue', 0.45, 0.515],
  ['green', 0.52, 0.6],
  ['red', 0.62, 0.69],
  ['nir', 0.76, 0.9],
  ['swir16', 1.55, 1.75],
  ['swir22', 2.05, 2.35],
  ['coastal', 0.42, 0.45],
  ['green05', 0.51, 0.55],
  ['yellow', 0.58, 0.62],
  ['rededge1', 0.69, 0.72],
  ['rededge2', 0.73, 0.755],
  ['rededge3', 0.77, 0.8],
  ['nir08', 0.855, 0.875],
  ['nir09', 0.93, 0.96],
  ['cirrus', 1.36, 1.39],
  ['lwir', 8, 14],
];

/**
 * Centre wavelength of each band in micrometres, as its metadata (GDAL's `CENTRAL_WAVELENGTH_UM`, ENVI's `wavelength`)
 * or its name (`Band 3 (482.0 Nanometers)`) give it; null where neither does.
 */
export function wavelengthsOf(
  items: readonly MetadataItem[],
  descriptions: readonly string[],
): (number | null)[] {
  return descriptions.map((description, band) => {
    const item = (name: RegExp) =>
      items.find((one) => one.sample === band && one.role === '' && name.test(one.name))?.value ?? '';
    const central = micrometres(item(/^CENTRAL_WAVELENGTH_UM$/i), 'um');
    return central ?? micrometres(item(/^wavelength$/i), item(/^wavelength_units?$/i)) ?? named(description);
  });
}

function named(description: string): number | null {
  const found =
    /(?<![\d.])(\d{1,6}(?:\.\d{1,9})?) ?(nm|nanomet(?:er|re)s?|[uµμ]m|micromet(?:er|re)s?|microns?)\b/i.exec(
      description,
    );
  return found && micrometres(found[1], found[2]);
}

/** Without units, what is above 100 is nanometres. */
function micrometres(text: string, units: string): number | null {
  const value = Number.parseFloat(text);
  if (!(value > 0)) return null;
  const nano = /^n/i.test(units.trim()) || (units === '' && value > 100);
  return nano ? value / 1000 : value;
}

/** Of the bands in the range of a role, the one nearest to its centre has it; all others are `other`. */
export function rolesOfWavelengths(wavelengths: readonly (number | null)[]): BandRole[] {
  const roles = wavelengths.map((): BandRole => 'other');
  for (const [role, from, to] of RANGES) {
    const centre = WAVELENGTHS[role] ?? 11;
    let best = -1;
    wavelengths.forEach((value, band) => {
      if (value === null || value < from || value > to || roles[band] !== 'other') return;
      if (best < 0 || Math.abs(value - centre) < Math.abs((wavelengths[best] as number) - centre))
        best = band;
    });
    if (best >= 0) roles[best] = role;
  }
  return roles;
}
