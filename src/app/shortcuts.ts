import type { AppStore } from '../store/create-store.ts';

/**
 * `b` and `a` show all of before or after, `m` turns the overlay on and off, Escape cancels the run.
 * Nothing happens while the user types or a menu is open.
 */
export function installShortcuts(store: AppStore): void {
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ((event.target as Element).closest('input, select, textarea, dialog')) return;
    const { actions, overlay, hasResult, job } = store.getState();
    switch (event.key) {
      case 'b':
        if (hasResult) actions.setSwipe(1);
        break;
      case 'a':
        if (hasResult) actions.setSwipe(0);
        break;
      case 'm':
        actions.setOverlay(overlay === 'none' ? 'mask' : 'none');
        break;
      case 'Escape':
        if (job.status === 'running' || job.status === 'starting') actions.cancel();
        break;
    }
  });
}
