import type { OfflineState } from '../services/engine.ts';
import { isBusy } from '../store/state.ts';
import { useActions, useApp } from './context.ts';

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
          title={busy ? 'When the work here is done' : undefined}
          onClick={() => void updateApp()}
        >
          Reload
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
      return `Getting ready for offline, ${Math.floor(100 * state.share)} %`;
    case 'ready':
      return `Ready to work offline, ${Math.max(1, Math.round(state.bytes / 1e6))} MB`;
    case 'failed':
      return 'Not ready for offline: tried again at the next visit';
    case 'update':
      return state.heldUp ? 'A new version is ready: another tab is still at work' : 'A new version is ready';
  }
}
