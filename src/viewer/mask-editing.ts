import Feature from 'ol/Feature.js';
import Circle from 'ol/geom/Circle.js';
import type Geometry from 'ol/geom/Geometry.js';
import LineString from 'ol/geom/LineString.js';
import Polygon from 'ol/geom/Polygon.js';
import PointerInteraction from 'ol/interaction/Pointer.js';
import VectorLayer from 'ol/layer/Vector.js';
import type OlMap from 'ol/Map.js';
import type MapBrowserEvent from 'ol/MapBrowserEvent.js';
import VectorSource from 'ol/source/Vector.js';
import { Fill, Stroke, Style } from 'ol/style.js';
import { MASK_COLOURS, type Rgb } from '../pipeline/colours.ts';
import type { EditClass, MaskOperation } from '../pipeline/detect/edits.ts';
import { t } from '../texts/texts.ts';
import { type MapSpace, toCoordinate, toPixel } from './map-space.ts';

/** What the user draws with; radius in pixels of the scene. */
export interface MaskPen {
  readonly tool: 'move' | 'brush' | 'eraser' | 'polygon';
  readonly class: EditClass;
  readonly radius: number;
}

/** Drawing on the mask, with pointer and keyboard. */
export interface MaskEditing {
  /** Takes a pen up; null: nothing is drawn. */
  setPen(pen: MaskPen | null): void;
  /** Takes back the last corner of a polygon that is not closed yet; false if there is none. */
  takeBack(): boolean;
  /** The mask shows what was drawn so far: its sketches go. */
  forgetSketches(): void;
  dispose(): void;
}

/** Where the scene lies on the map. */
export interface MaskGround {
  readonly space: MapSpace;
  readonly width: number;
  readonly height: number;
}

const COLOURS: Readonly<Record<EditClass, Rgb>> = {
  0: [255, 255, 255],
  1: MASK_COLOURS.thin,
  2: MASK_COLOURS.thick,
  3: MASK_COLOURS.shadow,
};
/** Screen pixels by which an arrow key moves the cursor; with Shift so many times as far. */
const KEY_STEP = 6;
const KEY_LEAP = 6;
/** Points of a stroke that lie nearer than this share of its radius to the one before are left out. */
const SPACING = 0.25;
/** A click this near to its first point, in screen pixels, closes a polygon. */
const CLOSING = 10;
/** Time in milliseconds in which new tiles reach the map. */
const TILES_ARRIVE = 700;

/**
 * Draws strokes and polygons on the map. What is being drawn shows as a sketch; what was drawn goes to `onDraw` in pixels of
 * the scene. By keyboard: arrows move a cursor, Space lowers and lifts the brush or sets a corner, Enter closes a polygon,
 * Backspace takes its last corner back, Escape gives up.
 */
export function createMaskEditing(
  map: OlMap,
  target: HTMLElement,
  ground: () => MaskGround | null,
  onDraw: (operation: MaskOperation) => void,
): MaskEditing {
  const source = new VectorSource();
  const layer = new VectorLayer({
    source,
    zIndex: 10,
    className: 'layer-sketch',
    updateWhileInteracting: true,
  });
  let pen: MaskPen | null = null;
  /** Column and row, in pixels of the scene. */
  let cursor: [number, number] | null = null;
  let points: number[] = [];
  let penDown = false;
  /** The last corner was set where the one before is. */
  let repeatsCorner = false;
  let sketch: Feature<Geometry> | null = null;
  const ring = new Feature<Geometry>();
  const spoken = document.createElement('p');
  spoken.className = 'visually-hidden';
  spoken.setAttribute('role', 'status');
  target.append(spoken);
  const say = (text: string) => {
    spoken.textContent = text;
  };

  const drawing = () => pen !== null && pen.tool !== 'move';
  const classOf = ({ tool, class: value }: MaskPen) => (tool === 'eraser' ? 0 : value);

  const showCursor = () => {
    const at = ground();
    if (pen === null || at === null || cursor === null || !drawing()) {
      ring.setGeometry(undefined);
      return;
    }
    const { resolution } = at.space;
    const radius =
      pen.tool === 'polygon' ? 4 * (map.getView().getResolution() ?? 1) : pen.radius * resolution;
    ring.setGeometry(new Circle(toCoordinate(at.space, ...cursor), radius));
    ring.setStyle([
      new Style({ stroke: new Stroke({ color: 'rgb(0 0 0 / 75%)', width: 4 }) }),
      new Style({ stroke: new Stroke({ color: 'white', width: 1.8 }) }),
    ]);
  };

  const showSketch = () => {
    const at = ground();
    if (pen === null || at === null || points.length === 0) return;
    const coordinates = [];
    for (let i = 0; i < points.length; i += 2) {
      coordinates.push(toCoordinate(at.space, points[i], points[i + 1]));
    }
    sketch ??= new Feature<Geometry>();
    if (!source.hasFeature(sketch)) source.addFeature(sketch);
    const colour = COLOURS[classOf(pen)];
    if (pen.tool === 'polygon') {
      const corners = cursor ? [...coordinates, toCoordinate(at.space, ...cursor)] : coordinates;
      sketch.setGeometry(new Polygon([corners]));
      sketch.setStyle(
        new Style({
          fill: new Fill({ color: [...colour, 0.35] }),
          stroke: new Stroke({ color: [...colour, 1], width: 2 }),
        }),
      );
      return;
    }
    sketch.setGeometry(
      new LineString(coordinates.length > 1 ? coordinates : [coordinates[0], coordinates[0]]),
    );
    const width = 2 * pen.radius * at.space.resolution;
    sketch.setStyle(
      (_: unknown, resolution: number) =>
        new Style({
          stroke: new Stroke({ color: [...colour, 0.55], width: width / resolution, lineCap: 'round' }),
        }),
    );
  };

  const giveUp = () => {
    if (sketch) source.removeFeature(sketch);
    sketch = null;
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
    const value = pen && classOf(pen);
    if (pen === null || value === null || drawn.length === 0) return giveUp();
    if (pen.tool === 'polygon' && drawn.length < 6) return giveUp();
    sketch = null;
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
  source.addFeature(ring);

  return {
    setPen(next) {
      if (pen?.tool !== next?.tool) giveUp();
      if (next !== null && pen === null) map.addLayer(layer);
      if (next === null && pen !== null) map.removeLayer(layer);
      pen = next;
      pointer.setActive(next !== null);
      target.classList.toggle('drawing', drawing());
      showCursor();
      showSketch();
    },
    takeBack,
    forgetSketches() {
      const old = source.getFeatures().filter((feature) => feature !== ring && feature !== sketch);
      setTimeout(() => {
        for (const feature of old) if (source.hasFeature(feature)) source.removeFeature(feature);
      }, TILES_ARRIVE);
    },
    dispose() {
      target.removeEventListener('keydown', onKey, { capture: true });
      target.classList.remove('drawing');
      map.removeInteraction(pointer);
      map.un('dblclick', closeTwice);
      layer.dispose();
      source.dispose();
      spoken.remove();
    },
  };
}
