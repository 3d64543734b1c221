import { addToRegression, createRegression } from './composite/extra-bands.ts';
import { brightnessOf, LEAST_SHADOW } from './detect/darkness.ts';
import { hasMasked } from './detect/mask.ts';
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
import { type Findings, maskedTiles, setFound, setMaskedTiles } from './findings.ts';
import { type FoundMask, LEAST_THRESHOLD, maskAt, uniformMask } from './found-mask.ts';
import { addToCoarseField } from './generate/coarse-field.ts';
import { CLEAR_LIMIT, DOUBTFUL_LIMIT } from './generate/prefill.ts';
import { checkpoint, type Job, networkTile, oneAhead, readAhead } from './job.ts';
import { phrase } from './phrase.ts';
import { cirrusOf, type Observation, observe } from './preprocess/observe.ts';
import { detectorInput, gatherFrom } from './preprocess/tensor.ts';
import { MASK_CLASS, type Raster, type SceneSource, type Window } from './scene.ts';
import { readPlane, type SparsePlane, setTile, tileOf } from './tiles.ts';
import { clipWindow, cropPlane, spreadWindows } from './windows.ts';

/** Side of the coarse sample of quality bands, where small windows hold nothing. */
const SAMPLE_SIDE = 256;

/** How the quality bands are encoded, told by their pixels: overviews may be interpolated, and then hold what no pixel says. */
async function qualityDecoders(
  source: SceneSource,
  bands: Job['plan']['clouds'],
  signal?: AbortSignal,
): Promise<{ index: number; decode: QualityDecoder }[]> {
  if (bands.length === 0) return [];
  const indices = bands.map((band) => band.index);
  const { width, height } = source.scene.grid;
  const values: number[][] = bands.map(() => []);
  const add = (raster: Raster) =>
    raster.bands.forEach((samples, i) => {
      for (const value of samples) if (Number.isFinite(value)) values[i].push(value);
    });
  for (const window of spreadWindows(width, height)) add(await source.read(window, indices, signal));
  if (values.some((list) => list.length === 0)) {
    // A date that covers little of the scene, between those windows.
    const [columns, rows] = [width, height].map((side) => Math.min(side, SAMPLE_SIDE));
    add(await source.readDecimated({ x: 0, y: 0, width, height }, columns, rows, indices, signal));
  }
  return bands.map(({ role, index }, i) => ({
    index,
    decode: chooseDecoder(role, Float64Array.from(values[i])),
  }));
}

/**
 * First pass: where is cloud and shadow, and what do the clear pixels look like? Goes on from what is there.
 * @param keys The tiles to look at; all if left out.
 */
export async function detectPass(
  job: Job,
  findings: Findings,
  keys: readonly number[] = job.layout.windows.map((_, key) => key),
): Promise<void> {
  const { source, plan, layout, settings, networks, pace } = job;
  const { grid } = source.scene;
  const evidence = usableMaskSource(settings.maskSource, plan.clouds.length);
  if (evidence !== settings.maskSource) {
    job.notices.add(
      'mask/no-quality-band',
      phrase('The file carries no quality band: the network decided on the mask.'),
    );
  }
  const decoders = evidence === 'network' ? [] : await qualityDecoders(source, plan.clouds, job.signal);
  const left = keys.filter((key) => !findings.valid.has(key));
  const total = keys.length;
  let done = total - left.length;
  let cloudy = 0;
  for (const key of keys) if (findings.valid.has(key)) tell(key);
  pace.report('detect', done, total);

  const clip = (key: number) =>
    clipWindow(networkTile(job, layout.windows[key], 'detect'), grid.width, grid.height) as Window;
  await oneAhead(
    readAhead(job, left, (key) => [{ window: clip(key), bands: plan.all }]),
    ({ key, rasters }, turn) => look(key, rasters[0], turn),
    ({ key, core, seen, valid, found, brightness }) => {
      const clear = clearPixels(found, valid, CLEAR_LIMIT);
      const classes = classify(found, valid, settings);
      const free = clearPixels(found, valid, LEAST_THRESHOLD);
      const doubtful = hasMasked(classes) || valid.some((is, i) => is && !free[i]);
      setFound(findings, key, {
        classes,
        probabilities: doubtful ? found : null,
        brightness: doubtful ? brightness : null,
        validPixels: valid.reduce((sum, is) => sum + is, 0),
        sums: valid.includes(1) ? addClearPixels(job, findings, seen, core, clear) : new Map(),
      });
      done++;
      tell(key);
      pace.report('detect', done, total, (cloudy / done) * total);
    },
  );

  /** Tells of a tile that holds cloud or shadow. */
  function tell(key: number): void {
    const classes = tileOf(findings.classes, key);
    if (typeof classes === 'number' ? !hasMasked(Uint8Array.of(classes)) : !hasMasked(classes)) return;
    cloudy++;
    const window = layout.windows[key];
    job.emit({ type: 'mask', tile: { window, classes: readPlane(findings.classes, window) } });
  }

  async function look(key: number, raster: Raster, turn: 0 | 1) {
    const core = layout.windows[key];
    const seen = observe(source.scene, plan, raster, plan.all, job.buffers[turn]);
    const valid = cropPlane(seen.valid, seen.window, core);
    if (!valid.includes(1)) {
      return { key, core, seen, valid, found: noProbabilities(valid.length), brightness: null };
    }
    const network = evidence === 'quality-band' ? null : await probabilitiesByNetwork(seen, core);
    const found = withQualityBands(network, core, raster);
    // What a quality band says of shadow stands.
    const asked = valid.map((is, i) =>
      is && network && network.shadow[i] >= LEAST_SHADOW && network.shadow[i] === found.shadow[i] ? 1 : 0,
    );
    const brightness = asked.includes(1)
      ? brightnessOf(
          seen.canonical.map((plane) => plane && cropPlane(plane, seen.window, core)),
          asked,
        )
      : null;
    return { key, core, seen, valid, found, brightness };
  }

  async function probabilitiesByNetwork(seen: Observation, core: Window): Promise<Probabilities> {
    const tile = networkTile(job, core, 'detect');
    const input = detectorInput(
      seen.canonical,
      cirrusOf(seen, plan),
      gatherFrom(tile, seen.window, seen.window, seen.valid),
      networks.lend,
    );
    return fromNetwork(await networks.detect(input, tile.height, tile.width), tile, seen, core);
  }

  function withQualityBands(network: Probabilities | null, core: Window, raster: Raster): Probabilities {
    const decoded = decoders.map(({ index, decode }) =>
      fromQualityBand(cropPlane(raster.bands[plan.all.indexOf(index)], raster.window, core), decode),
    );
    return [...(network ? [network] : []), ...decoded].reduce(unite);
  }
}

