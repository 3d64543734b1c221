import { expect, test, vi } from 'vitest';
import { fixture } from '../src/pipeline/testing/fixtures.ts';
import { displayState } from './display-state.ts';
import { shownScene } from './shown-scene.ts';

let previewMayOpen: Promise<void> = Promise.resolve();
vi.mock('../src/pipeline/enhance/preview.ts', () => ({
  needsPreview: () => true,
  withPreview: (source: unknown) => source,
}));
vi.mock('./preview-pages.ts', () => ({
  openPreviewPages: () => previewMayOpen.then(() => ({ close: () => {} })),
}));

let hasRead = () => {};
vi.mock('./open-comparison.ts', async (original) => {
  const { openInput } = await original<typeof import('./open-comparison.ts')>();
  return {
    openInput: (...given: Parameters<typeof openInput>) => openInput(...given).finally(() => hasRead()),
  };
});

test('a saved comparison stays, though the scene that was asked for before it takes longer', async () => {
  const state = displayState();
  const shown = shownScene(state);
  await shown.open(0, fixture('geographic.tif'), 1);
  let open = () => {};
  previewMayOpen = new Promise((resolve) => {
    open = resolve;
  });
  const taken = shown.take(1);
  const image = fixture('feet.tif');
  const read = new Promise<void>((resolve) => {
    hasRead = resolve;
  });
  const compared = shown.openComparison(1, { before: image, after: image });
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(state.comparison).toBeNull();
  open();
  await Promise.all([taken, compared]);
  expect(state.comparison?.before.scene.name).toBe('feet.tif');
  expect(state.scene?.scene.name).toBe('feet.tif');
});
