/**
 * Ways to see the scene before and after at once. All of them follow one number, the share of "before" (0..1):
 * where the divider stands, how much of "before" shines through, or which of the two is shown (1 or 0).
 */
export const COMPARE_MODES = [
  /** Before left of a divider, after right of it. */
  'swipe',
  /** Before above a divider, after below it. */
  'swipe-rows',
  /** Each in its half of the map, of the same place. */
  'side-by-side',
  /** One after the other. */
  'blink',
  /** After over before, transparent. */
  'blend',
  /** Where the two differ, the brighter the more. */
  'difference',
] as const;
export type CompareMode = (typeof COMPARE_MODES)[number];

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
