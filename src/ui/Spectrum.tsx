import type { Scene } from '../pipeline/scene.ts';
import { WAVELENGTHS } from '../pipeline/wavelengths.ts';
import { decimal } from './words.ts';

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
    .filter(({ role }) => WAVELENGTHS[role] !== undefined)
    .sort((a, b) => WAVELENGTHS[a.role]! - WAVELENGTHS[b.role]!);
  if (bands.length < 3) return null;
  const curve = (samples: readonly number[]) =>
    bands.map(({ index, scale, offset, role }) => ({
      wavelength: WAVELENGTHS[role]!,
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
  const [first, last] = [bands[0], bands[bands.length - 1]].map(({ role }) => Math.log(WAVELENGTHS[role]!));
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
