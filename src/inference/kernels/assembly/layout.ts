/** What all parts of the kernel agree on. */

/** Channels that are computed side by side; filters are packed in panels of so many output channels, the last of 4 perhaps. */
export const PANEL: i32 = 8;
/** Places of a patch of 6 x 6. */
export const PLACES: i32 = 36;
export function up4(n: i32): i32 {
  return (n + 3) & ~3;
}
