/** Visits the pixels beside one, across corners too (8 neighbours), as far as the plane reaches. */
export function eachNeighbour(
  pixel: number,
  width: number,
  height: number,
  visit: (other: number) => void,
): void {
  const x = pixel % width;
  const y = (pixel - x) / width;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      if (u !== x || v !== y) visit(v * width + u);
    }
  }
}
