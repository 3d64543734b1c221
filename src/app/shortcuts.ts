import type { AppStore } from '../store/create-store.ts';
import { SHORTCUTS } from '../store/shortcuts.ts';

/** Answers single keys, unless the user wants none, types, or a menu or dialog is open. */
export function installShortcuts(store: AppStore): void {
  window.addEventListener('keydown', (event) => {
    if (!store.getState().singleKeys && event.key !== 'Escape') return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ((event.target as Element).closest('input, select, textarea, dialog')) return;
    SHORTCUTS.find(({ keys }) => keys.includes(event.key))?.act?.(store.getState(), event.key);
  });
}
