import './checks.css';
import { type Measuring, measuringOf } from '../../pipeline/evaluate/measures.ts';
import type { SelfCheck } from '../../pipeline/evaluate/self-check.ts';
import type { Evaluation } from '../../pipeline/events.ts';
import { phrase } from '../../pipeline/phrase.ts';
import { type CheckSlice, checksOf } from '../../store/checks.ts';
import { isBusy } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp } from '../context.ts';
import { FilesButton } from '../Open.tsx';
import { Rich } from '../Rich.tsx';
import { CHECK_WORDS, decimal, duration, listed, percent, timeLeft } from '../words.ts';
import { Scores } from './Scores.tsx';

/** How far to trust the result: measured on the scene itself, or against a clear picture. */
export function CheckCard() {
  const job = useApp((state) => state.job);
  const known = useApp((state) => state.checks);
  const checking = useApp((state) => state.checking);
  const busy = useApp(isBusy);
  const scene = useApp((state) => state.scene?.scene);
  const ofSample = useApp((state) => state.sample !== null);
  const { checkScene, compareWith, saveReport } = useActions();
  const checks = checksOf({ job, checks: known });
  if (checks === null || scene === undefined) return null;
  const measuring = measuringOf(scene);
  const { selfCheck, report } = checks;
  const evaluation = checks.evaluation ?? report.evaluation;
  return (
    <section className="card check-card" aria-labelledby="check-title">
      <h2 id="check-title">{t('How good is it?')}</h2>
      {evaluation !== null && (
        <ReferenceScores
          evaluation={evaluation}
          simulated={ofSample && checks.evaluation === null}
          measuring={measuring}
        />
      )}
      {selfCheck !== null && <SelfCheckScores found={selfCheck} measuring={measuring} />}
      {checking !== null ? (
        <Checking {...checking} />
      ) : (
        <>
          {selfCheck === null && (
            <>
              <button type="button" className="button wide" disabled={busy} onClick={() => void checkScene()}>
                {t('Self-check')}
              </button>
              <p className="fine">
                {t(
                  'Puts simulated clouds on clear parts of this scene, repairs them, and measures what comes back: the error to expect here.',
                )}
              </p>
            </>
          )}
          <FilesButton
            className="button wide"
            label={t('Compare with a clear picture')}
            fieldLabel={t('Clear picture of the same area')}
            disabled={busy}
            onFiles={(files) => void compareWith(files.length === 1 ? files[0] : files)}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset */}
          <div className="save-further" role="group" aria-label={t('Report')}>
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => void saveReport('html')}
            >
              {t('Report')}
            </button>
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => void saveReport('json')}
            >
              {t('Report as JSON')}
            </button>
          </div>
        </>
      )}
    </section>
  );
}

function Checking({ kind, share, secondsLeft }: NonNullable<CheckSlice['checking']>) {
  const { cancelCheck } = useActions();
  return (
    <div className="checking">
      <h3 id="checking-title">{t(CHECK_WORDS[kind])}</h3>
      <progress className="progress" aria-labelledby="checking-title" max={1} value={share} />
      <p className="progress-text">
        <span>{percent(share)}</span>
        <span>{secondsLeft === null ? '' : timeLeft(secondsLeft)}</span>
      </p>
      <button type="button" className="button wide" onClick={cancelCheck}>
        {t('Cancel')}
      </button>
    </div>
  );
}

function ReferenceScores(props: { evaluation: Evaluation; simulated: boolean; measuring: Measuring }) {
  const { evaluation, simulated, measuring } = props;
  const { reference, warped, before, after } = evaluation;
  return (
    <>
      <h3>{t('Error against the truth')}</h3>
      <p className="fine">
        {simulated
          ? t('The clouds of this scene are simulated, so the ground beneath them is known.')
          : warped
            ? t(
                'Against {{reference}}, interpolated to the grid of this scene. Where the two differ although nothing was changed (Clear), the day or the sensor is another.',
                { reference },
              )
            : t(
                'Against {{reference}}. Where the two differ although nothing was changed (Clear), the day or the sensor is another.',
                { reference },
              )}
      </p>
      <Scores before={before} after={after} measuring={measuring} />
    </>
  );
}

const PICTURES = [
  ['truth', phrase('Truth'), phrase('Truth: a clear part of the scene')],
  ['simulated', phrase('Simulated'), phrase('Simulated: a clear part of the scene')],
  ['repaired', phrase('Repaired'), phrase('Repaired: a clear part of the scene')],
] as const;

function SelfCheckScores({ found, measuring }: { found: SelfCheck; measuring: Measuring }) {
  const { before, after, places, pictures, seconds } = found;
  const { thick, thin, shadow } = found.found;
  const mae = after.repaired?.mae;
  const shares = listed([
    ...(thick === undefined ? [] : [t('{{share}} of the thick cloud', { share: percent(thick) })]),
    ...(thin === undefined ? [] : [t('{{share}} of the thin', { share: percent(thin) })]),
    ...(shadow === undefined ? [] : [t('{{share}} of the shadow', { share: percent(shadow) })]),
  ]);
  return (
    <>
      <h3>{t('Self-check')}</h3>
      {mae !== undefined && (
        <p>
          <Rich
            text={
              measuring.inDisplayValues
                ? t(
                    'Expect repaired pixels to be off by <b>{{error}}</b> in values of 0 to 255 on average.',
                    {
                      error: decimal(mae * measuring.unitsPerOne, 1),
                    },
                  )
                : t('Expect repaired pixels to be off by <b>{{error}}</b> in reflectance on average.', {
                    error: decimal(mae, 3),
                  })
            }
          />
        </p>
      )}
      <div className="check-pictures">
        {PICTURES.map(([key, caption, description]) => (
          <figure key={key}>
            <img src={pictures[key]} alt={t(description)} />
            <figcaption>{t(caption)}</figcaption>
          </figure>
        ))}
      </div>
      <Scores before={before} after={after} measuring={measuring} />
      <p className="fine">
        {t('Found: {{shares}}. Measured on {{count}} clear parts in {{duration}}.', {
          shares,
          count: places.length,
          duration: duration(seconds),
          defaultValue_one: 'Found: {{shares}}. Measured on {{count}} clear part in {{duration}}.',
        })}
      </p>
    </>
  );
}
