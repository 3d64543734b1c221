import type { AppStore } from '../store/create-store.ts';
import type { PreferenceMemory } from '../store/preferences.ts';

const KEY = 'unclouded/preferences';

/** Preferences in the browser's local storage, where that may be used. */
export function localPreferences(): PreferenceMemory {
  return {
    load() {
      try {
        return JSON.parse(localStorage.getItem(KEY) ?? 'null');
      } catch {
        return null;
      }
    },
    keep(preferences) {
      try {
        localStorage.setItem(KEY, JSON.stringify(preferences));
      } catch {
        // Without storage they hold for this visit.
      }
    },
  };
}

/** Keeps the page's colours (tokens.css) as the person wants them. */
export function followTheme(store: AppStore, root: HTMLElement): void {
  const show = () => {
    root.dataset.theme = store.getState().theme;
  };
  show();
  store.subscribe((now, before) => {
    if (now.theme !== before.theme) show();
  });
}
