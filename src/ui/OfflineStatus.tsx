import type { OfflineState } from '../services/engine.ts';
import { isBusy } from '../store/state.ts';
import { t } from '../texts/texts.ts';
import { useActions, useApp } from './context.ts';
import { decimal, donePercent } from './words.ts';

/** Whether the application works without a network, and the offer of a new version. */
export function OfflineStatus() {
  const offline = useApp((state) => state.offline);
  const busy = useApp(isBusy);
  const { updateApp } = useActions();
  if (offline.status === 'none') return null;
  return (
    <div className="offline" data-status={offline.status}>
      <p>{offlineInWords(offline)}</p>
      {offline.status === 'update' && (
        <button
          type="button"
          className="button small"
          disabled={busy}
          title={busy ? t('When the work here is done') : undefined}
          onClick={() => void updateApp()}
        >
          {t('Reload')}
        </button>
      )}
    </div>
  );
}

/** One line for a state; empty where there is nothing to say. */
export function offlineInWords(state: OfflineState): string {
  switch (state.status) {
    case 'none':
      return '';
    case 'preparing':
      return t('Getting ready for offline, {{share}}', { share: donePercent(state.share) });
    case 'ready':
      return t('Ready to work offline, {{size}} MB', {
        size: decimal(Math.max(1, state.bytes / 1e6)),
      });
    case 'failed':
      return t('Not ready for offline: tried again at the next visit');
    case 'update':
      return state.heldUp
        ? t('A new version is ready: another tab is still at work')
        : t('A new version is ready');
  }
}
