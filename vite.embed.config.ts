import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InlineConfig, Plugin } from 'vite';
import { defineConfig } from 'vite';
import { LOADER_BUDGET, sizeBudget } from './scripts/size-budget.ts';

/** In a shadow root, styles arrive as text (`?inline`); what is imported for a page's own sake is left out. */
const stylesAsText: Plugin = {
  name: 'styles-as-text',
  enforce: 'pre',
  load: (id) => (id.endsWith('.css') ? '' : null),
};

/** The catalogue of a language, in the folder of the embedded viewer. */
const catalogue = (language: string) => `texts-${language}.js`;

/**
 * The frame's program is one piece, but for the languages: it imports the catalogues that the element's build has made, by
 * whole addresses, because a script of a sandboxed page has none of its own that others could be relative to.
 */
const cataloguesApart: Plugin = {
  name: 'catalogues-apart',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('/src/texts/texts.ts')
      ? code.replace(
          /import\('\.\/locales\/([\w-]+)\.json'\)/g,
          (_, language) =>
            `import(/* @vite-ignore */ new URL('embed/${catalogue(language)}', document.baseURI).href)`,
        )
      : null,
};

/** What makes the folder a package: its manifest, and the types of its entry. */
const packageFiles: Plugin = {
  name: 'package-files',
  writeBundle({ dir = '' }) {
    const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
    const manifest = {
      name: 'unclouded-swipe',
      version,
      license,
      type: 'module',
      exports: {
        '.': { types: './unclouded-swipe.d.ts', default: './unclouded-swipe.js' },
        './react': { types: './react.d.ts' },
      },
      // Importing it defines the element.
      sideEffects: ['./unclouded-swipe.js'],
      types: './unclouded-swipe.d.ts',
    };
    writeFileSync(join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    copyFileSync('src/embed/api.ts', join(dir, 'unclouded-swipe.d.ts'));
    const react = readFileSync('src/embed/react.ts', 'utf8').replace('./api.ts', './unclouded-swipe.js');
    writeFileSync(join(dir, 'react.d.ts'), react);
    copyFileSync('src/embed/frame.css', join(dir, 'frame.css'));
  },
};

/**
 * The embedded viewer, in two forms: `element`, the ES module of `<unclouded-swipe>`, whose small entry loads the rest
 * when it is needed; and `frame`, a classic script in one piece for embed.html, because a sandboxed page may load no
 * module from its own server without that server's permission.
 */
export function embedBuild(form: 'element' | 'frame', outDir: string): InlineConfig {
  const isElement = form === 'element';
  return {
    configFile: false,
    publicDir: false,
    base: './',
    logLevel: 'warn',
    plugins: isElement
      ? [stylesAsText, sizeBudget({ 'unclouded-swipe': LOADER_BUDGET }), packageFiles]
      : [stylesAsText, cataloguesApart],
    // In one piece: a worker that starts from a blob finds no other files.
    worker: {
      format: 'iife',
      plugins: () => [stylesAsText],
      rollupOptions: { output: { topLevelVar: false } },
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir,
      emptyOutDir: isElement,
      target: 'es2022',
      minify: true,
      copyPublicDir: false,
      chunkSizeWarningLimit: 2000,
      lib: {
        entry: isElement ? 'src/embed/unclouded-swipe.ts' : 'src/embed/frame.ts',
        formats: [isElement ? 'es' : 'iife'],
        name: 'UncloudedFrame',
        fileName: () => (isElement ? 'unclouded-swipe.js' : 'frame.js'),
      },
      rollupOptions: {
        output: {
          chunkFileNames: ({ name, facadeModuleId }) =>
            facadeModuleId?.endsWith('.json') ? catalogue(name) : '[name]-[hash].js',
        },
      },
    },
  };
}

export default defineConfig(({ mode }) => embedBuild(mode === 'frame' ? 'frame' : 'element', 'dist/embed'));
