import type { Scene, SceneSource } from '../scene.ts';
import { warpedTo } from './warp.ts';

/**
 * Another date as it is shown beside the target: on its grid, with its bands in its order. A band that the date lacks holds
 * no data.
 * @throws PipelineError as {@link warpedTo}
 */
export function pictureOf(date: SceneSource, target: Scene): SceneSource {
  const laid = warpedTo(date, target.grid);
  const own = target.bands.map(({ role }) => laid.scene.bands.find((band) => band.role === role));
  const scene: Scene = {
    ...laid.scene,
    bands: target.bands.map((band, i) => ({
      ...band,
      scale: own[i]?.scale ?? band.scale,
      offset: own[i]?.offset ?? band.offset,
    })),
  };
  const all = target.bands.map(({ index }) => index);
  /** Reads the bands of the date that stand for those of the target. */
  const pick = async (
    bands: readonly number[],
    pixels: number,
    read: (indices: readonly number[]) => Promise<{ readonly bands: readonly ArrayLike<number>[] }>,
  ) => {
    const wanted = bands.map((index) => own[index]?.index);
    const indices = [...new Set(wanted.filter((index) => index !== undefined))];
    const raster = indices.length > 0 ? await read(indices) : { bands: [] };
    return wanted.map((index) =>
      index === undefined
        ? new Float32Array(pixels).fill(Number.NaN)
        : (raster.bands[indices.indexOf(index)] as Float32Array),
    );
  };
  return {
    scene,
    read: async (window, bands = all, signal) => ({
      window,
      bands: await pick(bands, window.width * window.height, (own) => laid.read(window, own, signal)),
    }),
    readDecimated: async (window, width, height, bands = all, signal) => ({
      window,
      bands: await pick(bands, width * height, (own) =>
        laid.readDecimated(window, width, height, own, signal),
      ),
    }),
  };
}
