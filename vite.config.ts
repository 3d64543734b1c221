import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { policyInPage } from './scripts/content-security-policy.ts';
import { embedFiles } from './scripts/embed-files.ts';
import { embeddingPage } from './scripts/embedding-page.ts';
import { hostHeaders } from './scripts/headers.ts';
import { offlineFiles } from './scripts/offline-files.ts';
import { SHELL_BUDGET, sizeBudget } from './scripts/size-budget.ts';
import { textPages } from './scripts/text-pages.ts';

/** Cross-origin isolation also while developing: it gives the WASM back end its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const cards = ['detector', 'generator', 'generator-six', 'generator-light'].map((name) => ({
  source: `public/models/${name}/README.md`,
  page: `models/${name}/card.html`,
}));

export default defineConfig({
  base: './',
  plugins: [
    react(),
    policyInPage(),
    sizeBudget({ index: SHELL_BUDGET }),
    textPages(cards),
    embedFiles(),
    embeddingPage(),
    offlineFiles(),
    hostHeaders(),
  ],
  // Constants of modules stay constants: V8 compiles them in, and looks variables up each time.
  worker: { format: 'es', rollupOptions: { output: { topLevelVar: false } } },
  build: { target: 'es2022', chunkSizeWarningLimit: 900 },
  server: { headers: isolation },
  preview: { cors: false },
  test: {
    include: ['{src,workers}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 60_000,
    reporters: process.env.CI ? ['dot'] : ['default'],
  },
});
