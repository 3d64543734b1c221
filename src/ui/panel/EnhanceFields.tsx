import { enhances, NO_ENHANCEMENT } from '../../pipeline/enhance/enhance.ts';
import { useActions, useApp } from '../context.ts';
import { Slider } from '../mask/Slider.tsx';

const FIELDS = [
  ['dehaze', 'Dehaze'],
  ['contrast', 'Contrast'],
  ['sharpen', 'Sharpen'],
] as const;

const asPercent = (share: number) => `${Math.round(100 * share)} %`;

/** Enhances what is seen on the map; files that are saved stay as they are. */
export function EnhanceFields() {
  const enhancement = useApp((state) => state.enhancement);
  const { setEnhancement } = useActions();
  return (
    <details open={enhances(enhancement)}>
      <summary>Enhance for viewing</summary>
      {FIELDS.map(([key, label]) => (
        <Slider
          key={key}
          label={label}
          value={enhancement[key]}
          min={0}
          max={1}
          step={0.05}
          text={asPercent}
          onChange={(value) => setEnhancement({ [key]: value })}
        />
      ))}
      <p className="fine">
        For the eye only, and in the saved picture. The repaired GeoTIFF stays as measured.
      </p>
      {enhances(enhancement) && (
        <button type="button" className="button small" onClick={() => setEnhancement(NO_ENHANCEMENT)}>
          As it is
        </button>
      )}
    </details>
  );
}
