/** Boxes, three times each, so about Gaussians: that which tells tone from detail, and that which spreads the tone of the ground around. */
const DETAIL_RADIUS = 3;
const TONE_RADIUS = 8;
const TIMES = 3;
/** Share of known ground in the box below which its tone counts for less and less: far inside a cloud the fill stays as it is. */
const LEAST_KNOWN = 0.02;
/** Pixels around a pixel on which {@link joinTone} depends. */
export const DETAIL_REACH = (DETAIL_RADIUS + TONE_RADIUS) * TIMES;

/**
 * Under thick cloud, takes the tone from what the generator made of the ground around it, and the detail from what it says there.
 *
 * Nothing was seen there that could say how bright the ground is. The fill rests on clear pixels alone, which may be far away or, at the
 * rim of clouds, hold some; the generator's guess allows for the rims of training. What is known better is the ground under thin cloud and in
 * shadow around it: by how much the generator changed the fill there is spread into the gap, and fades far inside it. Beside clear
 * ground it changed nothing, and nothing is spread. The detail fades in from the rim. This is the generator's output cloned into the gap
 * (Perez, Gangnet and Blake 2003), with normalised convolutions (Knutsson and Westin 1993) in place of the membrane, so that it depends on
 * near pixels only and tiles show no borders.
 *
 * @param planes What the generator says, in reflectance; changed in place where `share` is above 0.
 * @param fill The pre-fill.
 * @param share How much of a pixel is to be treated so, 0..1.
 * @param valid 1 where the scene holds data: the ground was seen there where `share` is 0.
 */
export function joinTone(
  planes: readonly Float32Array[],
  fill: readonly Float32Array[],
  share: Float32Array,
  valid: Uint8Array,
  width: number,
  height: number,
): void {
  if (!share.some((s) => s > 0)) return;
  const [blur, spread] = [blurOf(width, height, DETAIL_RADIUS), blurOf(width, height, TONE_RADIUS)];
  const around = blur(share.slice());
  const known = share.map((s, i) => (s === 0 ? valid[i] : 0));
  const knownAround = spread(known.slice());
  const tone = new Float32Array(share.length);
  const change = new Float32Array(share.length);
  planes.forEach((plane, b) => {
    const filled = fill[b];
    for (let i = 0; i < tone.length; i++) tone[i] = known[i] * (plane[i] - filled[i]);
    spread(tone);
    for (let i = 0; i < tone.length; i++) tone[i] = filled[i] + tone[i] / (knownAround[i] + LEAST_KNOWN);
    for (let i = 0; i < change.length; i++) change[i] = share[i] * (plane[i] - tone[i]);
    blur(change);
    for (let i = 0; i < plane.length; i++) {
      const s = share[i];
      if (s === 0) continue;
      const detail = plane[i] - tone[i] - change[i] / around[i];
      const shown = Math.max(0, 2 * around[i] - 1);
      plane[i] = (1 - s) * plane[i] + s * Math.max(0, tone[i] + shown * detail);
    }
  });
}

/** Blurs planes of that size in place: box after box, along rows, then along columns, with running sums; beyond the plane is nothing. */
function blurOf(width: number, height: number, radius: number): (plane: Float32Array) => Float32Array {
  const part = 1 / (2 * radius + 1);
  // A row, and the plane after its rows, with nothing around them.
  const row = new Float32Array(width + 2 * radius);
  const rows = new Float32Array(width * (height + 2 * radius));
  const ahead = 2 * radius * width;
  const sums = new Float64Array(width);
  return (plane) => {
    for (let time = 0; time < TIMES; time++) {
      for (let start = 0, to = radius * width; start < plane.length; start += width) {
        row.set(plane.subarray(start, start + width), radius);
        let sum = 0;
        for (let x = 0; x < 2 * radius; x++) sum += row[x];
        for (let x = 0; x < width; x++, to++) {
          sum += row[x + 2 * radius];
          rows[to] = sum * part;
          sum -= row[x];
        }
      }
      sums.fill(0);
      for (let i = 0; i < ahead; i++) sums[i % width] += rows[i];
      for (let start = 0; start < plane.length; start += width) {
        for (let x = 0, i = start; x < width; x++, i++) {
          const sum = sums[x] + rows[i + ahead];
          plane[i] = sum * part;
          sums[x] = sum - rows[i];
        }
      }
    }
    return plane;
  };
}
