/** B' d B of a patch of 6 x 6 pixels, four channels at a time. */
export function see(from: usize, pixel: usize, row: usize, to: usize, plane: usize, patch: usize): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (let column = 0; column < 6; column++) {
    const at = from + <usize>column * pixel;
    const d0 = v128.load(at);
    const d1 = v128.load(at + row);
    const d2 = v128.load(at + 2 * row);
    const d3 = v128.load(at + 3 * row);
    const d4 = v128.load(at + 4 * row);
    const d5 = v128.load(at + 5 * row);
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    const far = f32x4.sub(d4, d2);
    const twice = f32x4.mul(two, f32x4.sub(d3, d1));
    const held = patch + <usize>(column * 16);
    v128.store(held, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
    v128.store(held, f32x4.add(even, odd), 96);
    v128.store(held, f32x4.sub(even, odd), 192);
    v128.store(held, f32x4.add(far, twice), 288);
    v128.store(held, f32x4.sub(far, twice), 384);
    v128.store(held, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5), 480);
  }
  for (let line = 0; line < 6; line++) {
    const held = patch + <usize>(line * 96);
    const d0 = v128.load(held);
    const d1 = v128.load(held, 16);
    const d2 = v128.load(held, 32);
    const d3 = v128.load(held, 48);
    const d4 = v128.load(held, 64);
    const d5 = v128.load(held, 80);
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    const far = f32x4.sub(d4, d2);
    const twice = f32x4.mul(two, f32x4.sub(d3, d1));
    const target = to + <usize>(line * 6) * plane;
    v128.store(target, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
    v128.store(target + plane, f32x4.add(even, odd));
    v128.store(target + 2 * plane, f32x4.sub(even, odd));
    v128.store(target + 3 * plane, f32x4.add(far, twice));
    v128.store(target + 4 * plane, f32x4.sub(far, twice));
    v128.store(target + 5 * plane, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
  }
}

/** A' m A, bias and activation: 4 x 4 pixels, four channels at a time, those that lie in the image. */
export function make(
  from: usize,
  plane: usize,
  bias: usize,
  c: i32,
  outs: i32,
  relu: i32,
  out: usize,
  y: i32,
  x: i32,
  height: i32,
  width: i32,
  patch: usize,
): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  const zero = f32x4.splat(0);
  const left = outs - c;
  let shift = zero;
  if (bias !== 0) {
    if (left >= 4) shift = v128.load(bias + <usize>(c * 4));
    else {
      memory.fill(patch, 0, 16);
      for (let i = 0; i < left; i++)
        store<f32>(patch + <usize>(i * 4), load<f32>(bias + <usize>((c + i) * 4)));
      shift = v128.load(patch);
    }
  }
  // Down the columns, then along the rows.
  for (let column = 0; column < 6; column++) {
    const at = from + <usize>column * plane;
    const m1 = v128.load(at + 6 * plane);
    const m2 = v128.load(at + 12 * plane);
    const m3 = v128.load(at + 18 * plane);
    const m4 = v128.load(at + 24 * plane);
    const a = f32x4.add(m1, m2);
    const b = f32x4.sub(m1, m2);
    const e = f32x4.add(m3, m4);
    const d = f32x4.sub(m3, m4);
    const held = patch + <usize>(column * 16);
    v128.store(held, f32x4.add(f32x4.add(v128.load(at), a), e));
    v128.store(held, f32x4.add(b, f32x4.mul(two, d)), 96);
    v128.store(held, f32x4.add(a, f32x4.mul(four, e)), 192);
    v128.store(held, f32x4.add(f32x4.add(b, f32x4.mul(eight, d)), v128.load(at + 30 * plane)), 288);
  }
  const rows = min(4, height - y);
  for (let line = 0; line < rows; line++) {
    const held = patch + <usize>(line * 96);
    const m1 = v128.load(held, 16);
    const m2 = v128.load(held, 32);
    const m3 = v128.load(held, 48);
    const m4 = v128.load(held, 64);
    const a = f32x4.add(m1, m2);
    const b = f32x4.sub(m1, m2);
    const e = f32x4.add(m3, m4);
    const d = f32x4.sub(m3, m4);
    let y0 = f32x4.add(shift, f32x4.add(f32x4.add(v128.load(held), a), e));
    let y1 = f32x4.add(shift, f32x4.add(b, f32x4.mul(two, d)));
    let y2 = f32x4.add(shift, f32x4.add(a, f32x4.mul(four, e)));
    let y3 = f32x4.add(shift, f32x4.add(f32x4.add(b, f32x4.mul(eight, d)), v128.load(held, 80)));
    if (relu) {
      y0 = f32x4.max(y0, zero);
      y1 = f32x4.max(y1, zero);
      y2 = f32x4.max(y2, zero);
      y3 = f32x4.max(y3, zero);
    }
    const step = <usize>(outs * 4);
    const to = out + <usize>((((y + line) * width + x) * outs + c) * 4);
    put(to, y0, left);
    if (x + 1 < width) put(to + step, y1, left);
    if (x + 2 < width) put(to + 2 * step, y2, left);
    if (x + 3 < width) put(to + 3 * step, y3, left);
  }
}

/** The first values of four. */
function put(to: usize, values: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, values);
    return;
  }
  store<f32>(to, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}