/**
 * Reads tiles again and enters the pixels that the findings call clear, below their `clearLimit`, into the coarse field and the sums
 * for the regression. Nothing is written to the pages.
 */
export async function enterClearPixels(job: Job, findings: Findings, keys: readonly number[]): Promise<void> {
  const { source, plan, layout } = job;
  for await (const { key, rasters } of readAhead(job, keys, (at) => [
    { window: layout.windows[at], bands: plan.all },
  ])) {
    const core = layout.windows[key];
    const seen = observe(source.scene, plan, rasters[0], plan.all, job.buffers[0]);
    const valid = cropPlane(seen.valid, seen.window, core);
    const found = {
      thin: readPlane(findings.thin, core),
      thick: readPlane(findings.thick, core),
      shadow: readPlane(findings.shadow, core),
    };
    const clear = clearPixels(found, valid, findings.clearLimit);
    findings.sums.set(key, addClearPixels(job, findings, seen, core, clear));
  }
}

/**
 * The findings of a scene where no pixel is clear beyond doubt, with a fill that rests on the pixels which are likelier clear than
 * not; those of every other scene as they are.
 */
export async function doubtfulPass(job: Job, findings: Findings): Promise<Findings> {
  if (findings.coarse.weights[0].some((weight) => weight > 0)) return findings;
  const doubtful = { ...findings, clearLimit: DOUBTFUL_LIMIT };
  const observed = job.layout.windows.map((_, key) => key).filter((key) => findings.valid.get(key));
  await enterClearPixels(job, doubtful, observed);
  return doubtful;
}

/** Enters a tile's clear pixels into the coarse field; returns their sums for the regression. */
function addClearPixels(
  { source }: Job,
  findings: Findings,
  seen: Observation,
  core: Window,
  clear: Uint8Array,
) {
  const crop = (plane: Float32Array) => cropPlane(plane, seen.window, core);
  const canonical = seen.canonical.filter((plane) => plane !== null).map(crop);
  const extra = seen.extra.map(crop);
  addToCoarseField(findings.coarse, core, [...canonical, ...extra], clear);
  const regression = createRegression(source.scene.grid, canonical.length, extra.length);
  if (extra.length > 0) addToRegression(regression, core, canonical, extra, clear);
  return regression.blocks;
}

/**
 * The final mask of the scene, with the user's edits. Emits the tiles that hold mask.
 * @returns keys of the tiles that hold mask
 */
export async function finishMask(job: Job, found: FoundMask, mask: SparsePlane): Promise<number[]> {
  const { layout, settings, emit } = job;
  const known = maskedTiles(mask.pages);
  const inMask = new Set(known);
  for (const [key, core] of layout.windows.entries()) {
    const uniform = uniformMask(found, settings, key);
    if (uniform !== null) {
      if (uniform === MASK_CLASS.nodata && !known) setTile(mask, key, Uint8Array.of(uniform));
      continue;
    }
    await checkpoint(job);
    if (!known) {
      const final = maskAt(found, settings, core);
      setTile(mask, key, final);
      if (hasMasked(final)) inMask.add(key);
    }
    // What was found may have been a speck: then the map has to be told that it is gone.
    if (inMask.has(key) || hasMasked(readPlane(found.classes, core))) {
      emit({ type: 'mask', tile: { window: core, classes: readPlane(mask, core) } });
    }
  }
  if (!known) setMaskedTiles(mask.pages, [...inMask], layout.windows.length);
  return [...inMask];
}
