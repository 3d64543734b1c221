import { enhances, NO_ENHANCEMENT } from '../../pipeline/enhance/enhance.ts';
import { phrase } from '../../pipeline/phrase.ts';
import { isBusy } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { Slider } from '../mask/Slider.tsx';
import { donePercent, wholePercent } from '../words.ts';

const FIELDS = [
  ['dehaze', phrase('Dehaze')],
  ['contrast', phrase('Contrast')],
  ['sharpen', phrase('Sharpen')],
] as const;

/** Enhances what is seen on the map; files that are saved stay as they are. */
export function EnhanceFields() {
  const enhancement = useApp((state) => state.enhancement);
  const saving = useApp((state) => state.saving);
  const busy = useApp(isBusy);
  const { setEnhancement, savePicture, cancelSave } = useActions();
  return (
    <details open={enhances(enhancement)}>
      <summary>{t('Enhance for viewing')}</summary>
      {FIELDS.map(([key, label]) => (
        <Slider
          key={key}
          label={t(label)}
          value={enhancement[key]}
          min={0}
          max={1}
          step={0.05}
          text={wholePercent}
          onChange={(value) => setEnhancement({ [key]: value })}
        />
      ))}
      <p className="fine">
        {t('For the eye only. The repaired GeoTIFF stays as measured; the picture is a file of its own.')}
      </p>
      <div className="enhance-actions">
        <button type="button" className="button small" disabled={busy} onClick={() => void savePicture()}>
          {saving?.product === 'picture'
            ? t('Writing the picture, {{share}}', { share: donePercent(saving.share) })
            : t('Save as a picture (GeoTIFF)')}
        </button>
        {saving?.product === 'picture' && (
          <button type="button" className="button small" onClick={cancelSave}>
            {t('Stop writing')}
          </button>
        )}
        {enhances(enhancement) && (
          <button type="button" className="button small" onClick={() => setEnhancement(NO_ENHANCEMENT)}>
            {t('As it is')}
          </button>
        )}
      </div>
    </details>
  );
}
