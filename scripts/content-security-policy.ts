import type { Plugin } from 'vite';

/**
 * What the application's page may do, as a header or in the page itself. No inline script or style, no code from
 * elsewhere; remote GeoTIFFs by https, pictures of a base map. `wasm-unsafe-eval` compiles WebAssembly and nothing else;
 * the threads of the WASM back end are workers from blobs.
 */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' https: blob: data:",
  "img-src 'self' data: blob: https:",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Writes the policy into the built `index.html`, for hosts that send no headers. */
export function policyInPage(): Plugin {
  return {
    name: 'policy-in-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { filename }) =>
        filename.endsWith('/index.html')
          ? [
              {
                tag: 'meta',
                attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
                injectTo: 'head-prepend',
              },
            ]
          : [],
    },
  };
}
