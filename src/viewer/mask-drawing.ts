import PointerInteraction from 'ol/interaction/Pointer.js';
import type OlMap from 'ol/Map.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import type { MaskOperation } from '../pipeline/detect/edits.ts';
import { t } from '../texts/texts.ts';
import { toCoordinate, toPixel } from './map-space.ts';
import { classDrawn, createMaskSketches, type MaskGround, type MaskPen } from './mask-sketches.ts';

/** Drawing on the mask, with pointer and keyboard. */
export interface MaskDrawing {
  /** Takes a pen up; null: nothing is drawn. */
  setPen(pen: MaskPen | null): void;
  /** Takes back the last corner of a polygon that is not closed yet; false if there is none. */
  takeBack(): boolean;
  /** The mask shows what was drawn so far: its sketches go. */
  forgetSketches(): void;
  dispose(): void;
}

/** Screen pixels by which an arrow key moves the cursor; with Shift so many times as far. */
const KEY_STEP = 6;
const KEY_LEAP = 6;
/** Points of a stroke that lie nearer than this share of its radius to the one before are left out. */
const SPACING = 0.25;
/** A click this near to its first point, in screen pixels, closes a polygon. */
const CLOSING = 10;

/**
 * Draws strokes and polygons on the map. What is being drawn shows as a sketch; what was drawn goes to `onDraw` in pixels of
 * the scene. By keyboard: arrows move a cursor, Space lowers and lifts the brush or sets a corner, Enter closes a polygon,
 * Backspace takes its last corner back, Escape gives up.
 */
