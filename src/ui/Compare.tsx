import { useEffect, useState } from 'react';
import { COMPARE_MODES, type CompareMode } from '../store/preferences.ts';
import { useActions, useApp, useAppStore } from './context.ts';
import './compare.css';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';
import { wholePercent } from './words.ts';

const NAMES: Readonly<Record<CompareMode, Phrase>> = {
  swipe: phrase('Swipe'),
  'swipe-rows': phrase('Swipe up and down'),
  'side-by-side': phrase('Side by side'),
  blink: phrase('Blink'),
  blend: phrase('Opacity'),
  difference: phrase('Difference'),
};

/** Each of the two is shown for this long, in milliseconds: slower than three flashes a second (WCAG 2.3.1). */
const BLINK = 900;

/** How before and after are compared on the map. */
export function Compare() {
  const hasTwo = useApp(
    (state) => state.hasResult || state.pictures.some((picture) => typeof picture === 'number'),
  );
  // The mask is edited on the scene as it came, alone.
  const editing = useApp((state) => state.maskEditor !== null);
  const mode = useApp((state) => state.compareMode);
  const { setCompareMode } = useActions();
  if (!hasTwo || editing) return null;
  return (
    <section className="compare" aria-label={t('Compare before and after')}>
      <select
        aria-label={t('Compare by')}
        value={mode}
        onChange={(event) => setCompareMode(event.target.value as CompareMode)}
      >
        {COMPARE_MODES.map((id) => (
          <option key={id} value={id}>
            {t(NAMES[id])}
          </option>
        ))}
      </select>
      {mode === 'blink' && <Blink />}
      {mode === 'blend' && <Blend />}
      {mode === 'difference' && <p className="fine">{t('Black: unchanged')}</p>}
    </section>
  );
}

function Blend() {
  const position = useApp((state) => state.swipe);
  const { setSwipe } = useActions();
  return (
    <label className="blend">
      <span>{t('Before')}</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={1 - position}
        aria-label={t('Share of after')}
        aria-valuetext={t('{{share}} after', { share: wholePercent(1 - position) })}
        onChange={(event) => setSwipe(1 - event.target.valueAsNumber)}
      />
      <span>{t('After')}</span>
    </label>
  );
}

/** Shows the two in turn until it is stopped; stopped from the start for who wants little motion. */
function Blink() {
  const store = useAppStore();
  const showsBefore = useApp((state) => state.swipe > 0.5);
  const [runs, setRuns] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => {
      const { swipe, actions } = store.getState();
      actions.setSwipe(swipe > 0.5 ? 0 : 1);
    }, BLINK);
    return () => clearInterval(timer);
  }, [runs, store]);
  return (
    <>
      <button type="button" className="button small" onClick={() => setRuns(!runs)}>
        {runs ? t('Stop') : t('Start')}
      </button>
      <button
        type="button"
        className="button small shown"
        onClick={() => {
          setRuns(false);
          store.getState().actions.setSwipe(showsBefore ? 0 : 1);
        }}
      >
        {showsBefore ? t('Before') : t('After')}
      </button>
    </>
  );
}
