import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { AppStore } from '../store/create-store.ts';
import { BLOCKED, isBlocked, isWebAddress } from '../store/web-address.ts';

const LIBRARY = '#library';

/** Keeps the page's address in step with what it shows, so that “back” leads back and the library can be linked to. */
export function followAddress(store: AppStore): void {
  const follow = () => {
    const { showLibrary, leaveLibrary } = store.getState().actions;
    if (location.hash === LIBRARY) showLibrary();
    else leaveLibrary();
  };
  window.addEventListener('hashchange', follow);
  if (location.hash === LIBRARY) follow();
  store.subscribe(({ page }) => {
    if ((page === 'library') === (location.hash === LIBRARY)) return;
    history.pushState(null, '', page === 'library' ? LIBRARY : location.pathname + location.search);
  });
}

/**
 * What the page's address asks to open: `?sample`, or `?url=<GeoTIFF>` (absolute, or relative to the page).
 * @throws PipelineError `network/unreachable` if the address is not one of the web, or one that the page may not read
 */
export function initialScene(search: string, base: string): 'sample' | URL | null {
  const query = new URLSearchParams(search);
  if (query.has('sample')) return 'sample';
  const text = query.get('url');
  if (text === null || text.trim() === '') return null;
  const url = URL.canParse(text, base) ? new URL(text, base) : null;
  if (url && isBlocked(url, base)) {
    throw new PipelineError('network/unreachable', BLOCKED.message, BLOCKED.remedy);
  }
  if (url && isWebAddress(url)) return url;
  throw new PipelineError(
    'network/unreachable',
    phrase('“{{text}}” is not the address of a file on the web.', { text }),
    phrase('Give an address that begins with https://, or open a file from this device.'),
  );
}
