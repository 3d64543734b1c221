import type { Job } from '../../store/state.ts';
import { useActions, useApp } from '../context.ts';
import { duration, STAGE_WORDS } from '../words.ts';
import { ResultCard } from './ResultCard.tsx';

/** Where the job stands, with its one next step. */
export function JobCard() {
  const job = useApp((state) => state.job);
  const opening = useApp((state) => state.opening);
  const { run, cancel } = useActions();
  if (opening !== null) return <Working title={`Opening ${opening}`} onCancel={cancel} />;
  switch (job.status) {
    case 'starting':
      return <Working title="Loading the networks" onCancel={cancel} />;
    case 'running':
      return <Running job={job} onCancel={cancel} />;
    case 'done':
      return <ResultCard report={job.report} />;
    default:
      return (
        <section className="card" aria-labelledby="job-title">
          <h2 id="job-title">{job.status === 'cancelled' ? 'Cancelled' : 'Ready'}</h2>
          <p>
            {job.status === 'cancelled'
              ? 'What was repaired so far stays on the map until you run again.'
              : job.status === 'failed'
                ? 'The last run did not finish.'
                : 'The scene is open.'}
          </p>
          <button type="button" className="button primary wide" onClick={() => void run()}>
            {job.status === 'idle' ? 'Remove clouds' : 'Run again'}
          </button>
        </section>
      );
  }
}

function Working({ title, onCancel }: { title: string; onCancel: () => void }) {
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{title}</h2>
      <progress className="progress" aria-labelledby="job-title" />
      <CancelButton onCancel={onCancel} />
    </section>
  );
}

function Running({ job, onCancel }: { job: Extract<Job, { status: 'running' }>; onCancel: () => void }) {
  const { stage, done, total, secondsLeft } = job;
  return (
    <section className="card" aria-labelledby="job-title">
      <h2 id="job-title">{STAGE_WORDS[stage]}</h2>
      <progress className="progress" aria-labelledby="job-title" max={Math.max(total, 1)} value={done} />
      <p className="progress-text">
        <span>
          {done} of {total} {total === 1 ? 'tile' : 'tiles'}
        </span>
        <span>{secondsLeft === null ? 'estimating the time' : `about ${duration(secondsLeft)} left`}</span>
      </p>
      <CancelButton onCancel={onCancel} />
    </section>
  );
}

function CancelButton({ onCancel }: { onCancel: () => void }) {
  return (
    <button type="button" className="button wide" onClick={onCancel}>
      Cancel
    </button>
  );
}
