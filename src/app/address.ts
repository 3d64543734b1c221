import { PipelineError } from '../pipeline/errors.ts';

/**
 * What the page's address asks to open: `?sample`, or `?url=<GeoTIFF>` (absolute, or relative to the page).
 * @throws PipelineError `network/unreachable` if the address is not one of the web.
 */
export function initialScene(search: string, base: string): 'sample' | URL | null {
  const query = new URLSearchParams(search);
  if (query.has('sample')) return 'sample';
  const text = query.get('url');
  if (text === null || text.trim() === '') return null;
  const url = URL.canParse(text, base) ? new URL(text, base) : null;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new PipelineError(
    'network/unreachable',
    `“${text}” is not the address of a file on the web.`,
    'Give an address that begins with https://, or open a file from this device.',
  );
}
