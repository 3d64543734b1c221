import { boxBlur } from '../blur.ts';

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
 * (Perez, Gangnet and Blake 2003), with normalised convolutions in place of the membrane, so that it depends on
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
  const [blur, spread] = [DETAIL_RADIUS, TONE_RADIUS].map((radius) => boxBlur(width, height, radius, TIMES));
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
