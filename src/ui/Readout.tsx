import { useContext } from 'react';
import type { Band } from '../pipeline/scene.ts';
import { toCrs } from '../viewer/map-space.ts';
import { useApp, ViewerContext } from './context.ts';
import { Spectrum } from './Spectrum.tsx';
import { MASK_WORDS, PROVENANCE_WORDS, sampleText } from './words.ts';

/** What is under the pointer: place, samples before and after, and where the result's came from. */
export function Readout() {
  const probe = useApp((state) => state.probe);
  const scene = useApp((state) => state.scene?.scene);
  const hasResult = useApp((state) => state.hasResult);
  const viewer = useContext(ViewerContext);
  if (probe === null || scene === undefined || probe.before === null) return null;
  const place = toCrs(scene.grid, probe.x + 0.5, probe.y + 0.5);
  const geographic = viewer.current?.geographic(probe.x + 0.5, probe.y + 0.5) ?? null;
  const digits = scene.grid.crs.units === 'degrees' ? 5 : 0;
  const after = hasResult ? probe.after : null;
  return (
    <section className="readout" aria-label="Pixel under the pointer">
      <p className="place">
        {place !== null && (
          <span>
            {scene.grid.crs.code} {place.map((value) => value.toFixed(digits)).join(', ')}
          </span>
        )}
        {geographic !== null && scene.grid.crs.units !== 'degrees' && <span>{inDegrees(geographic)}</span>}
        <span>
          column {probe.x}, row {probe.y}
        </span>
      </p>
      <Spectrum scene={scene} before={probe.before} after={after} />
      <table>
        <thead>
          <tr>
            <th scope="col">Band</th>
            <th scope="col">{after === null ? 'Value' : 'Before'}</th>
            {after !== null && <th scope="col">After</th>}
          </tr>
        </thead>
        <tbody>
          {scene.bands.map((band) => (
            <tr key={band.index}>
              <th scope="row">{bandName(band)}</th>
              <td>{sampleText(probe.before?.[band.index] ?? Number.NaN)}</td>
              {after !== null && (
                <td data-changed={after[band.index] !== probe.before?.[band.index]}>
                  {sampleText(after[band.index])}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {probe.mask !== null && (
        <p className="origin">
          {probe.provenance === null || !hasResult
            ? MASK_WORDS[probe.mask]
            : PROVENANCE_WORDS[probe.provenance]}
          {hasResult && probe.provenance !== 0 && probe.confidence !== null && probe.confidence <= 100
            ? `, confidence ${probe.confidence} %`
            : ''}
        </p>
      )}
    </section>
  );
}

/** Latitude and longitude in words, e.g. `8.0123° S, 34.8567° W`. */
function inDegrees([longitude, latitude]: readonly [number, number]): string {
  const side = (value: number, [positive, negative]: string) =>
    `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
  return `${side(latitude, 'NS')}, ${side(longitude, 'EW')}`;
}

export function bandName({ index, description, role }: Band): string {
  return description || (role === 'other' ? `Band ${index + 1}` : role);
}
