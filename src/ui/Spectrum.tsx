import type { BandRole, Scene } from '../pipeline/scene.ts';
import { decimal } from './words.ts';

/** Centre wavelengths in micrometres, of Sentinel-2 MSI; of Landsat OLI for bands that it lacks. */
const WAVELENGTH: Partial<Readonly<Record<BandRole, number>>> = {
  coastal: 0.443,
  blue: 0.492,
  green: 0.56,
  red: 0.665,
  rededge1: 0.704,
  rededge2: 0.741,
  rededge3: 0.783,
  nir: 0.833,
  nir08: 0.865,
  nir09: 0.945,
  cirrus: 1.374,
  swir16: 1.614,
  swir22: 2.202,
};

const WIDTH = 220;
const HEIGHT = 64;

/** Reflectance over wavelength before and after, as small curves. Says nothing that the table beside it does not. */
export function Spectrum(props: {
  scene: Scene;
  before: readonly number[];
  after: readonly number[] | null;
}) {
  const { scene, before, after } = props;
  const bands = scene.bands
    .filter(({ role }) => WAVELENGTH[role] !== undefined)
    .sort((a, b) => WAVELENGTH[a.role]! - WAVELENGTH[b.role]!);
  if (bands.length < 3) return null;
  const curve = (samples: readonly number[]) =>
    bands.map(({ index, scale, offset, role }) => ({
      wavelength: WAVELENGTH[role]!,
      reflectance: samples[index] * scale + offset,
    }));
  const curves = [curve(before), ...(after ? [curve(after)] : [])];
  const top = Math.max(
    0.1,
    ...curves
      .flat()
      .map(({ reflectance }) => reflectance)
      .filter(Number.isFinite),
  );
  // The visible bands lie close together: a logarithmic axis gives them room.
  const [first, last] = [bands[0], bands[bands.length - 1]].map(({ role }) => Math.log(WAVELENGTH[role]!));
  const points = (of: ReturnType<typeof curve>) =>
    of
      .filter(({ reflectance }) => Number.isFinite(reflectance))
      .map(({ wavelength, reflectance }) => {
        const x = ((Math.log(wavelength) - first) / (last - first)) * WIDTH;
        return `${x.toFixed(1)},${(HEIGHT * (1 - Math.max(0, reflectance) / top)).toFixed(1)}`;
      })
      .join(' ');
  return (
    <svg className="spectrum" viewBox={`-4 -10 ${WIDTH + 8} ${HEIGHT + 14}`} aria-hidden="true">
      <path d={`M0 0V${HEIGHT}H${WIDTH}`} />
      {curves.map((of, i) => (
        <polyline
          key={i === 0 ? 'before' : 'after'}
          className={i === 0 ? 'before' : 'after'}
          points={points(of)}
        />
      ))}
      <text x={WIDTH} y="-1" textAnchor="end">
        {decimal(top, 2)}
      </text>
    </svg>
  );
}
