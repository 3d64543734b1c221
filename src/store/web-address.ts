import type { ErrorReport } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';

/** An address of the web, http or https. */
export const isWebAddress = ({ protocol }: URL) => protocol === 'https:' || protocol === 'http:';

/** Does the page's Content-Security-Policy keep it from an address? By http it reaches its own host only. */
export const isBlocked = ({ protocol, origin }: URL, page: string) =>
  protocol === 'http:' && origin !== new URL(page).origin;

/** What such an address is answered with. */
export const BLOCKED: Pick<ErrorReport, 'message' | 'remedy'> = {
  message: phrase('This page may not read addresses that begin with http://, but for those of its own host.'),
  remedy: phrase(
    'Give the address with https:// if its server answers there, or download the file and open it from this device.',
  ),
};
