import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cancelled, PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import type { ViewerOptions } from '../viewer/viewer.ts';
import { openComparisonMap } from './comparison-map.ts';

const opened = { scene: { grid: { width: 9, height: 9 } }, displayBands: [0, 1, 2], bands: 3 };
const engine = vi.hoisted(() => ({ open: async (): Promise<unknown> => null, dispose: () => {} }));
const viewer = vi.hoisted(() => ({ options: null as unknown }));

vi.mock('../viewer/shadow-styles.ts', () => ({ mapStyles: '' }));
vi.mock('./styles.ts', () => ({ adopt: () => {} }));
vi.mock('./controls.ts', () => ({
  controlStyles: '',
  createControls: () => ({ setOverlay: () => {}, dispose: () => {} }),
}));
vi.mock('../services/comparison.ts', () => ({
  createComparisonEngine: () => ({
    open: () => engine.open(),
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
beforeEach(() => {
  engine.open = async () => opened;
  vi.stubGlobal('document', {
    documentElement: { lang: 'en' },
    baseURI: 'https://example.org/',
    createElement: () => ({ getContext: () => ({}) }),
    addEventListener: () => {},
    removeEventListener: () => {},
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = (onError: () => void = () => {}) =>
  openComparisonMap(
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

it('a comparison that is put to rest while tiles load tells no fault of them', async () => {
  const onError = vi.fn();
  const shown = await open(onError);
  // The worker's end rejects what it was asked for.
  engine.dispose = () => (viewer.options as ViewerOptions).onFault(cancelled());
  shown.dispose();
  expect(onError).not.toHaveBeenCalled();
});

it('a server without ranges that falls silent while images are read whole is given up, and told as that', async () => {
  vi.useFakeTimers();
  engine.open = async () => {
    throw new PipelineError('network/no-range', phrase('No.'), phrase('Do.'));
  };
  vi.stubGlobal('fetch', async (_: URL, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body);
  });
  const opening = expect(open()).rejects.toMatchObject({ code: 'network/too-slow' });
  await vi.advanceTimersByTimeAsync(61_000);
  await opening;
});

it('of images that are read whole, the others are given up where one fails', async () => {
  engine.open = async () => {
    throw new PipelineError('network/no-range', phrase('No.'), phrase('Do.'));
  };
  const given: string[] = [];
  vi.stubGlobal('fetch', async (url: URL, { signal }: RequestInit) => {
    if (url.pathname === '/after.tif') return new Response(null, { status: 404 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal?.addEventListener('abort', () => {
          given.push(url.pathname);
          controller.error(signal.reason);
        });
      },
    });
    return new Response(body);
  });
  await expect(open()).rejects.toMatchObject({ code: 'network/unreachable' });
  expect(given).toEqual(['/before.tif']);
});
