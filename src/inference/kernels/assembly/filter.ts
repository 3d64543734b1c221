import { PANEL, PLACES, up4 } from './layout';

/**
 * Packs a filter [3, 3, ins, outs]: G g G' for each pair of channels, by place, panel, input channel, and output channel
 * within the panel.
 */
export function packFilter(filter: usize, ins: i32, outs: i32, packed: usize): void {
  const padded = up4(outs);
  const plane = <usize>(ins * padded * 4);
  memory.fill(packed, 0, plane * PLACES);
  for (let i = 0; i < ins; i++) {
    for (let o = 0; o < outs; o++) {
      const panel = o & ~(PANEL - 1);
      const wide = min(PANEL, padded - panel);
      const to = packed + <usize>((panel * ins + i * wide + (o - panel)) * 4);
      const step = <usize>(ins * outs * 4);
      const from = filter + <usize>((i * outs + o) * 4);
      for (let row = 0; row < 6; row++) {
        // Row `row` of G g, then its product with G'.
        const a = weigh(row, load<f32>(from), load<f32>(from + 3 * step), load<f32>(from + 6 * step));
        const b = weigh(row, load<f32>(from + step), load<f32>(from + 4 * step), load<f32>(from + 7 * step));
        const c = weigh(
          row,
          load<f32>(from + 2 * step),
          load<f32>(from + 5 * step),
          load<f32>(from + 8 * step),
        );
        for (let column = 0; column < 6; column++) {
          store<f32>(to + <usize>(row * 6 + column) * plane, <f32>weigh(column, a, b, c));
        }
      }
    }
  }
}

/** Row of G times (a, b, c). */
function weigh(row: i32, a: f64, b: f64, c: f64): f64 {
  if (row === 0) return a / 4;
  if (row === 1) return -(a + b + c) / 6;
  if (row === 2) return (b - a - c) / 6;
  if (row === 3) return a / 24 + b / 12 + c / 6;
  if (row === 4) return a / 24 - b / 12 + c / 6;
  return c;
}
