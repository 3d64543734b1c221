/**
 * [rows, width, depth] to [rows * block, width * block, depth / block²]: a row of blocks becomes `block` rows, each of runs
 * of `block` pixels.
 */
export function depthToSpace(from: usize, rows: i32, width: i32, depth: i32, block: i32, out: usize): void {
  const run = depth / block;
  let target = out;
  for (let row = 0; row < rows; row++) {
    for (let line = 0; line < block; line++) {
      let source = from + <usize>((row * width * depth + line * run) * 4);
      for (let column = 0; column < width; column++) {
        copy(source, target, run);
        source += <usize>(depth * 4);
        target += <usize>(run * 4);
      }
    }
  }
}

/** Copies `run` values of every `fromStep` to the place of every `toStep`, `count` times. */
export function copyRuns(from: usize, fromStep: i32, to: usize, toStep: i32, run: i32, count: i32): void {
  for (let i = 0; i < count; i++) {
    copy(from, to, run);
    from += <usize>(fromStep * 4);
    to += <usize>(toStep * 4);
  }
}

function copy(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + <usize>(i * 4), v128.load(from + <usize>(i * 4)));
  for (; i < count; i++) store<f32>(to + <usize>(i * 4), load<f32>(from + <usize>(i * 4)));
}
