/**
 * Smooths subsampled chroma in place. On entry each chroma sample stands repeated over `h` x `v` pixels;
 * on return it is interpolated with the triangle filter (3/4 of the nearer sample, 1/4 of the farther one
 * in each direction) that libjpeg uses for factors of 2, in its integer rounding, and so GDAL. Other
 * factors, and images of two chroma columns, stay repeated, as they do there.
 * @param pixels Y, Cb, Cr interleaved
 */
export function upsampleChroma(
  pixels: Uint8Array,
  width: number,
  height: number,
  h: number,
  v: number,
): void {
  const columns = Math.ceil(width / h);
  const rows = Math.ceil(height / v);
  if (h > 2 || v > 2 || h * v === 1 || (h === 2 && columns <= 2)) return;
  // Per axis that is interpolated, sums are scaled by 4; the roundings alternate so that they do not drift.
  const shift = (h === 2 ? 2 : 0) + (v === 2 ? 2 : 0);
  const [roundLeft, roundRight] = h === 2 ? (v === 2 ? [8, 7] : [1, 2]) : [0, 0];
  const sums = new Int32Array(columns);
  const plane = new Uint8Array(columns * rows);
  for (const band of [1, 2]) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        plane[row * columns + column] = pixels[(row * v * width + column * h) * 3 + band];
      }
    }
    for (let y = 0; y < height; y++) {
      const near = Math.floor(y / v) * columns;
      const beyond = Math.floor(y / v) + (y % 2 === 0 ? -1 : 1);
      const far = Math.min(rows - 1, Math.max(0, beyond)) * columns;
      for (let i = 0; i < columns; i++) {
        sums[i] = v === 2 ? 3 * plane[near + i] + plane[far + i] : plane[near + i];
      }
      const line = y * width * 3 + band;
      if (h === 1) {
        for (let x = 0; x < width; x++) pixels[line + 3 * x] = (sums[x] + 1 + (y % 2)) >> shift;
        continue;
      }
      for (let x = 0; x < width; x++) {
        const i = x >> 1;
        const sum =
          x % 2 === 0
            ? 3 * sums[i] + sums[Math.max(0, i - 1)] + roundLeft
            : 3 * sums[i] + sums[Math.min(columns - 1, i + 1)] + roundRight;
        pixels[line + 3 * x] = sum >> shift;
      }
    }
  }
}

/** YCbCr to RGB in place: ITU-R BT.601 over the full range of 8 bits, as in JFIF 1.02. */
export function toRgb(pixels: Uint8Array<ArrayBuffer>): void {
  // A clamped array rounds and bounds what is written to it.
  const rgb = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let i = 0; i < pixels.length; i += 3) {
    const y = pixels[i];
    const cb = pixels[i + 1] - 128;
    const cr = pixels[i + 2] - 128;
    rgb[i] = y + 1.402 * cr;
    rgb[i + 1] = y - 0.344136 * cb - 0.714136 * cr;
    rgb[i + 2] = y + 1.772 * cb;
  }
}
