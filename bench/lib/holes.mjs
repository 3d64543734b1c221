/** Holes in real scenes, and how well they were filled. */

/** Holes of each size, as many as fit: of small ones more. */
const MOST = { 200: 1, 100: 2, 60: 4, 40: 6, 20: 10 };
/** Pixels between two holes. */
const APART = 24;

/**
 * Square holes at places drawn by a fixed seed, all pixels usable, and clear where that is known.
 * @returns {{ mask: Uint8Array, list: { x: number, y: number, side: number }[] }}
 */
export function punchHoles(width, height, usable, clear, sides) {
  const random = generator(20261123);
  const mask = new Uint8Array(width * height);
  const list = [];
  for (const side of sides) {
    if (side > Math.min(width, height) / 2.5) continue;
    for (let attempt = 0, found = 0; attempt < 400 && found < MOST[side]; attempt++) {
      const x = 8 + Math.floor(random() * (width - side - 16));
      const y = 8 + Math.floor(random() * (height - side - 16));
      const free = list.every(
        (other) =>
          x > other.x + other.side + APART ||
          other.x > x + side + APART ||
          y > other.y + other.side + APART ||
          other.y > y + side + APART,
      );
      if (!free || !every(x, y, side, (i) => usable[i] && (!clear || clear[i]), width)) continue;
      every(x, y, side, (i) => (mask[i] = 1), width);
      list.push({ x, y, side });
      found++;
    }
  }
  return { mask, list };
}

function every(x, y, side, test, width) {
  for (let v = y; v < y + side; v++)
    for (let u = x; u < x + side; u++) if (!test(v * width + u)) return false;
  return true;
}

/** Park and Miller's minimal standard. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/**
 * Errors inside the holes, all and by size. `seam`: the mean step across the holes' borders over the mean step between neighbours
 * inside; `seamOfTruth` the same in the truth. `rim`: the mean step across the borders over that of the truth.
 * @param ssimAt SSIM around a pixel
 * @param told mean absolute error that the confidence stands for, per pixel; null where nothing tells one
 * @param grown pixels by which the mask reaches beyond the hole: the seam is measured there
 */
export function scoreHoles(planes, truth, { list }, width, ssimAt, told, grown = 0) {
  const score = (holes) => {
    let [square, absolute, angle, similar, expected, pixels] = [0, 0, 0, 0, 0, 0];
    const steps = [planes, truth].map(() => ({ border: 0, borders: 0, inside: 0, insides: 0 }));
    for (const { x, y, side } of holes) {
      every(
        x,
        y,
        side,
        (i) => {
          let [dot, a, b] = [0, 0, 0];
          for (let k = 0; k < planes.length; k++) {
            const [value, wanted] = [planes[k][i], truth[k][i]];
            square += (value - wanted) ** 2;
            absolute += Math.abs(value - wanted);
            dot += value * wanted;
            a += value * value;
            b += wanted * wanted;
          }
          angle += Math.acos(Math.min(1, dot / Math.sqrt(Math.max(1e-12, a * b))));
          similar += ssimAt(i);
          expected += told?.[i] ?? 0;
          pixels++;
          return true;
        },
        width,
      );
      addSteps(steps[0], planes, x - grown, y - grown, side + 2 * grown, width);
      addSteps(steps[1], truth, x - grown, y - grown, side + 2 * grown, width);
    }
    const ratio = ({ border, borders, inside, insides }) => border / borders / (inside / insides);
    return {
      psnr: -10 * Math.log10(square / (pixels * planes.length)),
      ssim: similar / pixels,
      mae: absolute / (pixels * planes.length),
      told: told && expected / pixels,
      sam: ((angle / pixels) * 180) / Math.PI,
      seam: ratio(steps[0]),
      seamOfTruth: ratio(steps[1]),
      rim: steps[0].border / steps[1].border,
      pixels,
    };
  };
  const sides = [...new Set(list.map(({ side }) => side))];
  return {
    all: score(list),
    ...Object.fromEntries(sides.map((side) => [side, score(list.filter((hole) => hole.side === side))])),
  };
}

function addSteps(to, planes, x, y, side, width) {
  const step = (i, j) => planes.reduce((sum, plane) => sum + Math.abs(plane[i] - plane[j]), 0);
  for (let k = 0; k < side; k++) {
    const [top, left] = [y * width + x + k, (y + k) * width + x];
    const bottom = (y + side - 1) * width + x + k;
    const right = (y + k) * width + x + side - 1;
    to.border +=
      step(top, top - width) + step(bottom, bottom + width) + step(left, left - 1) + step(right, right + 1);
    to.borders += 4;
    for (let c = 0; c < side - 1; c++) {
      to.inside += step(left + c, left + c + 1) + step(top + c * width, top + (c + 1) * width);
      to.insides += 2;
    }
  }
}

/** Means over the pairs of a set, row by row, size by size. */
export function meanOf(results) {
  const rows = {};
  for (const row of Object.keys(results[0].rows)) {
    rows[row] = {};
    for (const size of new Set(results.flatMap((result) => Object.keys(result.rows[row])))) {
      const scores = results.map((result) => result.rows[row][size]).filter(Boolean);
      const mean = (key) => scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
      rows[row][size] = {
        psnr: mean('psnr'),
        ssim: mean('ssim'),
        mae: mean('mae'),
        told: scores[0].told === null ? null : mean('told'),
        sam: mean('sam'),
        seam: mean('seam'),
        seamOfTruth: mean('seamOfTruth'),
        rim: mean('rim'),
        pairs: scores.length,
      };
    }
  }
  return rows;
}
