import type { AppState } from '../store/state.ts';
import { t } from '../texts/texts.ts';
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
  kept,
  saving,
  checking,
  libraryWork,
  offline,
}: AppState): string {
  if (opening !== null) return t('Opening {{name}}', { name: opening });
  if (surveying !== null) return t('Looking at {{name}}', { name: surveying });
  if (checking !== null) return t(CHECK_WORDS[checking.kind]);
  if (libraryWork !== null) return t(LIBRARY_WORK_WORDS[libraryWork.kind]);
  if (saving !== null) return t('Writing the file');
  switch (job.status) {
    case 'starting':
      return t('Loading the networks');
    case 'running':
      return job.paused ? t('Paused') : t(STAGE_WORDS[job.stage]);
    case 'unfinished':
      return t('An earlier run of this scene can be continued');
    case 'done':
      if (kept?.report === job.report)
        return t('Saved in the library: {{title}}', { title: kept.record.title });
      return t('Done: {{shares}}', { shares: sharesInWords(job.report.shares, job.report.dates) });
    case 'saved':
      return t('{{title}}: {{shares}}', {
        title: job.record.title,
        shares: sharesInWords(job.record.summary.shares),
      });
    case 'cancelled':
      return t('Cancelled');
    default:
      // A share that counts up is for the eye only.
      return offline.status === 'preparing' ? t('Getting ready for offline') : offlineInWords(offline);
  }
}
