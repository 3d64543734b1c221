/** e^x of four values; the method and its polynomial are those of Cephes' expf (Moshier 1992): exact to 2 units in the last place. */
function exponential4(x: v128): v128 {
  const within = f32x4.min(f32x4.max(x, f32x4.splat(-87.33654)), f32x4.splat(88.37626));
  const whole = f32x4.nearest(f32x4.mul(within, f32x4.splat(Mathf.LOG2E)));
  // What is left after 2^whole is taken out; ln 2 in two parts, lest it lose digits.
  const coarse = f32x4.sub(within, f32x4.mul(whole, f32x4.splat(0.693359375)));
  const rest = f32x4.sub(coarse, f32x4.mul(whole, f32x4.splat(-2.1219444e-4)));
  let sum = f32x4.splat(1.98756915e-4);
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1.3981999507e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(8.3334519073e-3));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(4.1665795894e-2));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(1.6666665459e-1));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(5.0000001201e-1));
  sum = f32x4.add(f32x4.add(f32x4.mul(sum, f32x4.mul(rest, rest)), rest), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}

/** (1 - e) / (1 + e) with e = e^-2|x|, and the sign of x. */
function tanh4(x: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const e = exponential4(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
  const one = f32x4.splat(1);
  return v128.or(f32x4.div(f32x4.sub(one, e), f32x4.add(one, e)), sign);
}

/** e^x, `count` values, a multiple of 4; from 88.4 on it grows no more. */
export function exponential(x: usize, out: usize, count: i32): void {
  const end = x + <usize>(count * 4);
  for (; x < end; x += 16, out += 16) v128.store(out, exponential4(v128.load(x)));
}

/** `count` values, a multiple of 4. */
export function tanh(x: usize, out: usize, count: i32): void {
  const end = x + <usize>(count * 4);
  for (; x < end; x += 16, out += 16) v128.store(out, tanh4(v128.load(x)));
}

/** Of four channels each, `pixels` times. */
export function softmaxOfFour(x: usize, out: usize, pixels: i32): void {
  const end = x + <usize>(pixels * 16);
  for (; x < end; x += 16, out += 16) {
    const values = v128.load(x);
    const pairs = f32x4.max(values, v128.shuffle<f32>(values, values, 2, 3, 0, 1));
    const most = f32x4.max(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
    const powers = exponential4(f32x4.sub(values, most));
    const halves = f32x4.add(powers, v128.shuffle<f32>(powers, powers, 2, 3, 0, 1));
    const sum = f32x4.add(halves, v128.shuffle<f32>(halves, halves, 1, 0, 3, 2));
    v128.store(out, f32x4.div(powers, sum));
  }
}
