import { eachNeighbour } from '../neighbours.ts';
import type { Probabilities } from './probabilities.ts';

/*
 * Bright holes in clouds are tops that the detector calls clear, and from which the fill of a whole cloud would start. A gap through which the
 * ground is seen is darker than the cloud around it; what is as bright as the cloud and enclosed by it is cloud. This is the filling of holes of
 * mathematical morphology (Soille 2003), for holes that are bright. Training uses the same definition
 * (`training/unclouded_training/holes.py`); a fixture ties the two together.
 */

/** Probabilities in 1/255 from which a pixel counts as cloud (thin and thick together), and as thick cloud. */
const CLOUD = 0.4 * 255;
const THICK = 0.5 * 255;
/** Pixels of thick cloud from which on it is known how bright clouds are. */
const LEAST_THICK = 50;
/** Share of the median of thick cloud from which on a pixel is bright. */
const BRIGHT = 0.7;
/** Width and height of a hole at most: tiles show the detector more around what is kept of them. */
const MOST_PIXELS = 48;
/** Share of the pixels around a hole that are cloud. */
const ENCLOSED = 0.5;

/**
 * Makes thick cloud of bright holes: groups (4 neighbours) of pixels that are not cloud but about as bright as it is, and that have more cloud
 * around them (8 neighbours) than anything else.
 *
 * @param found Over a tile with what lies around it; changed in place.
 * @param canonical Reflectance over the same pixels, null where the scene lacks the band.
 * @param valid 1 where a pixel holds data.
 */
export function fillBrightHoles(
  found: Probabilities,
  canonical: readonly (Float32Array | null)[],
  valid: Uint8Array,
  width: number,
): void {
  const light = canonical.slice(0, 3).filter((band) => band !== null);
  const brightness = (i: number) => light.reduce((sum, band) => sum + band[i], 0) / light.length;
  const ofThick: number[] = [];
  valid.forEach((is, i) => {
    if (is && found.thick[i] >= THICK) ofThick.push(brightness(i));
  });
  if (light.length === 0 || ofThick.length < LEAST_THICK) return;
  const isCloud = valid.map((is, i) => (is && found.thin[i] + found.thick[i] >= CLOUD ? 1 : 0));
  const bright = BRIGHT * Float64Array.from(ofThick).sort()[(ofThick.length - 1) >> 1];
  const left = valid.map((is, i) => (is && !isCloud[i] && brightness(i) >= bright ? 1 : 0));
  for (let start = 0; start < left.length; start++) {
    if (!left[start]) continue;
    const hole = takeGroup(left, width, start);
    if (!isSmall(hole, width) || !isEnclosed(hole, isCloud, width)) continue;
    for (const i of hole) {
      found.thin[i] = 0;
      found.thick[i] = 255;
      found.shadow[i] = 0;
    }
  }
}

/** The pixels that hang together with `start`; they are taken out of `left`. */
function takeGroup(left: Uint8Array, width: number, start: number): number[] {
  const group = [start];
  left[start] = 0;
  const add = (i: number) => {
    if (!left[i]) return;
    left[i] = 0;
    group.push(i);
  };
  for (let next = 0; next < group.length; next++) {
    const i = group[next];
    if (i % width > 0) add(i - 1);
    if (i % width < width - 1) add(i + 1);
    if (i >= width) add(i - width);
    if (i + width < left.length) add(i + width);
  }
  return group;
}

function isSmall(group: readonly number[], width: number): boolean {
  let [leftmost, rightmost, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of group) {
    const x = i % width;
    leftmost = Math.min(leftmost, x);
    rightmost = Math.max(rightmost, x);
    top = Math.min(top, i - x);
    bottom = Math.max(bottom, i - x);
  }
  return rightmost - leftmost < MOST_PIXELS && (bottom - top) / width < MOST_PIXELS;
}

function isEnclosed(group: readonly number[], isCloud: Uint8Array, width: number): boolean {
  const height = isCloud.length / width;
  const inside = new Set(group);
  const rim = new Set<number>();
  for (const i of group) {
    eachNeighbour(i, width, height, (other) => {
      if (!inside.has(other)) rim.add(other);
    });
  }
  let cloudy = 0;
  for (const i of rim) cloudy += isCloud[i];
  return rim.size > 0 && cloudy >= ENCLOSED * rim.size;
}
