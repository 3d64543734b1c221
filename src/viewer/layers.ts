import type WebGLTileLayer from 'ol/layer/WebGLTile.js';
import type { Style } from 'ol/layer/WebGLTile.js';
import type Projection from 'ol/proj/Projection.js';
import DataTileSource from 'ol/source/DataTile.js';
import TileGrid from 'ol/tilegrid/TileGrid.js';
import { type Enhancement, enhances } from '../pipeline/enhance/enhance.ts';
import type { Window } from '../pipeline/scene.ts';
import type { DisplayPixels, DisplayRequest, Engine, Picture } from '../services/engine.ts';
import type { MapSpace } from './map-space.ts';
import { StillTileLayer } from './still-layer.ts';
import type { StyleVariables } from './styles.ts';
import { displayTileWindow, levelCount, resolutions, TILE_SIZE } from './tile-grid.ts';
import { createTileMemory } from './tile-memory.ts';

/** Textures kept per layer: 64 tiles of 256 x 256 x 4 floats are 64 MiB. */
const TEXTURES = 64;
/** Changes are shown at most this often, in milliseconds. */
const REFRESH_INTERVAL = 500;

export interface SceneFrame {
  readonly space: MapSpace;
  readonly projection: Projection;
  readonly width: number;
  readonly height: number;
}

/** One layer of the scene on the map. */
export interface SceneLayer {
  readonly layer: WebGLTileLayer;
  setBands(bands: readonly number[]): void;
  /** What an image layer shows; at first the scene before or after. */
  setPicture(picture: Picture): void;
  readonly picture: Picture;
  /** Enhances image layers for viewing. */
  setEnhancement(enhancement: Enhancement): void;
  setVariables(variables: StyleVariables): void;
  setStyle(style: Style): void;
  /** Part of the scene changed; what is on the map stays until the new tiles have come. */
  invalidate(window?: Window): void;
  dispose(): void;
}

/** Tiles of decimated levels are smoothed, those at full resolution show their pixels as they are. */
class SceneTileSource extends DataTileSource {
  readonly finest: number;

  constructor(options: ConstructorParameters<typeof DataTileSource>[0], finest: number) {
    super(options);
    this.finest = finest;
  }

  override getTile(...args: Parameters<DataTileSource['getTile']>): ReturnType<DataTileSource['getTile']> {
    this.tileOptions.interpolate = this.bandCount === 4 && args[0] < this.finest;
    return super.getTile(...args);
  }

  /** Asks for all tiles again; the old ones stay on the map until the new ones have come. */
  renew(revision: number): void {
    this.setKey(String(revision));
  }
}

/**
 * @param kind `before` and `after` show three bands and need `bands`; the others show classes or percent.
 * @param style for four-channel (image) or two-channel (class) data.
 * @param onFault told of tiles that could not be had, once per failure.
 */
export function createSceneLayer(
  engine: Pick<Engine, 'displayTile'>,
  frame: SceneFrame,
  kind: DisplayRequest['layer'],
  style: Style,
  initialBands: readonly number[],
  onFault: (fault: unknown) => void,
): SceneLayer {
  const { space, projection, width, height } = frame;
  const levels = levelCount(width, height);
  const isImage = kind === 'before' || kind === 'after';
  const memory = createTileMemory<DisplayPixels['data']>(TEXTURES);
  let bands = initialBands;
  let picture: Picture = kind === 'after' ? 'result' : 'scene';
  let enhancement: Enhancement | undefined;
  /** Distinguishes tiles of one enhancement from those of another. */
  let look = '';
  let revision = 0;
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;

  const load = async (z: number, x: number, y: number) => {
    const window = displayTileWindow(z, x, y, levels);
    const layer: DisplayRequest['layer'] = !isImage ? kind : picture === 'result' ? 'after' : 'before';
    const date = isImage && typeof picture === 'number' ? picture : undefined;
    const request = { layer, window, width: TILE_SIZE, height: TILE_SIZE, bands, date, enhancement };
    try {
      return await memory.fetch(`${picture}/${bands}/${look}/${z}/${x}/${y}`, window, async () => {
        return (await engine.displayTile(request)).data;
      });
    } catch (fault) {
      onFault(fault);
      throw fault;
    }
  };
  const source = new SceneTileSource(
    {
      loader: load,
      projection,
      tileGrid: new TileGrid({
        origin: [...space.origin],
        extent: [...space.extent],
        resolutions: resolutions(space, levels),
        tileSize: TILE_SIZE,
      }),
      bandCount: isImage ? 4 : 2,
      interpolate: false,
      transition: 0,
      wrapX: false,
      key: '0',
    },
    levels - 1,
  );
  const layer = new StillTileLayer({
    className: isImage ? `layer-${kind}` : 'layer-overlay',
    source,
    style,
    cacheSize: TEXTURES,
    extent: [...space.extent],
  });
  const rekey = () => {
    refreshTimer = undefined;
    source.renew(++revision);
  };
  return {
    layer,
    setBands(next) {
      bands = next;
      memory.forget();
      rekey();
    },
    setPicture(next) {
      if (next === picture) return;
      picture = next;
      memory.forget();
      rekey();
    },
    setEnhancement(next) {
      enhancement = enhances(next) ? next : undefined;
      look = Object.values(enhancement ?? {}).join();
      if (enhancement) memory.forget();
      refreshTimer ??= setTimeout(rekey, REFRESH_INTERVAL);
    },
    get picture() {
      return picture;
    },
    setVariables: (variables) => layer.updateStyleVariables(variables),
    setStyle: (style) => layer.setStyle(style),
    invalidate(window) {
      memory.forget(window);
      refreshTimer ??= setTimeout(rekey, REFRESH_INTERVAL);
    },
    dispose() {
      clearTimeout(refreshTimer);
      memory.forget();
      layer.dispose();
      source.dispose();
    },
  };
}
