import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

/** Imports modules of src/ into Node; Node 20 does not read TypeScript. `close` when no more are needed. */
export async function loader() {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const server = await createServer({
    root,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  return { load: (path) => server.ssrLoadModule(`/${path}`), close: () => server.close() };
}
