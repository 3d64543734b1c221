/**
 * Squared Euclidean distance from every pixel to the nearest pixel of a set, up to a limit.
 *
 * Exact: distances along rows first, then the minimum over columns (the two-pass scheme of Felzenszwalb and
 * Huttenlocher, "Distance Transforms of Sampled Functions", 2012, by plain search, as the reach is short).
 *
 * @param inSet `width * height`, non-zero where the pixel belongs to the set.
 * @param reach Distances beyond this many pixels are reported as Infinity; 0 or more.
 * @param wanted Where given, pixels with 0 here are not computed and read Infinity.
 * @returns Squared distances in pixels, 0 inside the set.
 */
export function squaredDistance(
  inSet: ArrayLike<number>,
  width: number,
  height: number,
  reach: number,
  wanted?: ArrayLike<number>,
): Float32Array {
  const along = new Uint16Array(width * height).fill(reach + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let last = -Infinity;
    for (let x = 0; x < width; x++) {
      if (inSet[row + x]) last = x;
      along[row + x] = Math.min(reach + 1, x - last);
    }
    last = Infinity;
    for (let x = width - 1; x >= 0; x--) {
      if (inSet[row + x]) last = x;
      along[row + x] = Math.min(along[row + x], last - x);
    }
  }
  const limit = reach * reach;
  const out = new Float32Array(width * height).fill(Infinity);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - reach);
    const bottom = Math.min(height - 1, y + reach);
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (wanted && !wanted[i]) continue;
      let best = Infinity;
      for (let v = top; v <= bottom; v++) {
        const across = along[v * width + x];
        if (across > reach) continue;
        const d = across * across + (v - y) * (v - y);
        if (d < best) best = d;
      }
      if (best <= limit) out[i] = best;
    }
  }
  return out;
}
