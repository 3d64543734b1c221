import 'ol/ol.css';
import './viewer.css';
import ScaleLine from 'ol/control/ScaleLine.js';
import { all, noModifierKeys, primaryAction } from 'ol/events/condition.js';
import DragPan from 'ol/interaction/DragPan.js';
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
import Kinetic from 'ol/Kinetic.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import type { MaskOperation } from '../pipeline/detect/edits.ts';
import { type Enhancement, enhances, NO_ENHANCEMENT } from '../pipeline/enhance/enhance.ts';
import type { Stretch } from '../pipeline/enhance/stretch.ts';
import type { Grid, Window } from '../pipeline/scene.ts';
import { clipWindow } from '../pipeline/windows.ts';
import type { DisplayRequest, Engine, Picture, TileSide } from '../services/engine.ts';
import type { Drawn } from '../store/combinations.ts';
import type { CompareMode } from '../store/preferences.ts';
import { hasDivider, type Split, splitOf, unsplit } from './compare.ts';
import { contextLost, watchContexts } from './lost-contexts.ts';
import { toCoordinate, toPixel } from './map-space.ts';
import type { MaskDrawing } from './mask-drawing.ts';
import type { MaskPen } from './mask-sketches.ts';
import { PatientMap } from './patient-map.ts';
import { createPointing } from './pointing.ts';
import { type ShownScene, showScene } from './shown-scene.ts';
import { composeSnapshot } from './snapshot.ts';
import { imageStyle, type StyleVariables, stretchVariables } from './styles.ts';
import { createSwipeHandle } from './swipe.ts';

export type OverlayKind = Exclude<DisplayRequest['layer'], TileSide>;
const OVERLAYS: readonly OverlayKind[] = ['mask', 'provenance', 'confidence', 'date'];

export interface ViewerOptions {
  readonly engine: Pick<Engine, 'displayTile'>;
  /** Pixel under the pointer (integers inside the scene), or null when it leaves. */
  onPointer(pixel: { x: number; y: number } | null): void;
  /** The user moved the divider; answer with `setSwipe`. */
  onSwipe(position: number): void;
  /** The scene given last stands on the map with all its tiles. */
  onShown(): void;
  /** A tile could not be had, or the browser took away what the map is drawn with (`display/context-lost`). */
  onFault(fault: unknown): void;
  /** The user drew on the mask. */
  onDraw?(operation: MaskOperation): void;
  /** The map came to rest on another part of the scene. */
  onMoved?(): void;
  /** Whether one finger moves the map, or scrolls the page; left out, it moves the map. */
  fingerMoves?(): boolean;
}

export interface SceneView {
  readonly grid: Grid;
  /** File indices shown as red, green, blue. */
  readonly bands: readonly number[];
  readonly drawn?: Drawn;
  readonly stretch: readonly Stretch[];
  readonly gamma: number;
}

/** What a scene is shown on. One per element; owns its map, layers and WebGL contexts. */
export interface Viewer {
  /** Shows a scene in its own projection, fitted to the window; null clears the map. */
  setScene(view: SceneView | null): void;
  /** File indices of three bands, and how they become colours. */
  setBands(bands: readonly number[], drawn?: Drawn): void;
  /** Reflectance ranges for red, green, blue, and gamma: instant, nothing is loaded again. */
  setStretch(stretch: readonly Stretch[], gamma: number): void;
  /** Shows the repaired scene beside the scene as it was. */
  setComparing(on: boolean): void;
  /** How the two are compared; by swipe, unless told otherwise. */
  setCompareMode(mode: CompareMode): void;
  /** Share of "before", 0..1: see {@link CompareMode}. */
  setSwipe(position: number): void;
  /** Enhances the pictures for viewing. */
  setEnhancement(enhancement: Enhancement): void;
  /** What stands on either side of the divider; at first the scene before and after. */
  setPictures(left: Picture, right: Picture): void;
  /** What the two sides are called. */
  setLabels(left: string, right: string): void;
  setOverlay(kind: OverlayKind | null, opacity: number): void;
  /** OpenStreetMap beneath the scene. Nothing is requested while it is off. */
  setBasemap(on: boolean): void;
  /** The user draws on the mask with this; null: no longer. */
  setPen(pen: MaskPen | null): void;
  /** Takes back the last corner of a polygon that is being drawn; false if there is none. */
  takeBackCorner(): boolean;
  /** The mask shows all that was drawn. */
  forgetSketches(): void;
  invalidate(layer: DisplayRequest['layer'], window?: Window): void;
  /** The whole scene in the window. */
  showAll(): void;
  /** Fits a part of the scene, in pixels of the scene, to the window. */
  showWindow(part: Window): void;
  zoomBy(levels: number): void;
  /** The part of the scene that is on the map, in pixels of the scene; null if none. */
  visibleWindow(): Window | null;
  /** Looks at the pixel in the middle of the map, whatever the pointer does. */
  setInspecting(on: boolean): void;
  /** The map as it is shown, as PNG at device resolution. */
  snapshot(): Promise<Blob>;
  dispose(): void;
}

