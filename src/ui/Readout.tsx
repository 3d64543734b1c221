import { useContext } from 'react';
import type { Place } from '../pipeline/place.ts';
import type { Band, Grid } from '../pipeline/scene.ts';
import type { PixelProbe } from '../services/engine.ts';
import { t } from '../texts/texts.ts';
import { MASK_WORDS, PROVENANCE_WORDS } from '../viewer/class-words.ts';
import { toCrs } from '../viewer/map-space.ts';
import { useActions, useApp, ViewerContext } from './context.ts';
import { DismissButton } from './Messages.tsx';
import { Spectrum } from './Spectrum.tsx';
import { decimal, listed, sampleText } from './words.ts';

/** What is under the pointer: place, samples before and after, and where the result's came from. */
export function Readout() {
  const probe = useApp((state) => state.probe);
  const scene = useApp((state) => state.scene?.scene);
  const hasResult = useApp((state) => state.hasResult);
  const inspecting = useApp((state) => state.inspecting);
  const viewer = useContext(ViewerContext);
  const { setInspecting } = useActions();
  // It would hide a third of what is drawn on.
  const drawing = useApp((state) => state.maskEditor !== null && state.maskTool !== 'move');
  if (drawing && !inspecting) return null;
  if (probe === null || scene === undefined || probe.before === null) return null;
  const after = hasResult ? probe.after : null;
  const origin = originInWords(probe, hasResult);
  return (
    <section
      className="readout"
      // While it stays where it is, it can be scrolled; else the pointer goes through it, to the map.
      tabIndex={inspecting ? 0 : undefined}
      aria-label={inspecting ? t('Pixel in the middle') : t('Pixel under the pointer')}
    >
      {/* Where it lies over the panel. */}
      <div className="only-narrow readout-close">
        <DismissButton
          label={t('Close')}
          onClick={() => {
            setInspecting(false);
            viewer.current?.setInspecting(false);
          }}
        />
      </div>
      <p className="place">
        {placeInWords(probe, scene.grid).map((line) => (
          <span key={line}>{line}</span>
        ))}
        <span>{t('column {{column}}, row {{row}}', { column: probe.x, row: probe.y })}</span>
      </p>
      {origin !== null && <p className="origin">{origin}</p>}
      <Spectrum scene={scene} before={probe.before} after={after} />
      <table>
        <thead>
          <tr>
            <th scope="col">{t('Band')}</th>
            <th scope="col">{after === null ? t('Value') : t('Before')}</th>
            {after !== null && <th scope="col">{t('After')}</th>}
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
      {/* Who moves the map by keyboard hears what is in its middle; a mouse would never fall silent. */}
      <p className="visually-hidden" role="status">
        {inspecting &&
          t('Column {{column}}, row {{row}}: {{origin}}', {
            column: probe.x,
            row: probe.y,
            origin: origin ?? t('not looked at yet'),
          })}
      </p>
    </section>
  );
}

/** Where the pixel's values come from. */
function originInWords(probe: PixelProbe, hasResult: boolean): string | null {
  const { mask, provenance, confidence } = probe;
  if (mask === null) return null;
  if (provenance === null || !hasResult) return t(MASK_WORDS[mask]);
  const origin = PROVENANCE_WORDS[provenance];
  const told = provenance !== 0 && confidence !== null && confidence <= 100;
  return told ? t('{{origin}}, confidence {{confidence}} %', { origin, confidence }) : t(origin);
}

/** Latitude and longitude, UTM, and the scene's own coordinates where they are neither. */
function placeInWords({ x, y, place }: PixelProbe, grid: Grid): string[] {
  const { crs } = grid;
  const own = toCrs(grid, x + 0.5, y + 0.5);
  const isUtm = place?.utm && own?.every((value, i) => value === [place.utm?.east, place.utm?.north][i]);
  const isGeographic = place !== null && crs.units === 'degrees';
  const ownLine =
    own && `${crs.code} ${own.map((v) => v.toFixed(crs.units === 'degrees' ? 5 : 0)).join(', ')}`;
  return [
    ...(ownLine !== null && !isUtm && !isGeographic ? [ownLine] : []),
    ...(place ? [inDegrees(place)] : []),
    ...(place?.utm ? [inMetres(place.utm)] : []),
  ];
}

function inMetres({ zone, south, east, north }: NonNullable<Place['utm']>): string {
  const at = { zone, east: Math.round(east), north: Math.round(north) };
  return south
    ? t('UTM {{zone}} south: {{east}} E, {{north}} N', at)
    : t('UTM {{zone}} north: {{east}} E, {{north}} N', at);
}

/** Latitude and longitude in words, e.g. `8.0123° S, 34.8567° W`. */
function inDegrees({ longitude, latitude }: Place): string {
  const [across, along] = [latitude, longitude].map((value) => ({ degrees: decimal(Math.abs(value), 4) }));
  return listed([
    latitude < 0 ? t('{{degrees}}° S', across) : t('{{degrees}}° N', across),
    longitude < 0 ? t('{{degrees}}° W', along) : t('{{degrees}}° E', along),
  ]);
}

export function bandName({ index, description, role }: Band): string {
  return description || (role === 'other' ? t('Band {{number}}', { number: index + 1 }) : role);
}
