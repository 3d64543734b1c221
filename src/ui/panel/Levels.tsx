import type { PointerEvent } from 'react';
import { LEVELS_RANGE, OWN_LEVELS, withNearer } from '../../store/levels.ts';
import { useActions, useApp } from '../context.ts';
import './levels.css';
import { phrase } from '../../pipeline/phrase.ts';
import { t } from '../../texts/texts.ts';
import { decimal, listed } from '../words.ts';

const HEIGHT = 56;
const CHANNELS = ['red', 'green', 'blue'] as const;
const VALUES = [phrase('red {{value}}'), phrase('green {{value}}'), phrase('blue {{value}}')] as const;

/** Histograms of the three bands shown, with handles for what is drawn black and white: the same before and after. */
export function LevelsField() {
  const bands = useApp((state) => state.ownStretch);
  const levels = useApp((state) => state.levels);
  const stretch = useApp((state) => state.stretch);
  const { setLevels } = useActions();
  if (bands.length !== 3) return null;
  const { least, most } = LEVELS_RANGE;
  const changed = levels.black !== OWN_LEVELS.black || levels.white !== OWN_LEVELS.white;
  const place = (level: number) => `${(100 * (level - least)) / (most - least)}%`;
  const handle = (name: 'black' | 'white', label: string, end: 'low' | 'high') => (
    <input
      type="range"
      aria-label={label}
      min={least}
      max={most}
      step={0.01}
      value={levels[name]}
      aria-valuetext={listed(VALUES.map((said, i) => t(said, { value: decimal(stretch[i][end], 3) })))}
      onChange={(event) => setLevels({ ...levels, [name]: event.target.valueAsNumber })}
    />
  );
  const press = ({ button, target, currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    if (button !== 0 || target instanceof HTMLInputElement) return;
    const { left, width } = currentTarget.getBoundingClientRect();
    const level = least + ((clientX - left) / width) * (most - least);
    setLevels(withNearer(levels, Math.round(level * 100) / 100));
  };
  return (
    <fieldset className="levels">
      <legend>{t('Stretch')}</legend>
      {/* For those who cannot drag (WCAG 2.5.7); its handles are sliders. */}
      <div className="histogram" onPointerDown={press}>
        <svg viewBox={`0 0 64 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bands.map(({ histogram }, i) => (
            <path key={CHANNELS[i]} className={CHANNELS[i]} d={outline(histogram)} />
          ))}
        </svg>
        <span className="cut" style={{ left: 0, width: place(levels.black) }} />
        <span className="cut" style={{ left: place(levels.white), right: 0 }} />
        {handle('black', t('Drawn black'), 'low')}
        {handle('white', t('Drawn white'), 'high')}
      </div>
      <button
        type="button"
        className="button small"
        disabled={!changed}
        onClick={() => setLevels(OWN_LEVELS)}
      >
        {t('2 to 98 %')}
      </button>
    </fieldset>
  );
}

/** A histogram as a closed path; square roots of the counts, so that rare values show. */
function outline(histogram: readonly number[]): string {
  const top = Math.sqrt(Math.max(1, ...histogram));
  const points = histogram.map((count, i) => {
    const y = (HEIGHT * (1 - Math.sqrt(count) / top)).toFixed(1);
    return `${i} ${y}L${i + 1} ${y}`;
  });
  return `M0 ${HEIGHT}L${points.join('L')}L${histogram.length} ${HEIGHT}Z`;
}
