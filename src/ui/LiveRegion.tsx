import type { AppState } from '../store/state.ts';
import { useApp } from './context.ts';
import { offlineInWords } from './OfflineStatus.tsx';
import { CHECK_WORDS, LIBRARY_WORK_WORDS, STAGE_WORDS, sharesInWords } from './words.ts';

/** Says where the job stands to those who cannot see it: each stage once, not each tile. */
export function LiveRegion() {
  const text = useApp(announcement);
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}

export function announcement({
  opening,
  surveying,
  job,
  saving,
  checking,
  libraryWork,
  offline,
}: AppState): string {
  if (opening !== null) return `Opening ${opening}`;
  if (surveying !== null) return `Looking at ${surveying}`;
  if (checking !== null) return CHECK_WORDS[checking.kind];
  if (libraryWork !== null) return LIBRARY_WORK_WORDS[libraryWork.kind];
  if (saving !== null) return 'Writing the file';
  switch (job.status) {
    case 'starting':
      return 'Loading the networks';
    case 'running':
      return job.paused ? 'Paused' : STAGE_WORDS[job.stage];
    case 'unfinished':
      return 'An earlier run of this scene can be continued';
    case 'done':
      return `Done: ${sharesInWords(job.report.shares, job.report.dates)}`;
    case 'saved':
      return `${job.record.title}: ${sharesInWords(job.record.summary.shares)}`;
    case 'cancelled':
      return 'Cancelled';
    default:
      // A share that counts up is for the eye only.
      return offline.status === 'preparing' ? 'Getting ready for offline' : offlineInWords(offline);
  }
}
