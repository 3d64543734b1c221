import './checks.css';
import type { SelfCheck } from '../../pipeline/evaluate/self-check.ts';
import type { Evaluation } from '../../pipeline/events.ts';
import { type CheckSlice, checksOf } from '../../store/checks.ts';
import { isBusy } from '../../store/state.ts';
import { useActions, useApp } from '../context.ts';
import { FilesButton } from '../Open.tsx';
import { CHECK_WORDS, duration, percent } from '../words.ts';
import { Scores } from './Scores.tsx';

/** How far to trust the result: measured on the scene itself, or against a clear picture. */
export function CheckCard() {
  const job = useApp((state) => state.job);
  const known = useApp((state) => state.checks);
  const checking = useApp((state) => state.checking);
  const busy = useApp(isBusy);
  const ofSample = useApp((state) => state.sample !== null);
  const { checkScene, compareWith, saveReport } = useActions();
  const checks = checksOf({ job, checks: known });
  if (checks === null) return null;
  const { selfCheck, report } = checks;
  const evaluation = checks.evaluation ?? report.evaluation;
  return (
    <section className="card check-card" aria-labelledby="check-title">
      <h2 id="check-title">How good is it?</h2>
      {evaluation !== null && (
        <ReferenceScores evaluation={evaluation} simulated={ofSample && checks.evaluation === null} />
      )}
      {selfCheck !== null && <SelfCheckScores found={selfCheck} />}
      {checking !== null ? (
        <Checking {...checking} />
      ) : (
        <>
          {selfCheck === null && (
            <>
              <button type="button" className="button wide" disabled={busy} onClick={() => void checkScene()}>
                Self-check
              </button>
              <p className="fine">
                Puts simulated clouds on clear parts of this scene, repairs them, and measures what comes
                back: the error to expect here.
              </p>
            </>
          )}
          <FilesButton
            className="button wide"
            label="Compare with a clear picture"
            fieldLabel="Clear picture of the same area"
            disabled={busy}
            onFiles={(files) => void compareWith(files.length === 1 ? files[0] : files)}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset */}
          <div className="save-further" role="group" aria-label="Report">
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => void saveReport('html')}
            >
              Report
            </button>
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => void saveReport('json')}
            >
              Report as JSON
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
      <h3 id="checking-title">{CHECK_WORDS[kind]}</h3>
      <progress className="progress" aria-labelledby="checking-title" max={1} value={share} />
      <p className="progress-text">
        <span>{percent(share)}</span>
        <span>{secondsLeft === null ? '' : `about ${duration(secondsLeft)} left`}</span>
      </p>
      <button type="button" className="button wide" onClick={cancelCheck}>
        Cancel
      </button>
    </div>
  );
}

function ReferenceScores({ evaluation, simulated }: { evaluation: Evaluation; simulated: boolean }) {
  const { reference, warped, before, after } = evaluation;
  return (
    <>
      <h3>Error against the truth</h3>
      <p className="fine">
        {simulated
          ? 'The clouds of this scene are simulated, so the ground beneath them is known.'
          : `Against ${reference}${warped ? ', interpolated to the grid of this scene' : ''}. Where the two differ although nothing was changed (Clear), the day or the sensor is another.`}
      </p>
      <Scores before={before} after={after} />
    </>
  );
}

const PICTURES = [
  ['truth', 'Truth'],
  ['simulated', 'Simulated'],
  ['repaired', 'Repaired'],
] as const;

function SelfCheckScores({ found }: { found: SelfCheck }) {
  const { before, after, places, pictures, seconds } = found;
  const { thick, thin, shadow } = found.found;
  const mae = after.repaired?.mae;
  return (
    <>
      <h3>Self-check</h3>
      {mae !== undefined && (
        <p>
          Expect repaired pixels to be off by <strong>{mae.toFixed(3)}</strong> in reflectance on average.
        </p>
      )}
      <div className="check-pictures">
        {PICTURES.map(([key, caption]) => (
          <figure key={key}>
            <img src={pictures[key]} alt={`${caption}: a clear part of the scene`} />
            <figcaption>{caption}</figcaption>
          </figure>
        ))}
      </div>
      <Scores before={before} after={after} />
      <p className="fine">
        {thick !== undefined && `Found: ${percent(thick)} of the thick cloud`}
        {thin !== undefined && `, ${percent(thin)} of the thin`}
        {shadow !== undefined && `, ${percent(shadow)} of the shadow`}. Measured on {places.length} clear{' '}
        {places.length === 1 ? 'part' : 'parts'} in {duration(seconds)}.
      </p>
    </>
  );
}
