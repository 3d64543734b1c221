import { enhances } from '../pipeline/enhance/enhance.ts';
import type { AppStore } from '../store/create-store.ts';
import type { AppState } from '../store/state.ts';
import { t } from '../texts/texts.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { pictureName } from './date-words.ts';

/**
 * Keeps a viewer in step with the store, past React: tiles arrive and the divider moves far more often than
 * the page needs to render.
 * @returns what ends it.
 */
export function bindViewer(store: AppStore, viewer: Viewer): () => void {
  showOpenedScene(store.getState(), viewer);
  showView(store.getState(), viewer);
  showPen(store.getState(), viewer);
  return store.subscribe((now, before) => {
    if (now.sceneRevision !== before.sceneRevision || (now.scene === null) !== (before.scene === null)) {
      showOpenedScene(now, viewer);
    } else {
      if (now.displayBands !== before.displayBands) viewer.setBands(now.displayBands, drawnOf(now));
      if (now.stretch !== before.stretch || now.gamma !== before.gamma) {
        if (now.stretch.length === 3) viewer.setStretch(now.stretch, now.gamma);
      }
    }
    if (now.tileChange !== before.tileChange && now.tileChange !== null) {
      const { type, window } = now.tileChange;
      for (const layer of LAYERS[type]) viewer.invalidate(layer, window);
    }
    showView(now, viewer, before);
    showPen(now, viewer, before);
  });
}

const RESULT = ['after', 'provenance', 'confidence', 'date'] as const;
/** What is drawn anew when tiles change. */
const LAYERS = {
  'mask-changed': ['mask'],
  'result-changed': RESULT,
  'all-changed': ['mask', ...RESULT],
} as const;

function showOpenedScene(state: AppState, viewer: Viewer): void {
  const { scene, displayBands: bands, stretch, gamma, startWindow } = state;
  viewer.setScene(
    scene === null ? null : { grid: scene.scene.grid, bands, drawn: drawnOf(state), stretch, gamma },
  );
  if (scene !== null && startWindow !== null) viewer.showWindow(startWindow);
}

const drawnOf = ({ combinations, combination }: AppState) =>
  combinations.find(({ id }) => id === combination)?.drawn;

function showView(now: AppState, viewer: Viewer, before?: AppState): void {
  const changed = (
    key:
      | 'compareMode'
      | 'swipe'
      | 'hasResult'
      | 'pictures'
      | 'dates'
      | 'overlay'
      | 'overlayOpacity'
      | 'basemap'
      | 'enhancement'
      | 'inspecting',
  ) => now[key] !== before?.[key];
  if (changed('compareMode')) viewer.setCompareMode(now.compareMode);
  if (changed('swipe')) viewer.setSwipe(now.swipe);
  if (
    changed('hasResult') ||
    changed('pictures') ||
    changed('dates') ||
    (now.maskEditor === null) !== (before?.maskEditor == null)
  ) {
    const [left, right] = now.pictures;
    const names = now.dates.length > 0 ? now.pictures.map((picture) => pictureName(picture, now)) : [];
    viewer.setPictures(left, right);
    viewer.setLabels(names[0] ?? t('Before'), names[1] ?? t('After'));
    const twoPictures = now.hasResult || typeof left === 'number' || typeof right === 'number';
    // The mask is drawn over the scene as it came.
    viewer.setComparing(twoPictures && now.maskEditor === null);
  }
  if (changed('overlay') || changed('overlayOpacity')) {
    viewer.setOverlay(now.overlay === 'none' ? null : now.overlay, now.overlayOpacity);
  }
  if (changed('inspecting')) viewer.setInspecting(now.inspecting);
  if (changed('basemap')) viewer.setBasemap(now.basemap);
  // The tones are those of what is clear, which is known when the run is done.
  const isDone = now.job.status === 'done' && before?.job.status !== 'done';
  if (changed('enhancement') || (isDone && enhances(now.enhancement))) viewer.setEnhancement(now.enhancement);
}

function showPen(now: AppState, viewer: Viewer, before?: AppState): void {
  const { maskEditor, maskTool: tool, maskClass, brushRadius: radius } = now;
  const keys = ['maskTool', 'maskClass', 'brushRadius', 'sceneRevision'] as const;
  const opened = (maskEditor === null) !== (before?.maskEditor == null);
  if (opened || keys.some((key) => now[key] !== before?.[key]))
    viewer.setPen(maskEditor && { tool, class: maskClass, radius });
  if (now.sketchesDrawn !== before?.sketchesDrawn) viewer.forgetSketches();
}
