import { PROVENANCE_ENTRIES, type Rgb, UNTOUCHED_COLOUR } from '../colours.ts';
import { firstDisplayBands } from '../enhance/display-tile.ts';
import { shade } from '../enhance/shade.ts';
import { sceneStretch } from '../enhance/stretch.ts';
import { breathe } from '../job.ts';
import { isMeasured, PROVENANCE, type SceneSource } from '../scene.ts';
import { isRepaired, repairedTile, type TileStore } from '../tiles.ts';
import { sizeWithin } from '../windows.ts';
import { pngAddress } from './png.ts';

/** Small pictures of a finished scene as PNG data URIs. */
export interface ResultPictures {
  readonly before: string;
  readonly after: string;
  /** Where each pixel came from, in the colours of the provenance file. */
  readonly provenance: string;
}

/** Longer side in pixels. */
const SIDE = 480;
const GAMMA = 1.2;

/** Where there is no data. */
const EMPTY_COLOUR: Rgb = [255, 255, 255];

const COLOUR_OF = new Map<number, Rgb>([...PROVENANCE_ENTRIES, [PROVENANCE.nodata, EMPTY_COLOUR]]);

/** The scene before and after in its first display bands, both in the stretch of the scene. */
export async function resultPictures(
  source: SceneSource,
  store: TileStore,
  signal?: AbortSignal,
): Promise<ResultPictures> {
  const { scene } = source;
  const { width: full, height: fullHeight } = scene.grid;
  const { width, height } = sizeWithin(scene.grid, SIDE);
  const shown = firstDisplayBands(scene);
  const stretch = await sceneStretch(source, shown, signal);
  const whole = { x: 0, y: 0, width: full, height: fullHeight };
  const { bands } = await source.readDecimated(whole, width, height, shown, signal);
  const colour = (sample: number, channel: number) => {
    if (!isMeasured(sample, scene.nodata)) return 255;
    const { scale, offset } = scene.bands.find((band) => band.index === shown[channel])!;
    return shade(sample * scale + offset, stretch[channel], GAMMA);
  };
  const before = new Uint8Array(3 * width * height);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < width * height; i++) before[3 * i + c] = colour(bands[c][i], c);
  const after = before.slice();
  const provenance = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const isEmpty = !bands.some((band) => isMeasured(band[i], scene.nodata));
    provenance.set(isEmpty ? EMPTY_COLOUR : UNTOUCHED_COLOUR, 3 * i);
  }
  const { windows } = store.layout;
  for (let key = 0; key < windows.length; key++) {
    if (!isRepaired(store, key)) continue;
    await breathe(signal);
    const tile = repairedTile(store, key)!;
    const { x, y, width: across, height: down } = tile.window;
    for (let v = Math.ceil((y / fullHeight) * height - 0.5); v < height; v++) {
      const row = Math.floor(((v + 0.5) * fullHeight) / height) - y;
      if (row >= down) break;
      for (let u = Math.ceil((x / full) * width - 0.5); u < width; u++) {
        const column = Math.floor(((u + 0.5) * full) / width) - x;
        if (column >= across) break;
        if (row < 0 || column < 0) continue;
        const from = row * across + column;
        const to = 3 * (v * width + u);
        const origin = tile.provenance[from];
        if (origin === PROVENANCE.observed) continue;
        provenance.set(COLOUR_OF.get(origin) ?? UNTOUCHED_COLOUR, to);
        for (let c = 0; c < 3; c++) after[to + c] = colour(tile.bands[shown[c]][from], c);
      }
    }
  }
  const address = (rgb: Uint8Array) => pngAddress({ width, height, rgb });
  const [a, b, c] = await Promise.all([address(before), address(after), address(provenance)]);
  return { before: a, after: b, provenance: c };
}
