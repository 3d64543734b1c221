import { DATE_COLOURS, MASK_ENTRIES, PROVENANCE_ENTRIES, type Rgb } from '../pipeline/colours.ts';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { PROVENANCE } from '../pipeline/scene.ts';
import type { SceneDate } from '../store/dates.ts';
import type { Overlay } from '../store/state.ts';
import { t } from '../texts/texts.ts';
import { MASK_WORDS, PROVENANCE_WORDS } from '../viewer/class-words.ts';
import { CONFIDENCE_RAMP, css } from '../viewer/palette.ts';
import { useActions, useApp } from './context.ts';
import { dateName } from './date-words.ts';
import { Ramp } from './Ramp.tsx';
import { wholePercent } from './words.ts';

const NAMES: readonly (readonly [Overlay, Phrase])[] = [
  ['mask', phrase('Clouds and shadows')],
  ['provenance', phrase('Origin of pixels')],
  ['confidence', phrase('Confidence')],
  ['date', phrase('Dates of pixels')],
  ['none', phrase('No overlay')],
];

const FROM_DATES: readonly number[] = [PROVENANCE.otherDate, PROVENANCE.otherDateChanged];

/** What lies over the scene, what its colours mean, and how strongly it shows. */
export function Legend() {
  const overlay = useApp((state) => state.overlay);
  const opacity = useApp((state) => state.overlayOpacity);
  const hasResult = useApp((state) => state.hasResult);
  const started = useApp((state) => state.job.status !== 'idle');
  const dates = useApp((state) => state.dates);
  const runDates = useApp((state) => state.runDates);
  const isSaved = useApp((state) => state.job.status === 'saved');
  // The difference is shown by itself; not while the mask is edited.
  const plain = useApp(
    (state) => state.hasResult && state.compareMode === 'difference' && state.maskEditor === null,
  );
  const { setOverlay, setOverlayOpacity } = useActions();
  if (!started || plain) return null;
  const kept = NAMES.filter(([id]) => !isSaved || id !== 'confidence');
  const offered = kept.filter(
    ([id]) => id === 'mask' || id === 'none' || (hasResult && (id !== 'date' || runDates.length > 0)),
  );
  const entries = entriesOf(
    overlay,
    runDates.map((id) => dates.find((date) => date.id === id)),
    isSaved,
  );
  return (
    <section className="legend" aria-label={t('Overlay')}>
      <select
        aria-label={t('Overlay shown on the map')}
        value={overlay}
        onChange={(event) => setOverlay(event.target.value as Overlay)}
      >
        {offered.map(([id, name]) => (
          <option key={id} value={id}>
            {t(name)}
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
      {overlay === 'confidence' && (
        <Ramp stops={CONFIDENCE_RAMP} low={wholePercent(0)} high={wholePercent(1)} />
      )}
      {overlay !== 'none' && (
        <label className="slider-row">
          <span>{t('Opacity')}</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={opacity}
            aria-valuetext={wholePercent(opacity)}
            onChange={(event) => setOverlayOpacity(event.target.valueAsNumber)}
          />
        </label>
      )}
    </section>
  );
}

/**
 * Colours and their meaning.
 * @param dates In the order of their numbers.
 * @param isSaved A saved comparison may hold pixels of dates that are not at hand.
 */
function entriesOf(
  overlay: Overlay,
  dates: readonly (SceneDate | undefined)[],
  isSaved: boolean,
): readonly (readonly [Rgb, string])[] {
  switch (overlay) {
    case 'mask':
      return MASK_ENTRIES.map(([value, colour]) => [colour, t(MASK_WORDS[value])]);
    case 'provenance': {
      const unused = dates.length > 0 || isSaved ? [] : FROM_DATES;
      return PROVENANCE_ENTRIES.filter(([value]) => !unused.includes(value)).map(([value, colour]) => [
        colour,
        t(PROVENANCE_WORDS[value]),
      ]);
    }
    case 'date':
      return dates.map((date, i) => [
        DATE_COLOURS[i % DATE_COLOURS.length],
        date ? dateName(date) : t('Date {{number}}', { number: i + 1 }),
      ]);
    default:
      return [];
  }
}
