import { afterEach, expect, it, vi } from 'vitest';
import { cancelled } from '../pipeline/errors.ts';
import type { ViewerOptions } from '../viewer/viewer.ts';
import { openComparisonMap } from './comparison-map.ts';

const engine = vi.hoisted(() => ({ dispose: () => {} }));
const viewer = vi.hoisted(() => ({ options: null as unknown }));

vi.mock('../viewer/shadow-styles.ts', () => ({ mapStyles: '' }));
vi.mock('./styles.ts', () => ({ adopt: () => {} }));
vi.mock('./controls.ts', () => ({
  controlStyles: '',
  createControls: () => ({ setOverlay: () => {}, dispose: () => {} }),
}));
vi.mock('../services/comparison.ts', () => ({
  createComparisonEngine: () => ({
    open: async () => ({ scene: { grid: { width: 9, height: 9 } }, displayBands: [0, 1, 2], bands: 3 }),
    stretch: async () => [],
    dispose: () => engine.dispose(),
  }),
}));
vi.mock('../viewer/viewer.ts', () => ({
  createViewer: (_: unknown, options: ViewerOptions) => {
    viewer.options = options;
    return new Proxy({}, { get: () => () => {} });
  },
}));
afterEach(() => void vi.unstubAllGlobals());

it('a comparison that is put to rest while tiles load tells no fault of them', async () => {
  vi.stubGlobal('document', {
    documentElement: { lang: 'en' },
    baseURI: 'https://example.org/',
    createElement: () => ({ getContext: () => ({}) }),
    addEventListener: () => {},
    removeEventListener: () => {},
  });
  const onError = vi.fn();
  const shown = await openComparisonMap(
    {
      map: { getRootNode: () => null, querySelectorAll: () => [], children: [] } as unknown as HTMLElement,
      sources: { before: 'before.tif', after: 'after.tif' },
      state: {},
      onLanguage: () => {},
      onLoad: () => {},
      onState: () => {},
      onError,
    },
    new AbortController().signal,
  );
  // The worker's end rejects what it was asked for.
  engine.dispose = () => (viewer.options as ViewerOptions).onFault(cancelled());
  shown.dispose();
  expect(onError).not.toHaveBeenCalled();
});
