import { useContext } from 'react';
import { PROVENANCE_COLOURS } from '../../pipeline/colours.ts';
import type { RunReport, Shares } from '../../pipeline/events.ts';
import { type Product, stemOf } from '../../pipeline/file-names.ts';
import { type Phrase, phrase } from '../../pipeline/phrase.ts';
import { t } from '../../texts/texts.ts';
import { css } from '../../viewer/palette.ts';
import { useActions, useApp, ViewerContext } from '../context.ts';
import { KeepButton } from '../library/KeepButton.tsx';
import { EditMaskButton } from '../mask/MaskEditorCard.tsx';
import { Rich } from '../Rich.tsx';
import { BACKEND_WORDS, donePercent, duration, percent, sharesInWords, wholePercent } from '../words.ts';
import { CheckCard } from './CheckCard.tsx';

/** What came out, how far to trust it, and how to keep it. */
export function ResultCard({ report }: { report: RunReport }) {
  const { shares, meanConfidence, tiles } = report;
  const cloudless = tiles.repaired === 0;
  return (
    <>
      <section className="card" aria-labelledby="job-title">
        <h2 id="job-title">{cloudless ? t('No clouds found') : t('Done')}</h2>
        {cloudless ? (
          <p>
            {t(
              'Neither cloud nor shadow was found, so nothing was changed. Lower the thresholds below to look closer.',
            )}
          </p>
        ) : (
          <>
            <ShareBar shares={shares} />
            <p className="shares">{sharesInWords(shares, report.dates)}</p>
            <MeanConfidence value={meanConfidence} />
            {shares.otherDatesChanged > 0 && (
              <p className="honest">
                {t(
                  'On {{share}} of the scene the ground looks different on the other date: it was filled, but treat it as a guess.',
                  { share: percent(shares.otherDatesChanged) },
                )}
              </p>
            )}
            {shares.generated > 0 && (
              <p className="honest">
                {t(
                  'Generated pixels are the network’s best guess: nothing was seen there. Do not measure on them. The provenance file tells them apart.',
                )}
              </p>
            )}
          </>
        )}
        <SaveButtons cloudless={cloudless} dated={report.dates.some(({ used }) => used)} />
        <KeepButton />
        <EditMaskButton />
        <p className="fine">
          {t('{{repaired}} of {{count}} tiles repaired in {{duration}} on {{backend}}', {
            repaired: tiles.repaired,
            count: tiles.total,
            duration: duration(report.seconds),
            backend: BACKEND_WORDS[report.backend],
            defaultValue_one: '{{repaired}} of {{count}} tile repaired in {{duration}} on {{backend}}',
          })}
        </p>
      </section>
      <CheckCard />
    </>
  );
}

/** @param value percent; null where nothing was repaired */
export function MeanConfidence({ value }: { value: number | null }) {
  if (value === null) return null;
  return (
    <p>
      <Rich
        text={t('Mean confidence where repaired: <b>{{confidence}}</b>', {
          confidence: wholePercent(value / 100),
        })}
      />
    </p>
  );
}

export function ShareBar({ shares }: { shares: Shares }) {
  const parts = [
    ['observed', 'var(--observed)'],
    ['thinCorrected', css(PROVENANCE_COLOURS.thinCorrected)],
    ['shadowCorrected', css(PROVENANCE_COLOURS.shadowCorrected)],
    ['otherDates', css(PROVENANCE_COLOURS.otherDate)],
    ['generated', css(PROVENANCE_COLOURS.generated)],
    ['leftCloudy', css(PROVENANCE_COLOURS.leftCloudy)],
  ] as const;
  return (
    <div className="share-bar" aria-hidden="true">
      {parts.map(([key, background]) =>
        shares[key] > 0 ? <span key={key} style={{ flexGrow: shares[key], background }} /> : null,
      )}
    </div>
  );
}

const FURTHER: readonly (readonly [Product, Phrase])[] = [
  ['mask', phrase('Mask')],
  ['provenance', phrase('Provenance')],
  ['confidence', phrase('Confidence')],
];

const DATES = ['date', phrase('Dates')] as const;

function SaveButtons({ cloudless, dated }: { cloudless: boolean; dated: boolean }) {
  // What a queue brought forth it has saved itself.
  const queued = useApp((state) => state.batch !== null);
  const saving = useApp((state) => state.saving);
  const name = useApp((state) => state.scene?.scene.name ?? 'scene');
  const viewer = useContext(ViewerContext);
  const { save, cancelSave, saveFile, fail } = useActions();
  const savePicture = async () => {
    try {
      const blob = await viewer.current?.snapshot();
      if (blob !== undefined) saveFile({ name: `${stemOf(name)}-view.png`, blob });
    } catch (fault) {
      fail(fault);
    }
  };
  return (
    <div className="save">
      <button
        type="button"
        className={cloudless || queued ? 'button wide' : 'button primary wide'}
        disabled={saving !== null}
        onClick={() => void save('result')}
      >
        {saving?.product === 'result'
          ? t('Writing the GeoTIFF, {{share}}', { share: donePercent(saving.share) })
          : t('Save GeoTIFF')}
      </button>
      {saving !== null && saving.product !== 'picture' && (
        <button type="button" className="button small" onClick={cancelSave}>
          {t('Stop writing')}
        </button>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset */}
      <div className="save-further" role="group" aria-label={t('Save further products')}>
        {(dated ? [...FURTHER, DATES] : FURTHER).map(([product, label]) => (
          <button
            type="button"
            key={product}
            className="button small"
            disabled={saving !== null}
            onClick={() => void save(product)}
          >
            {t(label)}
          </button>
        ))}
        <button type="button" className="button small" onClick={() => void savePicture()}>
          {t('Picture')}
        </button>
      </div>
    </div>
  );
}
