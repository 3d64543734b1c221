import { PANEL } from './layout';

/** [count, ins] times [ins, outs], the second in panels; `count` is a multiple of 4. */
export function multiply(
  seen: usize,
  count: i32,
  ins: i32,
  insUp: i32,
  panels: usize,
  outsUp: i32,
  made: usize,
): void {
  const seenStep = <usize>(insUp * 4);
  const madeStep = <usize>(outsUp * 4);
  let panel = panels;
  let o = 0;
  for (; o + PANEL <= outsUp; o += PANEL) {
    for (let t = 0; t < count; t += 4) {
      let a = seen + <usize>t * seenStep;
      let b = panel;
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s10 = s00;
      let s11 = s00;
      let s20 = s00;
      let s21 = s00;
      let s30 = s00;
      let s31 = s00;
      const end = a + <usize>(ins * 4);
      while (a < end) {
        const w0 = v128.load(b);
        const w1 = v128.load(b, 16);
        const v0 = v128.load_splat<f32>(a);
        s00 = f32x4.add(s00, f32x4.mul(v0, w0));
        s01 = f32x4.add(s01, f32x4.mul(v0, w1));
        const v1 = v128.load_splat<f32>(a + seenStep);
        s10 = f32x4.add(s10, f32x4.mul(v1, w0));
        s11 = f32x4.add(s11, f32x4.mul(v1, w1));
        const v2 = v128.load_splat<f32>(a + 2 * seenStep);
        s20 = f32x4.add(s20, f32x4.mul(v2, w0));
        s21 = f32x4.add(s21, f32x4.mul(v2, w1));
        const v3 = v128.load_splat<f32>(a + 3 * seenStep);
        s30 = f32x4.add(s30, f32x4.mul(v3, w0));
        s31 = f32x4.add(s31, f32x4.mul(v3, w1));
        a += 4;
        b += 32;
      }
      const to = made + <usize>t * madeStep + <usize>(o * 4);
      v128.store(to, s00);
      v128.store(to, s01, 16);
      v128.store(to + madeStep, s10);
      v128.store(to + madeStep, s11, 16);
      v128.store(to + 2 * madeStep, s20);
      v128.store(to + 2 * madeStep, s21, 16);
      v128.store(to + 3 * madeStep, s30);
      v128.store(to + 3 * madeStep, s31, 16);
    }
    panel += <usize>(ins * PANEL * 4);
  }
  if (o === outsUp) return;
  for (let t = 0; t < count; t += 4) {
    let a = seen + <usize>t * seenStep;
    let b = panel;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const end = a + <usize>(ins * 4);
    while (a < end) {
      const w = v128.load(b);
      s0 = f32x4.add(s0, f32x4.mul(v128.load_splat<f32>(a), w));
      s1 = f32x4.add(s1, f32x4.mul(v128.load_splat<f32>(a + seenStep), w));
      s2 = f32x4.add(s2, f32x4.mul(v128.load_splat<f32>(a + 2 * seenStep), w));
      s3 = f32x4.add(s3, f32x4.mul(v128.load_splat<f32>(a + 3 * seenStep), w));
      a += 4;
      b += 16;
    }
    const to = made + <usize>t * madeStep + <usize>(o * 4);
    v128.store(to, s0);
    v128.store(to + madeStep, s1);
    v128.store(to + 2 * madeStep, s2);
    v128.store(to + 3 * madeStep, s3);
  }
}
