import { transfer } from 'comlink';
import { coarseToo, comparisonTile, probeComparison } from '../src/pipeline/enhance/comparison.ts';
import { type DisplayRequest, displayTile, probePixel } from '../src/pipeline/enhance/display-tile.ts';
import { enhances } from '../src/pipeline/enhance/enhance.ts';
import { enhancedTile, type ReadDisplayTile, sceneTone } from '../src/pipeline/enhance/enhanced-tile.ts';
import {
  type BandStretch,
  type ClearAt,
  type RepairedAt,
  sceneStretch,
} from '../src/pipeline/enhance/stretch.ts';
import { PipelineError } from '../src/pipeline/errors.ts';
import { writePicture } from '../src/pipeline/output/picture.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { placeOf } from '../src/pipeline/place.ts';
import { MASK_CLASS, type SceneSource, type Window } from '../src/pipeline/scene.ts';
import { type DisplayState, opened } from './display-state.ts';
import { writeOutputFile } from './output-file.ts';
import type { DisplayApi } from './protocol.ts';

type TileApi = Pick<DisplayApi, 'displayTile' | 'exportPicture' | 'stretch' | 'probe'>;

const KEPT_TONES = 32;

/** Tiles, colours and pixels of the scene and its run, or of the finished files that are shown instead. */
export function shownTiles(state: DisplayState): TileApi {
  const { running, dates, pictures, tones } = state;

  const plainTile: ReadDisplayTile = async (request, signal) =>
    state.comparison
      ? comparisonTile(state.comparison, request, signal)
      : displayTile(await sourceOf(request), state.store, request, signal);

  const isMaskKnown = () =>
    state.comparison
      ? state.comparison.classes.mask !== undefined
      : state.run !== null && state.ended === state.run;

  /** The stretch of the open scene; of its clear ground, once that is known, or of the result where hardly anything is clear. */
  function stretchOf(bands: readonly number[], signal?: AbortSignal): Promise<BandStretch[]> {
    const clearAt: ClearAt = async (window, width, height) => {
      const { data } = await plainTile({ layer: 'mask', window, width, height, bands: [] }, signal);
      return Uint8Array.from({ length: width * height }, (_, i) =>
        data[2 * i] === MASK_CLASS.clear ? 1 : 0,
      );
    };
    const repairedAt: RepairedAt = async (window, width, height) =>
      (await plainTile({ layer: 'after', window, width, height, bands }, signal)).data;
    return isMaskKnown()
      ? sceneStretch(opened(state.scene), bands, signal, clearAt, repairedAt)
      : sceneStretch(opened(state.scene), bands, signal);
  }

  async function picturedTile(request: DisplayRequest, signal?: AbortSignal) {
    const { enhancement, bands, layer } = request;
    const isPicture = (layer === 'before' || layer === 'after') && bands.length === 3;
    if (!enhancement || !isPicture || !enhances(enhancement)) return plainTile(request, signal);
    const { grid } = opened(state.scene).scene;
    const clearOnly = isMaskKnown();
    const { dehaze } = enhancement;
    const key = `${bands} ${dehaze} ${clearOnly && state.run}`;
    const known =
      tones.get(key) ??
      stretchOf(bands).then(async (stretch) => ({
        stretch,
        tone: await sceneTone(grid, plainTile, { bands, stretch }, { dehaze, clearOnly }),
      }));
    known.catch(() => tones.delete(key));
    if (tones.size > KEPT_TONES) tones.clear();
    tones.set(key, known);
    const { stretch, tone } = await known;
    return enhancedTile(grid, plainTile, request, { stretch, tone, enhancement }, signal);
  }

  /** The picture that a tile shows. */
  const sourceOf = async ({ date }: DisplayRequest) =>
    date === undefined ? opened(state.scene) : picture(date);

  /** @throws PipelineError as pictureOf, and if the date is not known or could not be read */
  async function picture(id: number): Promise<SceneSource> {
    const made = pictures.get(id);
    if (made) return made;
    const source = dates.source(id);
    if (!source)
      throw new PipelineError('job/not-ready', phrase('This date is not open.'), phrase('Add it again.'));
    // Projections are fetched when they are needed.
    const { pictureOf } = await import('../src/pipeline/dates/picture.ts');
    const shown = pictureOf(coarseToo(source), opened(state.scene).scene);
    pictures.set(id, shown);
    return shown;
  }

  return {
    displayTile: (job, request) =>
      running.run(job, async (signal) => {
        const tile = await picturedTile(request, signal);
        return transfer(tile, [tile.data.buffer]);
      }),
    exportPicture: (job, look, picked) =>
      running.run(job, (signal) => {
        const { scene } = opened(state.scene);
        const layer = state.comparison || state.run !== null ? 'after' : 'before';
        const { bands, enhancement } = look;
        const tile = (window: Window, aborted?: AbortSignal) => {
          const { width, height } = window;
          return picturedTile({ layer, window, width, height, bands, enhancement }, aborted);
        };
        const onProgress = (done: number, total: number) =>
          state.emit(job, { type: 'progress', stage: 'output', done, total, secondsLeft: null });
        return writeOutputFile(picked, ({ sink, scratch }) =>
          writePicture(scene, look, tile, sink, { signal, scratch, onProgress }),
        );
      }),
    stretch: (job, bands) => running.run(job, (signal) => stretchOf(bands, signal)),
    async probe(x, y) {
      const { comparison, store } = state;
      const { grid } = (comparison?.before ?? opened(state.scene)).scene;
      const values = await (comparison
        ? probeComparison(comparison, x, y)
        : probePixel(opened(state.scene), store, x, y));
      return { ...values, place: placeOf(grid, x + 0.5, y + 0.5) };
    },
  };
}
