/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** Evenly distributed in low .. high. */
  uniform(low?: number, high?: number): number;
  /** Its logarithm is evenly distributed; both limits are positive. */
  logUniform(low: number, high: number): number;
  /** Normally distributed around 0 with deviation 1 (Box and Muller 1958). */
  normal(): number;
}

/** @param seed Any whole number. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  // Weyl sequence with a mixing function (splitmix32, after Steele, Lea and Flood 2014).
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
  const uniform = (low = 0, high = 1) => low + (high - low) * next();
  return {
    uniform,
    logUniform: (low, high) => Math.exp(uniform(Math.log(low), Math.log(high))),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
