/** The baselines, from the other date or without it. `tools` are modules of src/pipeline. */

/**
 * @param input planes of the truth and of the other date, the window, and 0/1 planes: `known` clear on both, `usable` data
 *   on both, `gap` to be filled
 * @returns pictures by the name of the method
 */
export async function fill({ truth, date, window, known, usable, gap }, tools) {
  const into = (planes) => truth.map((plane, b) => plane.map((value, i) => (gap[i] ? planes[b][i] : value)));
  const perBand = date.map((plane, b) => {
    const { gain, offset } = line(plane, truth[b], known);
    return plane.map((value) => gain * value + offset);
  });
  const regressed = multiBand(truth, date, known);
  const fits = [fitted(truth, date, window, known, tools)];
  const choice = usable.slice();
  const clone = async (planes, fit, hold) => {
    const input = {
      window,
      known,
      gap,
      choice,
      usable: [usable],
      fits: [fit],
      open: [false, false, false, false],
    };
    const read = async () => planes;
    const { sites, planes: cloned } = await tools.cloneGap(input, truth, read, truth.length, hold);
    const out = truth.map((plane) => plane.slice());
    sites.forEach((i, s) => {
      for (let b = 0; b < out.length; b++) out[b][i] = cloned[b][s];
    });
    return out;
  };
  return {
    'flat colour': into(truth.map((plane) => new Float32Array(plane.length).fill(meanOver(plane, gap)))),
    'smooth inpainting': into(smooth(truth, window, known, tools)),
    'harmonic inpainting': into(harmonic(truth, window, known, usable, gap, tools)),
    copy: into(date),
    'per-band linear': into(perBand),
    'multi-band regression': into(regressed),
    'multi-band regression + Poisson': into(await clone(regressed, identity(window, truth.length, tools), 1)),
    'local robust regression + Poisson': into(await clone(date, fits[0], 1)),
  };
}

function meanOver(plane, where) {
  let [sum, count] = [0, 0];
  for (let i = 0; i < plane.length; i++) {
    if (!where[i]) continue;
    sum += plane[i];
    count++;
  }
  return sum / count;
}

function line(x, y, known) {
  const [mx, my] = [meanOver(x, known), meanOver(y, known)];
  let [xx, xy] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    if (!known[i]) continue;
    xx += (x[i] - mx) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  const gain = xy / Math.max(1e-12, xx);
  return { gain, offset: my - gain * mx };
}

/** Ordinary least squares of every band on all bands and a constant, one model for the scene. */
function multiBand(truth, date, known) {
  const q = date.length + 1;
  const gram = Array.from({ length: q }, () => new Float64Array(q + truth.length));
  const x = new Float64Array(q).fill(1);
  for (let i = 0; i < known.length; i++) {
    if (!known[i]) continue;
    for (let a = 0; a < q - 1; a++) x[a] = date[a][i];
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) gram[a][b] += x[a] * x[b];
      for (let b = 0; b < truth.length; b++) gram[a][q + b] += x[a] * truth[b][i];
    }
  }
  for (let c = 0; c < q; c++) {
    for (let r = 0; r < q; r++) {
      if (r === c) continue;
      const factor = gram[r][c] / gram[c][c];
      for (let k = c; k < q + truth.length; k++) gram[r][k] -= factor * gram[c][k];
    }
  }
  return truth.map((plane, b) =>
    plane.map((_, i) => {
      let value = gram[q - 1][q + b] / gram[q - 1][q - 1];
      for (let a = 0; a < q - 1; a++) value += (gram[a][q + b] / gram[a][a]) * date[a][i];
      return value;
    }),
  );
}

/** Our regression, tile by tile as in a run. */
function fitted(truth, date, window, known, { createFitSums, addToFit, solveFit, FIT_BLOCK }) {
  const grid = { width: window.width, height: window.height };
  const sums = createFitSums(
    grid,
    date.length,
    truth.map((_, b) => b),
    truth.length,
  );
  for (let y = 0; y < window.height; y += FIT_BLOCK) {
    for (let x = 0; x < window.width; x += FIT_BLOCK) {
      const tile = {
        x,
        y,
        width: Math.min(FIT_BLOCK, window.width - x),
        height: Math.min(FIT_BLOCK, window.height - y),
      };
      const crop = (plane) => {
        const out = new plane.constructor(tile.width * tile.height);
        for (let v = 0; v < tile.height; v++) {
          const from = (y + v) * window.width + x;
          out.set(plane.subarray(from, from + tile.width), v * tile.width);
        }
        return out;
      };
      addToFit(sums, tile, date.map(crop), truth.map(crop), crop(known));
    }
  }
  return solveFit(sums);
}

/** A fit that changes nothing. */
function identity(window, bands, { createJoinSums, solveJoin }) {
  const columns = Math.ceil(window.width / 256);
  const rows = Math.ceil(window.height / 256);
  const model = new Float64Array((bands + 1) * bands);
  for (let b = 0; b < bands; b++) model[b * bands + b] = 1;
  return {
    columns,
    rows,
    predictors: bands,
    targets: bands,
    blocks: Array(columns * rows).fill(model),
    residual: new Float32Array(columns * rows),
    error: new Float32Array(columns * rows),
    left: solveJoin(createJoinSums()),
    scene: { residual: 0, difference: 0, samples: 0 },
    means: { date: [], target: [] },
  };
}

/** Laplace's equation between the rims of the gaps. */
function harmonic(
  truth,
  { width, height },
  known,
  usable,
  gap,
  { poissonGrids, solvePoisson, KNOWN, UNKNOWN },
) {
  const kind = Uint8Array.from(known, (is, i) => (gap[i] ? UNKNOWN : is && usable[i] ? KNOWN : 0));
  const grids = poissonGrids(kind, width, height);
  return truth.map((plane) => {
    const out = plane.slice();
    solvePoisson(grids, out);
    return out;
  });
}

function smooth(
  truth,
  window,
  known,
  { createCoarseField, addToCoarseField, completeCoarseField, fillFrom },
) {
  const field = createCoarseField({ width: window.width, height: window.height }, truth.length);
  addToCoarseField(field, window, truth, known);
  const seen = { window, canonical: truth, extra: [], valid: known };
  return fillFrom(seen, known, completeCoarseField(field), window);
}
