import type { Plugin } from 'vite';
import { contentSecurityPolicy } from './content-security-policy.ts';

type Headers = Readonly<Record<string, string>>;

/** embed.html may stand in any page and read images from any server; it has no inline style either. */
export const FRAME_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  'worker-src blob:',
  "connect-src 'self' http: https: blob: data:",
  "img-src 'self' data: blob: http: https:",
  "style-src 'self'",
  'frame-ancestors *',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Cross-origin isolation gives the WASM back end its threads. */
const APP: Headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The page with the examples needs no threads. */
const EXAMPLES: Headers = { 'Content-Security-Policy': contentSecurityPolicy };

/** What other pages may load: the frame also stands in pages that are isolated themselves. */
const FRAME: Headers = {
  'Content-Security-Policy': FRAME_POLICY,
  'Cross-Origin-Embedder-Policy': 'credentialless',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};
const SHARED: Headers = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** The headers that a host has to send with a file of the built application, by its path below the root. */
export function headersFor(path: string): Headers {
  if (path === '/embed.html') return FRAME;
  if (path === '/embedding.html') return EXAMPLES;
  if (/^\/(embed|samples|icons)\//.test(path))
    return { ...SHARED, 'Cross-Origin-Embedder-Policy': 'require-corp' };
  return APP;
}

/** Sends them from `vite preview`. */
export function hostHeaders(): Plugin {
  return {
    name: 'host-headers',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://host');
        for (const [name, value] of Object.entries(headersFor(pathname))) response.setHeader(name, value);
        next();
      });
    },
  };
}