export function createMaskDrawing(
  map: OlMap,
  target: HTMLElement,
  ground: () => MaskGround | null,
  onDraw: (operation: MaskOperation) => void,
): MaskDrawing {
  const sketches = createMaskSketches(map, ground);
  let pen: MaskPen | null = null;
  /** Column and row, in pixels of the scene. */
  let cursor: [number, number] | null = null;
  let points: number[] = [];
  let penDown = false;
  /** The last corner was set where the one before is. */
  let repeatsCorner = false;
  const spoken = document.createElement('p');
  spoken.className = 'visually-hidden';
  spoken.setAttribute('role', 'status');
  target.append(spoken);
  const say = (text: string) => {
    spoken.textContent = text;
  };

  const drawing = () => pen !== null && pen.tool !== 'move';
  const showCursor = () => sketches.showCursor(drawing() ? pen : null, cursor);
  const showSketch = () => sketches.showDrawn(pen, points, cursor);

  const giveUp = () => {
    sketches.drop();
    points = [];
    penDown = false;
  };

  /** Scene pixels per screen pixel. */
  const pixelsPerScreen = () => (map.getView().getResolution() ?? 1) / (ground()?.space.resolution ?? 1);

  const addPoint = () => {
    if (cursor === null || pen === null) return;
    const rounded = cursor.map((value) => Math.round(4 * value) / 4);
    const [x, y] = points.slice(-2);
    const least = pen.tool === 'polygon' ? 0 : SPACING * pen.radius;
    repeatsCorner =
      points.length > 0 && Math.hypot(rounded[0] - x, rounded[1] - y) < CLOSING * pixelsPerScreen();
    if (points.length === 0 || Math.hypot(rounded[0] - x, rounded[1] - y) > least) points.push(...rounded);
    showSketch();
  };

  /** Hands over what was drawn. Its sketch stays until the mask shows it. */
  const finish = () => {
    const drawn = points;
    const value = pen && classDrawn(pen);
    if (pen === null || value === null || drawn.length === 0) return giveUp();
    if (pen.tool === 'polygon' && drawn.length < 6) return giveUp();
    sketches.leave();
    points = [];
    penDown = false;
    onDraw(
      pen.tool === 'polygon'
        ? { kind: 'polygon', class: value, rings: [drawn] }
        : { kind: 'stroke', class: value, radius: pen.radius, points: drawn },
    );
  };

  const follow = (coordinate: readonly number[]) => {
    const at = ground();
    cursor = at && toPixel(at.space, coordinate);
    showCursor();
  };

  const closesRing = (event: MapBrowserEvent) => {
    const at = ground();
    if (at === null || points.length < 6) return false;
    const first = map.getPixelFromCoordinate(toCoordinate(at.space, points[0], points[1]));
    return Math.hypot(first[0] - event.pixel[0], first[1] - event.pixel[1]) < CLOSING;
  };

  const pointer = new PointerInteraction({
    handleDownEvent(event) {
      const original = event.originalEvent as PointerEvent;
      if (!drawing() || original.button !== 0 || !original.isPrimary) return false;
      follow(event.coordinate);
      if (pen?.tool === 'polygon') {
        if (closesRing(event)) finish();
        else addPoint();
        return true;
      }
      giveUp();
      addPoint();
      return true;
    },
    handleDragEvent(event) {
      if (pen?.tool === 'polygon') return;
      if (pointer.getPointerCount() > 1) return giveUp();
      follow(event.coordinate);
      if (points.length > 0) addPoint();
    },
    handleUpEvent() {
      if (pen?.tool !== 'polygon') finish();
      return false;
    },
    handleMoveEvent(event) {
      if (!drawing()) return;
      follow(event.coordinate);
      if (points.length > 0) showSketch();
    },
  });
  const closeTwice = (event: MapBrowserEvent) => {
    if (!drawing()) return;
    // The map takes two quick clicks for a double one wherever they are.
    if (pen?.tool === 'polygon' && repeatsCorner) finish();
    event.stopPropagation();
    event.preventDefault();
  };

  const place = () => {
    const at = ground();
    if (at === null) return null;
    if (cursor === null) cursor = toPixel(at.space, map.getView().getCenter() ?? [0, 0]);
    return at;
  };

  const moveBy = (dx: number, dy: number, far: boolean) => {
    const at = place();
    if (at === null || cursor === null) return;
    const step = Math.max(0.5, KEY_STEP * pixelsPerScreen()) * (far ? KEY_LEAP : 1);
    cursor = [
      Math.min(at.width, Math.max(0, cursor[0] + dx * step)),
      Math.min(at.height, Math.max(0, cursor[1] + dy * step)),
    ];
    const coordinate = toCoordinate(at.space, ...cursor);
    const [x, y] = map.getPixelFromCoordinate(coordinate) ?? [0, 0];
    const [width, height] = map.getSize() ?? [0, 0];
    if (x < 0 || y < 0 || x > width || y > height) map.getView().setCenter(coordinate);
    showCursor();
    if (penDown) addPoint();
    else if (points.length > 0) showSketch();
    say(t('Column {{column}}, row {{row}}', { column: Math.floor(cursor[0]), row: Math.floor(cursor[1]) }));
  };

  /** Space: a corner of the polygon, or the brush down and up. */
  const press = () => {
    if (place() === null) return;
    showCursor();
    if (pen?.tool === 'polygon') {
      addPoint();
      say(t('Corner {{number}}', { number: points.length / 2 }));
    } else if (penDown) {
      finish();
      say(t('Brush up: drawn'));
    } else {
      penDown = true;
      addPoint();
      say(t('Brush down'));
    }
  };

  /** The last corner of the polygon that is being drawn. */
  const takeBack = () => {
    if (pen?.tool !== 'polygon' || points.length === 0) return false;
    points.splice(-2);
    if (points.length === 0) giveUp();
    else showSketch();
    return true;
  };

  const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const onKey = (event: KeyboardEvent) => {
    if (!drawing() || event.target !== target || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) moveBy(...arrow, event.shiftKey);
    else if (event.key === ' ') press();
    else if (event.key === 'Enter' && points.length > 0) finish();
    else if (event.key === 'Escape' && points.length > 0) giveUp();
    else if (event.key === 'Backspace' && pen?.tool === 'polygon') takeBack();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  map.addInteraction(pointer);
  map.on('dblclick', closeTwice);
  target.addEventListener('keydown', onKey, { capture: true });

  return {
    setPen(next) {
      if (pen?.tool !== next?.tool) giveUp();
      if (next !== null && pen === null) map.addLayer(sketches.layer);
      if (next === null && pen !== null) map.removeLayer(sketches.layer);
      pen = next;
      pointer.setActive(next !== null);
      target.classList.toggle('drawing', drawing());
      showCursor();
      showSketch();
    },
    takeBack,
    forgetSketches: sketches.forget,
    dispose() {
      target.removeEventListener('keydown', onKey, { capture: true });
      target.classList.remove('drawing');
      map.removeInteraction(pointer);
      map.un('dblclick', closeTwice);
      sketches.dispose();
      spoken.remove();
    },
  };
}
