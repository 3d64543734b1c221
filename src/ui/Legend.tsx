import { DATE_COLOURS, MASK_COLOURS, PROVENANCE_COLOURS, type Rgb } from '../pipeline/colours.ts';
import type { SceneDate } from '../store/dates.ts';
import type { Overlay } from '../store/state.ts';
import { CONFIDENCE_RAMP, css } from '../viewer/palette.ts';
import { useActions, useApp } from './context.ts';
import { dateName } from './date-words.ts';
import { Ramp } from './Ramp.tsx';

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
  ['date', 'Dates of pixels'],
  ['none', 'No overlay'],
];

const FROM_DATES = [
  [PROVENANCE_COLOURS.otherDate, 'Seen on another date'],
  [PROVENANCE_COLOURS.otherDateChanged, 'The same, changed since'],
] as const;

/** What lies over the scene, what its colours mean, and how strongly it shows. */
export function Legend() {
  const overlay = useApp((state) => state.overlay);
  const opacity = useApp((state) => state.overlayOpacity);
  const hasResult = useApp((state) => state.hasResult);
  const started = useApp((state) => state.job.status !== 'idle');
  const dates = useApp((state) => state.dates);
  const runDates = useApp((state) => state.runDates);
  const isSaved = useApp((state) => state.job.status === 'saved');
  // The difference is shown by itself.
  const plain = useApp((state) => state.hasResult && state.compareMode === 'difference');
  const { setOverlay, setOverlayOpacity } = useActions();
  if (!started || plain) return null;
  const kept = NAMES.filter(([id]) => !isSaved || id !== 'confidence');
  const offered = kept.filter(
    ([id]) => id === 'mask' || id === 'none' || (hasResult && (id !== 'date' || runDates.length > 0)),
  );
  const entries = entriesOf(
    overlay,
    runDates.map((id) => dates.find((date) => date.id === id)),
  );
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
      {entries.length > 0 && (
        <ul className="swatches">
          {entries.map(([colour, name]) => (
            <li key={name}>
              <span className="swatch" style={{ background: css(colour) }} />
              {name}
            </li>
          ))}
        </ul>
      )}
      {overlay === 'confidence' && <Ramp stops={CONFIDENCE_RAMP} low="0 %" high="100 %" />}
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

/** Colours and their meaning; `dates` in the order of their numbers. */
function entriesOf(
  overlay: Overlay,
  dates: readonly (SceneDate | undefined)[],
): readonly (readonly [Rgb, string])[] {
  switch (overlay) {
    case 'mask':
      return ENTRIES.mask;
    case 'provenance':
      return dates.length > 0 ? [...FROM_DATES, ...ENTRIES.provenance] : ENTRIES.provenance;
    case 'date':
      return dates.map((date, i) => [
        DATE_COLOURS[i % DATE_COLOURS.length],
        date ? dateName(date) : `Date ${i + 1}`,
      ]);
    default:
      return [];
  }
}
