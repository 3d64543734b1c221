import { warpedTo } from '../dates/warp.ts';
import { type Grid, MASK_CLASS, type SceneSource, type Window } from '../scene.ts';

/** Bands of Planet's Usable Data Mask 2, each 0 or 1; of a pixel at most one is 1, and none where the image holds nothing. */
const CLASSES = [
  MASK_CLASS.clear,
  /* snow */ MASK_CLASS.clear,
  MASK_CLASS.shadow,
  /* light haze */ MASK_CLASS.thin,
  /* heavy haze */ MASK_CLASS.thick,
  MASK_CLASS.thick,
] as const;
/** With those that follow: confidence in percent, and the bits of the older mask. */
const ALL_BANDS = 8;
const BANDS = CLASSES.map((_, band) => band);
const SAMPLE_SIDE = 256;

/** Is an image of `bands` bands (without transparency) a UDM2? Told by what its pixels hold. */
export async function isUdm2(source: SceneSource, bands: number, signal?: AbortSignal): Promise<boolean> {
  if (bands !== ALL_BANDS) return false;
  const { width, height } = source.scene.grid;
  const [columns, rows] = [width, height].map((side) => Math.min(side, SAMPLE_SIDE));
  const whole = { x: 0, y: 0, width, height };
  const sample = (await source.readDecimated(whole, columns, rows, BANDS, signal)).bands;
  return sample[0].every((_, i) => {
    const set = sample.filter((samples) => samples[i] === 1).length;
    return set <= 1 && sample.every((samples) => samples[i] === 0 || samples[i] === 1);
  });
}

/** Reads MASK_CLASS per pixel of a grid from a UDM2; no data where none of its classes is set. */
export function udm2On(grid: Grid, source: SceneSource) {
  // 0 is named as no data at times, and is in each of the bands that do not apply.
  const laid = warpedTo({ ...source, scene: { ...source.scene, nodata: null } }, grid);
  return {
    async read(window: Window, signal?: AbortSignal): Promise<Uint8Array> {
      const { bands } = await laid.read(window, BANDS, signal);
      return Uint8Array.from(bands[0], (_, i) => {
        const set = bands.findIndex((samples) => samples[i] === 1);
        return set < 0 ? MASK_CLASS.nodata : CLASSES[set];
      });
    },
  };
}
