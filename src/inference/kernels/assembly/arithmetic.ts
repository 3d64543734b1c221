/** a + b, `count` values each. */
export function add(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>(i * 4);
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = <usize>(i * 4);
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}

/** `count` values of a, times b, which holds `period` values and begins anew after them. */
export function multiplyBy(a: usize, b: usize, period: i32, out: usize, count: i32): void {
  if (period === 1) {
    scale(a, load<f32>(b), out, count);
    return;
  }
  for (let start = 0; start < count; start += period) {
    const at = <usize>(start * 4);
    product(a + at, b, out + at, period);
  }
}

function scale(a: usize, factor: f32, out: usize, count: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>(i * 4);
    v128.store(out + at, f32x4.mul(v128.load(a + at), factors));
  }
  for (; i < count; i++) {
    const at = <usize>(i * 4);
    store<f32>(out + at, load<f32>(a + at) * factor);
  }
}

function product(a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>(i * 4);
    v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < count; i++) {
    const at = <usize>(i * 4);
    store<f32>(out + at, load<f32>(a + at) * load<f32>(b + at));
  }
}
