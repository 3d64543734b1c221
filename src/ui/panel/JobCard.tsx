import { useContext } from 'react';
import { type Phrase, phrase } from '../../pipeline/phrase.ts';
import { bandsLacking } from '../../pipeline/preprocess/bands.ts';
import { usableDates } from '../../store/dates.ts';
import type { JobState } from '../../store/state.ts';
import { t } from '../../texts/texts.ts';
import { useActions, useApp, ViewerContext } from '../context.ts';
import { EditMaskButton, MaskEditorCard, ReviewMask } from '../mask/MaskEditorCard.tsx';
import { listed, STAGE_WORDS, timeLeft } from '../words.ts';
import { BandsMissing } from './BandsMissing.tsx';
import { continueWords } from './continue-words.ts';
import { ResultCard } from './ResultCard.tsx';
import { SavedCard } from './SavedCard.tsx';

/** Where the job stands, with its one next step. */
export function JobCard() {
  const job = useApp((state) => state.job);
  const opening = useApp((state) => state.opening);
  const editing = useApp((state) => state.maskEditor !== null);
  const scene = useApp((state) => state.scene?.scene);
  const revision = useApp((state) => state.sceneRevision);
  if (opening !== null) return <Working title={t('Opening {{name}}', { name: opening })} />;
  if (editing) return <MaskEditorCard />;
  switch (job.status) {
    case 'starting':
      return <Working title={t('Loading the networks')} />;
    case 'running':
      return <Running job={job} />;
    case 'done':
      return <ResultCard report={job.report} />;
    case 'saved':
      return <SavedCard record={job.record} />;
    default: {
      const lacking = job.status === 'idle' && scene ? bandsLacking(scene) : null;
      if (scene && lacking) return <BandsMissing key={revision} scene={scene} lacking={lacking} />;
      return <Standing status={job.status} />;
    }
  }
}

type StandingStatus = Exclude<JobState['status'], 'starting' | 'running' | 'done' | 'saved'>;

const STANDING_WORDS: Readonly<Record<StandingStatus, { readonly title: Phrase; readonly text: Phrase }>> = {
  idle: { title: phrase('Ready'), text: phrase('The scene is open.') },
  unfinished: {
    title: phrase('Not finished'),
    text: phrase('An earlier run of this scene stopped before its end.'),
  },
  cancelled: {
    title: phrase('Cancelled'),
    text: phrase('What was repaired so far stays on the map until you run again.'),
  },
  failed: { title: phrase('Stopped'), text: phrase('The last run did not finish.') },
};

const withDates = (count: number) =>
  t('What lies under the clouds will be taken from the {{count}} other dates, as far as they saw it.', {
    count,
    defaultValue_one: 'What lies under the clouds will be taken from the other date, as far as it saw it.',
  });

/** No job is under way: one can be started, or continued where the last one stopped. */
function Standing({ status }: { status: StandingStatus }) {
  const unfinished = useApp((state) => state.unfinished);
  const dates = useApp((state) => usableDates(state).length);
  const { run, continueRun } = useActions();
  const { title, text } = STANDING_WORDS[status];
  const missing = unfinished?.missingDates ?? [];
  const canContinue = unfinished !== null && unfinished.done > 0 && missing.length === 0;
  const said = status === 'cancelled' && canContinue ? continueWords(unfinished.done).said : t(text);
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{t(title)}</h2>
      <p>{status === 'idle' && dates > 0 ? withDates(dates) : said}</p>
      {missing.length > 0 && (
        <p>
          {t('It used other dates, too. Add them to continue it: {{names}}.', { names: listed(missing) })}
        </p>
      )}
      {canContinue && (
        <button type="button" className="button primary wide" onClick={() => void continueRun()}>
          {continueWords(unfinished.done).button}
        </button>
      )}
      <button
        type="button"
        className={canContinue ? 'button wide' : 'button primary wide'}
        onClick={() => void run({ fresh: status !== 'idle' })}
      >
        {status === 'idle' ? t('Remove clouds') : canContinue ? t('Start over') : t('Run again')}
      </button>
      {status !== 'idle' && <EditMaskButton />}
    </section>
  );
}

function Working({ title }: { title: string }) {
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{title}</h2>
      <progress className="progress" aria-labelledby="job-title" />
      <CancelButton />
    </section>
  );
}

function Running({ job }: { job: Extract<JobState, { status: 'running' }> }) {
  const queued = useApp((state) => state.batch?.running === true);
  const { stage, done, total, secondsLeft, paused } = job;
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{paused ? t('Paused') : t(STAGE_WORDS[stage])}</h2>
      <progress className="progress" aria-labelledby="job-title" max={Math.max(total, 1)} value={done} />
      <p className="progress-text">
        <span>
          {t('{{done}} of {{count}} tiles', {
            done,
            count: total,
            defaultValue_one: '{{done}} of {{count}} tile',
          })}
        </span>
        <span>{paused ? '' : secondsLeft === null ? t('estimating the time') : timeLeft(secondsLeft)}</span>
      </p>
      <PauseButton />
      {!queued && (
        <>
          <PriorityButton />
          {stage === 'detect' || stage === 'ingest' || stage === 'preprocess' ? (
            <ReviewMask />
          ) : (
            <EditMaskButton />
          )}
        </>
      )}
      <CancelButton />
    </section>
  );
}

/** While the run pauses, to continue it is the one next step. */
function PauseButton() {
  const paused = useApp(({ job }) => job.status === 'running' && job.paused);
  const { pause, resume } = useActions();
  return (
    <button
      type="button"
      className={paused ? 'button primary wide' : 'button wide'}
      onClick={paused ? resume : pause}
    >
      {paused ? t('Continue') : t('Pause')}
    </button>
  );
}

/** Has the tiles in view worked on first. */
function PriorityButton() {
  const chosen = useApp((state) => state.priority !== null);
  const viewer = useContext(ViewerContext);
  const { prioritise } = useActions();
  return (
    <button
      type="button"
      className="button wide"
      aria-pressed={chosen}
      onClick={() => prioritise(chosen ? null : (viewer.current?.visibleWindow() ?? null))}
    >
      {t('This view first')}
    </button>
  );
}

/** A queue is stopped as a whole, in its own card. */
function CancelButton() {
  const queued = useApp((state) => state.batch?.running === true);
  const { cancel } = useActions();
  if (queued) return null;
  return (
    <button type="button" className="button wide" onClick={cancel}>
      {t('Cancel')}
    </button>
  );
}
