import { MASK_COLOURS, PROVENANCE_COLOURS } from '../pipeline/colours.ts';
import type { Overlay } from '../store/state.ts';
import { CONFIDENCE_RAMP, css } from '../viewer/palette.ts';
import { useActions, useApp } from './context.ts';

const ENTRIES = {
  mask: [
    [MASK_COLOURS.thin, 'Thin cloud'],
    [MASK_COLOURS.thick, 'Thick cloud'],
    [MASK_COLOURS.shadow, 'Cloud shadow'],
  ],
  provenance: [
    [PROVENANCE_COLOURS.thinCorrected, 'Thin cloud corrected'],
    [PROVENANCE_COLOURS.shadowCorrected, 'Shadow corrected'],
    [PROVENANCE_COLOURS.generated, 'Generated'],
    [PROVENANCE_COLOURS.leftCloudy, 'Left cloudy'],
  ],
} as const;

const NAMES: readonly (readonly [Overlay, string])[] = [
  ['mask', 'Clouds and shadows'],
  ['provenance', 'Origin of pixels'],
  ['confidence', 'Confidence'],
  ['none', 'No overlay'],
];

/** What lies over the scene, what its colours mean, and how strongly it shows. */
export function Legend() {
  const overlay = useApp((state) => state.overlay);
  const opacity = useApp((state) => state.overlayOpacity);
  const hasResult = useApp((state) => state.hasResult);
  const started = useApp((state) => state.job.status !== 'idle');
  const isSaved = useApp((state) => state.job.status === 'saved');
  const { setOverlay, setOverlayOpacity } = useActions();
  if (!started) return null;
  const kept = NAMES.filter(([id]) => !isSaved || id !== 'confidence');
  const offered = kept.filter(([id]) => hasResult || id === 'mask' || id === 'none');
  return (
    <section className="legend" aria-label="Overlay">
      <select
        aria-label="Overlay shown on the map"
        value={overlay}
        onChange={(event) => setOverlay(event.target.value as Overlay)}
      >
        {offered.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {(overlay === 'mask' || overlay === 'provenance') && (
        <ul className="swatches">
          {ENTRIES[overlay].map(([colour, name]) => (
            <li key={name}>
              <span className="swatch" style={{ background: css(colour) }} />
              {name}
            </li>
          ))}
        </ul>
      )}
      {overlay === 'confidence' && <ConfidenceRamp />}
      {overlay !== 'none' && (
        <label className="slider-row">
          <span>Opacity</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={opacity}
            aria-valuetext={`${Math.round(opacity * 100)} %`}
            onChange={(event) => setOverlayOpacity(event.target.valueAsNumber)}
          />
        </label>
      )}
    </section>
  );
}

function ConfidenceRamp() {
  const stops = CONFIDENCE_RAMP.map(([percent, rgb]) => `${css(rgb)} ${percent}%`).join(', ');
  return (
    <div className="ramp">
      <div style={{ background: `linear-gradient(to right, ${stops})` }} />
      <span>0 %</span>
      <span>100 %</span>
    </div>
  );
}
