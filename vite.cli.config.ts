import { defineConfig } from 'vite';

/** The command line: one file per thread, packages as installed. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist-cli',
    emptyOutDir: true,
    rollupOptions: {
      input: {
        unclouded: 'src/cli/main.ts',
        'scene-thread': 'src/cli/scene-thread.ts',
        'network-thread': 'src/cli/network-thread.ts',
      },
      output: {
        entryFileNames: '[name].js',
        // Constants of modules stay constants: V8 compiles them in, and looks variables up each time.
        topLevelVar: false,
        // Beside the entries, because threads are started by their place relative to the code that starts them.
        chunkFileNames: '[name]-[hash].js',
        banner: (chunk) => (chunk.name === 'unclouded' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
