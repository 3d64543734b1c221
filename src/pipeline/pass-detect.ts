import { addToRegression, createRegression, type Regression } from './composite/extra-bands.ts';
import { finalMask, hasMasked, maskContext } from './detect/mask.ts';
import {
  classify,
  clearPixels,
  fromNetwork,
  fromQualityBand,
  noProbabilities,
  type Probabilities,
  unite,
  usableMaskSource,
} from './detect/probabilities.ts';
import { chooseDecoder, type QualityDecoder } from './detect/quality.ts';
import { addToCoarseField, type CoarseField, createCoarseField } from './generate/coarse-field.ts';
import { CLEAR_LIMIT } from './generate/prefill.ts';
import { type Job, type Notices, networkTile, oneAhead, type Pace, readAhead } from './job.ts';
import { type Observation, observe } from './preprocess/observe.ts';
import { detectorInput, gatherFrom } from './preprocess/tensor.ts';
import { MASK_CLASS, type Raster, type SceneSource, type Window } from './scene.ts';
import { createPlane, readPlane, type SparsePlane, setTile, tilesUnder } from './tiles.ts';
import { clipWindow, cropPlane, growWindow } from './windows.ts';

/** What the first pass knows of the scene. */
export interface Findings {
  /** Probabilities in 1/255, of tiles in which some pixel is not clear. */
  readonly thin: SparsePlane;
  readonly thick: SparsePlane;
  readonly shadow: SparsePlane;
  /** MASK_CLASS before specks are dropped and the mask is buffered. */
  readonly classes: SparsePlane;
  /** Means of clear pixels over 16 x 16: the canonical bands of the scene, then the extra bands. Has holes. */
  readonly coarse: CoarseField;
  readonly regression: Regression | null;
  readonly validPixels: number;
}

/** Side of the sample from which the encoding of a quality band is told. */
const SAMPLE_SIDE = 256;

async function qualityDecoders(
  source: SceneSource,
  bands: Job['plan']['quality'],
  signal?: AbortSignal,
): Promise<{ index: number; decode: QualityDecoder }[]> {
  if (bands.length === 0) return [];
  const { width, height } = source.scene.grid;
  const sample = await source.readDecimated(
    { x: 0, y: 0, width, height },
    Math.min(width, SAMPLE_SIDE),
    Math.min(height, SAMPLE_SIDE),
    bands.map((band) => band.index),
    signal,
  );
  return bands.map(({ role, index }, i) => ({ index, decode: chooseDecoder(role, sample.bands[i]) }));
}

/** First pass: where is cloud and shadow, and what do the clear pixels look like? */
export async function detectPass(job: Job, notices: Notices, pace: Pace): Promise<Findings> {
  const { source, plan, layout, settings, networks, emit } = job;
  const { grid } = source.scene;
  const evidence = usableMaskSource(settings.maskSource, plan.quality.length);
  if (evidence !== settings.maskSource) {
    notices.add('mask/no-quality-band', 'The file carries no quality band: the network decided on the mask.');
  }
  const decoders = evidence === 'network' ? [] : await qualityDecoders(source, plan.quality, job.signal);
  const present = plan.canonical.filter((index) => index !== null).length;
  const findings = {
    thin: createPlane(layout),
    thick: createPlane(layout),
    shadow: createPlane(layout),
    classes: createPlane(layout),
    coarse: createCoarseField(grid, present + plan.extra.length),
    regression: plan.extra.length > 0 ? createRegression(grid, present, plan.extra.length) : null,
  };
  let validPixels = 0;
  let done = 0;
  let cloudy = 0;
  const total = layout.windows.length;
  pace.report('detect', 0, total);

  const keys = layout.windows.map((_, key) => key);
  const clip = (key: number) =>
    clipWindow(networkTile(job, layout.windows[key]), grid.width, grid.height) as Window;
  await oneAhead(
    readAhead(job, keys, (key) => [{ window: clip(key), bands: plan.all }]),
    ({ item: key, rasters }, turn) => look(key, rasters[0], turn),
    ({ key, core, seen, valid, found }) => {
      const clear = clearPixels(found, valid, CLEAR_LIMIT);
      const classes = classify(found, valid, settings);
      for (const is of valid) validPixels += is;
      setTile(findings.classes, key, classes);
      if (hasMasked(classes) || valid.some((is, i) => is && !clear[i])) {
        for (const name of ['thin', 'thick', 'shadow'] as const) setTile(findings[name], key, found[name]);
      }
      if (valid.includes(1)) addClearPixels(seen, core, clear);
      if (hasMasked(classes)) {
        cloudy++;
        emit({ type: 'mask', tile: { window: core, classes } });
      }
      done++;
      pace.report('detect', done, total, (cloudy / done) * total);
    },
  );
  return { ...findings, validPixels };

  async function look(key: number, raster: Raster, turn: 0 | 1) {
    const core = layout.windows[key];
    const seen = observe(source.scene, plan, raster, plan.all, job.scratch[turn]);
    const valid = cropPlane(seen.valid, seen.window, core);
    const found = valid.includes(1)
      ? await probabilitiesOf(seen, core, raster)
      : noProbabilities(core.width * core.height);
    return { key, core, seen, valid, found };
  }

  async function probabilitiesOf(seen: Observation, core: Window, raster: Raster): Promise<Probabilities> {
    let found: Probabilities | null = null;
    if (evidence !== 'quality-band') {
      const tile = networkTile(job, core);
      const input = detectorInput(seen.canonical, gatherFrom(tile, seen.window, seen.window));
      found = fromNetwork(await networks.detect(input, tile.height, tile.width), tile, core);
    }
    for (const { index, decode } of decoders) {
      const samples = cropPlane(raster.bands[plan.all.indexOf(index)], raster.window, core);
      const decoded = fromQualityBand(samples, decode);
      found = found ? unite(found, decoded) : decoded;
    }
    return found as Probabilities;
  }

  function addClearPixels(seen: Observation, core: Window, clear: Uint8Array): void {
    const crop = (plane: Float32Array) => cropPlane(plane, seen.window, core);
    const canonical = seen.canonical.filter((plane) => plane !== null).map(crop);
    const extra = seen.extra.map(crop);
    addToCoarseField(findings.coarse, core, [...canonical, ...extra], clear);
    if (findings.regression) addToRegression(findings.regression, core, canonical, extra, clear);
  }
}

/** The final mask of the scene: specks dropped, buffered across tile borders. Emits the tiles that hold mask. */
export function finishMask(job: Job, classes: SparsePlane, mask: SparsePlane): void {
  const { layout, settings, emit } = job;
  const context = maskContext(settings.bufferPixels);
  layout.windows.forEach((core, key) => {
    const near = tilesUnder(layout, growWindow(core, context));
    const uniform = classes.tiles.get(key) === MASK_CLASS.nodata;
    if (uniform || near.every((k) => !classes.tiles.has(k))) {
      if (uniform) mask.tiles.set(key, MASK_CLASS.nodata);
      return;
    }
    const final = finalMask(core, settings.bufferPixels, (window) =>
      readPlane(classes, window, MASK_CLASS.nodata),
    );
    setTile(mask, key, final);
    const had = classes.tiles.get(key);
    const detected = had instanceof Uint8Array ? hasMasked(had) : had !== undefined;
    if (detected || hasMasked(final)) emit({ type: 'mask', tile: { window: core, classes: final } });
  });
}
