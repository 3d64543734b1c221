import type { CompareMode } from '../store/preferences.ts';

/** How the two halves of `side-by-side` lie: beside each other on a wide map, else above each other. */
export type Split = 'columns' | 'rows';

export function splitOf(width: number, height: number): Split {
  return width >= height ? 'columns' : 'rows';
}

/**
 * The map position under a position in a half. Both halves show the middle of the map, moved by a quarter of its
 * size: see viewer.css.
 */
export function unsplit(
  pixel: readonly number[],
  size: readonly number[],
  split: Split,
): [x: number, y: number] {
  const axis = split === 'columns' ? 0 : 1;
  const moved: [number, number] = [pixel[0], pixel[1]];
  moved[axis] += (pixel[axis] < size[axis] / 2 ? 1 : -1) * (size[axis] / 4);
  return moved;
}

/** The modes in which a divider is dragged over the map. */
export function hasDivider(mode: CompareMode): boolean {
  return mode === 'swipe' || mode === 'swipe-rows';
}
