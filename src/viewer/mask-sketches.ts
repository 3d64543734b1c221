import Feature from 'ol/Feature.js';
import Circle from 'ol/geom/Circle.js';
import type Geometry from 'ol/geom/Geometry.js';
import LineString from 'ol/geom/LineString.js';
import Polygon from 'ol/geom/Polygon.js';
import type BaseLayer from 'ol/layer/Base.js';
import VectorLayer from 'ol/layer/Vector.js';
import type OlMap from 'ol/Map.js';
import VectorSource from 'ol/source/Vector.js';
import { Fill, Stroke, Style } from 'ol/style.js';
import { MASK_COLOURS, type Rgb } from '../pipeline/colours.ts';
import type { EditClass } from '../pipeline/detect/edits.ts';
import { type MapSpace, toCoordinate } from './map-space.ts';

/** What the user draws with; radius in pixels of the scene. */
export interface MaskPen {
  readonly tool: 'move' | 'brush' | 'eraser' | 'polygon';
  readonly class: EditClass;
  readonly radius: number;
}

/** The class that a pen draws. */
export const classDrawn = ({ tool, class: value }: MaskPen): EditClass => (tool === 'eraser' ? 0 : value);

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

/** Time in milliseconds in which new tiles reach the map. */
const TILES_ARRIVE = 700;

/** What shows on the map of drawing: a ring at the cursor, what is being drawn, and what the mask does not show yet. */
export interface MaskSketches {
  readonly layer: BaseLayer;
  /** The ring shows how far the pen reaches; there is none without pen or cursor. Column and row, in pixels of the scene. */
  showCursor(pen: MaskPen | null, cursor: readonly [number, number] | null): void;
  /** What is being drawn: of a polygon, corners so far, and the cursor as the next. */
  showDrawn(pen: MaskPen | null, points: readonly number[], cursor: readonly [number, number] | null): void;
  /** What is being drawn goes. */
  drop(): void;
  /** What was being drawn is done: it stays until the mask shows it. */
  leave(): void;
  /** The mask shows what is done. */
  forget(): void;
  dispose(): void;
}

/** The sketches of a map, as a layer that is not on it yet. */
export function createMaskSketches(map: OlMap, ground: () => MaskGround | null): MaskSketches {
  const source = new VectorSource();
  const layer = new VectorLayer({
    source,
    zIndex: 10,
    className: 'layer-sketch',
    updateWhileInteracting: true,
  });
  const ring = new Feature<Geometry>();
  ring.setStyle([
    new Style({ stroke: new Stroke({ color: 'rgb(0 0 0 / 75%)', width: 4 }) }),
    new Style({ stroke: new Stroke({ color: 'white', width: 1.8 }) }),
  ]);
  source.addFeature(ring);
  let sketch: Feature<Geometry> | null = null;

  return {
    layer,

    showCursor(pen, cursor) {
      const at = ground();
      if (pen === null || at === null || cursor === null) {
        ring.setGeometry(undefined);
        return;
      }
      const { resolution } = at.space;
      const radius =
        pen.tool === 'polygon' ? 4 * (map.getView().getResolution() ?? 1) : pen.radius * resolution;
      ring.setGeometry(new Circle(toCoordinate(at.space, ...cursor), radius));
    },

    showDrawn(pen, points, cursor) {
      const at = ground();
      if (pen === null || at === null || points.length === 0) return;
      const coordinates = [];
      for (let i = 0; i < points.length; i += 2) {
        coordinates.push(toCoordinate(at.space, points[i], points[i + 1]));
      }
      sketch ??= new Feature<Geometry>();
      if (!source.hasFeature(sketch)) source.addFeature(sketch);
      const colour = COLOURS[classDrawn(pen)];
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
    },

    drop() {
      if (sketch) source.removeFeature(sketch);
      sketch = null;
    },

    leave() {
      sketch = null;
    },

    forget() {
      const old = source.getFeatures().filter((feature) => feature !== ring && feature !== sketch);
      setTimeout(() => {
        for (const feature of old) if (source.hasFeature(feature)) source.removeFeature(feature);
      }, TILES_ARRIVE);
    },

    dispose() {
      layer.dispose();
      source.dispose();
    },
  };
}