export function createViewer(target: HTMLElement, options: ViewerOptions): Viewer {
  const scale = new ScaleLine({ units: 'metric', minWidth: 52 });
  const map = new ComparingMap({
    target,
    controls: [],
    layers: [],
    interactions: interactionsFor(options),
  });
  const swipe = createSwipeHandle(target, options.onSwipe);
  let scene: ShownScene | null = null;
  let comparing = false;
  let mode: CompareMode = 'swipe';
  let position = 0.5;
  let overlay: { kind: OverlayKind | null; opacity: number } = { kind: null, opacity: 1 };
  let basemap = false;
  let pictures: readonly [Picture, Picture] = ['scene', 'result'];
  let drawn: Drawn = 'colours';
  let variables: StyleVariables = {};
  const sides = () => (scene === null ? [] : [scene.layers.before, scene.layers.after]);

  let pen: MaskPen | null = null;
  let editing: MaskDrawing | null = null;
  let enhancement: Enhancement = NO_ENHANCEMENT;
  let gone = false;
  /** Drawing is fetched when it is first wanted: viewers that only show never load it. */
  const startEditing = async () => {
    const { createMaskDrawing } = await import('./mask-drawing.ts');
    if (gone || editing) return;
    editing = createMaskDrawing(map, target, ground, (operation) => options.onDraw?.(operation));
    editing.setPen(pen);
  };

  /** Along a palette a colour stands for a value: nothing is enhanced there. */
  const enhance = () => {
    const wanted = drawn === 'colours' ? enhancement : NO_ENHANCEMENT;
    for (const side of sides()) side.setEnhancement(wanted);
  };

  const apply = () => {
    const shown = comparing && scene !== null;
    swipe.setVisible(shown);
    swipe.setRows(mode === 'swipe-rows');
    const [width, height] = map.getSize() ?? [1, 1];
    map.split = shown && mode === 'side-by-side' ? splitOf(width, height) : null;
    target.dataset.compare = mode;
    target.dataset.divider = String(shown && hasDivider(mode));
    target.dataset.split = map.split ?? 'none';
    target.dataset.overlay = overlay.kind ?? 'none';
    if (scene === null) return;
    scene.layers.after.layer.setOpacity(mode === 'blink' || mode === 'blend' ? 1 - position : 1);
    for (const kind of OVERLAYS) {
      scene.layers[kind].layer.setVisible(overlay.kind === kind);
      scene.layers[kind].layer.setOpacity(overlay.opacity);
    }
    scene.layers.before.setPicture(pictures[0]);
    scene.layers.after.setPicture(pictures[1]);
    scene.showBasemap(basemap);
  };

  map.on('change:size', () => {
    apply();
    scene?.keepAll(map.split);
  });
  map.on('moveend', () => scene !== null && options.onMoved?.());
  const ground = () => scene && { space: scene.space, ...scene.grid };
  const unwatch = watchContexts(target, () => options.onFault(contextLost()));
  const pointing = createPointing(map, target, ground, options.onPointer);

  return {
    setScene(view) {
      scene?.dispose();
      map.removeControl(scale);
      drawn = view?.drawn ?? 'colours';
      variables = view === null ? {} : stretchVariables(view.stretch, view.gamma);
      scene = view === null ? null : showScene(map, view, options);
      enhance();
      if (scene !== null && scene.space.units !== 'pixels') map.addControl(scale);
      apply();
      const shown = scene;
      if (shown !== null) map.once('rendercomplete', () => shown === scene && options.onShown());
    },
    setBands(bands, next = 'colours') {
      for (const side of sides()) {
        side.setBands(bands);
        if (next !== drawn) side.setStyle(imageStyle(variables, next));
      }
      const isOther = next !== drawn;
      drawn = next;
      if (isOther && enhances(enhancement)) enhance();
    },
    setEnhancement(next) {
      enhancement = next;
      enhance();
    },
    setStretch(stretch, gamma) {
      variables = stretchVariables(stretch, gamma);
      for (const side of sides()) side.setVariables(variables);
    },
    setComparing(on) {
      comparing = on;
      apply();
    },
    setPictures(left, right) {
      pictures = [left, right];
      apply();
    },
    setLabels: (left, right) => swipe.setLabels(left, right),
    setCompareMode(next) {
      const wasSplit = map.split;
      mode = next;
      apply();
      if (map.split !== wasSplit) scene?.showAll(0, map.split);
    },
    setSwipe(next) {
      position = next;
      swipe.setPosition(next);
      if (mode === 'blink' || mode === 'blend') apply();
    },
    setOverlay(kind, opacity) {
      overlay = { kind, opacity };
      apply();
    },
    setBasemap(on) {
      basemap = on;
      apply();
    },
    setPen(next) {
      pen = next;
      if (editing) editing.setPen(next);
      else if (next !== null) void startEditing();
    },
    takeBackCorner: () => editing?.takeBack() ?? false,
    forgetSketches: () => editing?.forgetSketches(),
    invalidate(layer, window) {
      if (scene === null) return;
      if (layer !== 'after') return scene.layers[layer].invalidate(window);
      for (const side of [scene.layers.before, scene.layers.after]) {
        if (side.picture === 'result') side.invalidate(window);
      }
    },
    showAll: () => scene?.showAll(200, map.split),
    showWindow(part) {
      if (scene === null) return;
      const [left, top] = toCoordinate(scene.space, part.x, part.y);
      const [right, bottom] = toCoordinate(scene.space, part.x + part.width, part.y + part.height);
      map.getView().fit([left, bottom, right, top]);
    },
    zoomBy: (levels) =>
      map.getView().animate({ zoom: (map.getView().getZoom() ?? 0) + levels, duration: 150 }),
    setInspecting: (on) => pointing.setCentred(on),
    visibleWindow() {
      if (scene === null) return null;
      const { grid, space } = scene;
      const [minX, minY, maxX, maxY] = map.getView().calculateExtent(map.getSize());
      const [left, top] = toPixel(space, [minX, maxY]).map(Math.floor);
      const [right, bottom] = toPixel(space, [maxX, minY]).map(Math.ceil);
      const window = { x: left, y: top, width: right - left, height: bottom - top };
      return clipWindow(window, grid.width, grid.height);
    },
    snapshot() {
      map.renderSync();
      return composeSnapshot(target, scene?.credit() ?? null);
    },
    dispose() {
      gone = true;
      unwatch();
      pointing.dispose();
      editing?.dispose();
      swipe.dispose();
      scene?.dispose();
      map.dispose();
    },
  };
}

/** A map whose two halves can show the same place; see viewer.css. */
class ComparingMap extends PatientMap {
  split: Split | null = null;

  /** Where on the map a pointer is. Of several pointers at once only the movement counts: it needs no correction. */
  override getEventPixel(event: { clientX: number; clientY: number }): number[] {
    const pixel = super.getEventPixel(event as Parameters<PatientMap['getEventPixel']>[0]);
    const size = this.getSize();
    return this.split !== null && size && 'type' in event ? unsplit(pixel, size, this.split) : pixel;
  }
}

function interactionsFor({ fingerMoves = () => true }: ViewerOptions) {
  const interactions = defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, dragPan: false });
  const isOneFinger = ({ originalEvent }: MapBrowserEvent) =>
    (originalEvent as PointerEvent).pointerType === 'touch' && (originalEvent as PointerEvent).isPrimary;
  const condition = all(noModifierKeys, primaryAction, (event) => !isOneFinger(event) || fingerMoves());
  // As OpenLayers has it by default, but for the finger.
  interactions.insertAt(0, new DragPan({ condition, kinetic: new Kinetic(-0.005, 0.05, 100) }));
  return interactions;
}
