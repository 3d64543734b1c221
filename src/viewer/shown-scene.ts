import Attribution from 'ol/control/Attribution.js';
import TileLayer from 'ol/layer/Tile.js';
import type OlMap from 'ol/Map.js';
import OSM from 'ol/source/OSM.js';
import View from 'ol/View.js';
import type { Grid } from '../pipeline/scene.ts';
import type { DisplayRequest } from '../services/engine.ts';
import { t } from '../texts/texts.ts';
import type { Split } from './compare.ts';
import { createSceneLayer, type SceneLayer } from './layers.ts';
import { mapSpace } from './map-space.ts';
import { projectionFor } from './projection.ts';
import { canHaveBasemap } from './projection-rules.ts';
import {
  confidenceStyle,
  dateStyle,
  imageStyle,
  maskStyle,
  provenanceStyle,
  stretchVariables,
} from './styles.ts';
import type { SceneView, ViewerOptions } from './viewer.ts';

/** Around the whole scene, in display pixels. */
const MARGIN = 24;

/** A scene on the map: its layers and its view. */
export interface ShownScene {
  readonly grid: Grid;
  readonly space: ReturnType<typeof mapSpace>;
  readonly layers: Readonly<Record<DisplayRequest['layer'], SceneLayer>>;
  /** @param split How the map is parted, if it is. */
  showAll(duration: number, split: Split | null): void;
  /** The same after the map has changed its size, unless the user has moved away since. */
  keepAll(split: Split | null): void;
  showBasemap(on: boolean): void;
  /** Whose base map is shown; null if none is. */
  credit(): string | null;
  dispose(): void;
}

/** Puts a scene on the map, in its own projection and as a whole. */
export function showScene(
  map: OlMap,
  view: SceneView,
  options: Pick<ViewerOptions, 'engine' | 'onFault'>,
): ShownScene {
  const { grid, bands } = view;
  const space = mapSpace(grid);
  const projection = projectionFor(grid, space);
  const frame = { space, projection, width: grid.width, height: grid.height };
  const image = () => imageStyle(stretchVariables(view.stretch, view.gamma), view.drawn);
  const layerOf = (kind: DisplayRequest['layer'], style: ReturnType<typeof maskStyle>) =>
    createSceneLayer(options.engine, frame, kind, style, bands, options.onFault);
  const layers = {
    before: layerOf('before', image()),
    after: layerOf('after', image()),
    mask: layerOf('mask', maskStyle()),
    provenance: layerOf('provenance', provenanceStyle()),
    confidence: layerOf('confidence', confidenceStyle()),
    date: layerOf('date', dateStyle()),
  };
  map.setLayers(Object.values(layers).map((entry) => entry.layer));
  const [minX, minY, maxX, maxY] = space.extent;
  const margin = Math.max(maxX - minX, maxY - minY);
  map.setView(
    new View({
      projection,
      center: [(minX + maxX) / 2, (minY + maxY) / 2],
      extent: [minX - margin, minY - margin, maxX + margin, maxY + margin],
      minResolution: space.resolution / 16,
      maxResolution: (margin / 256) * 2,
      constrainOnlyCenter: true,
      enableRotation: false,
      showFullExtent: true,
    }),
  );
  const showAll = (duration: number, split: Split | null) => {
    const [width, height] = map.getSize() ?? [0, 0];
    const across = MARGIN + (split === 'columns' ? width / 4 : 0);
    const along = MARGIN + (split === 'rows' ? height / 4 : 0);
    const callback = () => {
      whole = viewState();
    };
    map.getView().fit([...space.extent], { padding: [along, across, along, across], duration, callback });
  };
  /** Where the view stood when the whole scene had been fitted to the map. */
  let whole: string | null = null;
  const viewState = () => [map.getView().getCenter(), map.getView().getResolution()].join();
  showAll(0, null);

  let base: TileLayer<OSM> | null = null;
  const credit = t('© OpenStreetMap contributors');
  const attributions = `<a href="https://www.openstreetmap.org/copyright" target="_blank">${credit}</a>`;
  /** Says whose the base map is, while it is shown. */
  let attribution: Attribution | null = null;
  return {
    grid,
    space,
    layers,
    showAll,
    keepAll: (split) => whole === viewState() && showAll(0, split),
    showBasemap(on) {
      if (on && base === null && canHaveBasemap(grid)) {
        base = new TileLayer({ source: new OSM({ attributions }), className: 'layer-base', zIndex: -1 });
        attribution = new Attribution({ collapsible: false });
        map.addLayer(base);
        map.addControl(attribution);
      }
      base?.setVisible(on);
    },
    credit: () => (base?.getVisible() ? credit : null),
    dispose() {
      map.setLayers([]);
      if (attribution) map.removeControl(attribution);
      for (const entry of Object.values(layers)) entry.dispose();
      base?.dispose();
    },
  };
}
