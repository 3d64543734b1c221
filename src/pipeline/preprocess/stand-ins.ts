/**
 * Which pixel the networks see in place of one without data: its mirror image across the edge of the data, or the pixel at that edge
 * where the image would lie outside. They learned on pictures that are full, and take a dark border for shadow or a gap between clouds.
 *
 * @param valid `width * height`, 1 where a pixel holds data.
 * @returns For every pixel the index of the one whose value is taken, itself where it holds data; null if all do, or none.
 */
export function standIns(valid: Uint8Array, width: number): Int32Array | null {
  if (!valid.includes(0) || !valid.includes(1)) return null;
  const nearest = nearestValid(valid, width);
  const height = valid.length / width;
  return nearest.map((at, i) => {
    if (at === i) return i;
    const mirrorX = 2 * (at % width) - (i % width);
    const mirrorY = 2 * Math.floor(at / width) - Math.floor(i / width);
    if (mirrorX < 0 || mirrorX >= width || mirrorY < 0 || mirrorY >= height) return at;
    const mirrored = mirrorY * width + mirrorX;
    return valid[mirrored] ? mirrored : at;
  });
}

/**
 * Index of the valid pixel nearest to each, by two sweeps that hand it on from neighbour to neighbour: exact but for a pixel here and
 * there (Danielsson, "Euclidean Distance Mapping", 1980).
 */
function nearestValid(valid: Uint8Array, width: number): Int32Array {
  const height = valid.length / width;
  const nearest = new Int32Array(valid.length).fill(-1);
  const distance = new Float64Array(valid.length).fill(Infinity);
  for (let i = 0; i < valid.length; i++) {
    if (!valid[i]) continue;
    nearest[i] = i;
    distance[i] = 0;
  }
  const offer = (x: number, y: number, neighbourX: number, neighbourY: number) => {
    if (neighbourX < 0 || neighbourX >= width || neighbourY < 0 || neighbourY >= height) return;
    const at = nearest[neighbourY * width + neighbourX];
    if (at < 0) return;
    const far = (at % width) - x;
    const down = Math.floor(at / width) - y;
    const squared = far * far + down * down;
    const i = y * width + x;
    if (squared >= distance[i]) return;
    distance[i] = squared;
    nearest[i] = at;
  };
  for (const step of [1, -1]) {
    const [firstY, firstX] = step > 0 ? [0, 0] : [height - 1, width - 1];
    for (let y = firstY; y >= 0 && y < height; y += step) {
      for (let x = firstX; x >= 0 && x < width; x += step) {
        offer(x, y, x - step, y);
        for (const across of [-1, 0, 1]) offer(x, y, x + across, y - step);
      }
      for (let x = width - 1 - firstX; x >= 0 && x < width; x -= step) offer(x, y, x + step, y);
    }
  }
  return nearest;
}
