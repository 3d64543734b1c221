import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { contentSecurityPolicy, policyInPage } from './scripts/content-security-policy.ts';
import { offlineFiles } from './scripts/offline-files.ts';
import { SHELL_BUDGET, sizeBudget } from './scripts/size-budget.ts';

/** Cross-origin isolation gives the WASM back end its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react(), policyInPage(), sizeBudget({ index: SHELL_BUDGET }), offlineFiles()],
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 900 },
  server: { headers: isolation },
  preview: { headers: { ...isolation, 'Content-Security-Policy': contentSecurityPolicy } },
  test: {
    include: ['{src,workers}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 60_000,
    reporters: process.env.CI ? ['dot'] : ['default'],
  },
});
