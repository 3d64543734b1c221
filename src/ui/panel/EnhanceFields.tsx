import { enhances, NO_ENHANCEMENT } from '../../pipeline/enhance/enhance.ts';
import { isBusy } from '../../store/state.ts';
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
  const saving = useApp((state) => state.saving);
  const busy = useApp(isBusy);
  const { setEnhancement, savePicture, cancelSave } = useActions();
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
        For the eye only. The repaired GeoTIFF stays as measured; the picture is a file of its own.
      </p>
      <div className="enhance-actions">
        <button type="button" className="button small" disabled={busy} onClick={() => void savePicture()}>
          {saving?.product === 'picture'
            ? `Writing the picture, ${Math.floor(100 * saving.share)} %`
            : 'Save as a picture (GeoTIFF)'}
        </button>
        {saving?.product === 'picture' && (
          <button type="button" className="button small" onClick={cancelSave}>
            Stop writing
          </button>
        )}
        {enhances(enhancement) && (
          <button type="button" className="button small" onClick={() => setEnhancement(NO_ENHANCEMENT)}>
            As it is
          </button>
        )}
      </div>
    </details>
  );
}
