import type { Rgb } from '../pipeline/colours.ts';
import { css } from '../viewer/palette.ts';

/** The colours along which values are drawn, with the values at both ends. */
export function Ramp(props: {
  /** Values, rising, and their colours. */
  stops: readonly (readonly [number, Rgb])[];
  low: string;
  high: string;
}) {
  const { stops, low, high } = props;
  const [first, last] = [stops[0][0], stops[stops.length - 1][0]];
  const colours = stops.map(([stop, rgb]) => `${css(rgb)} ${(100 * (stop - first)) / (last - first)}%`);
  return (
    <div className="ramp">
      <div style={{ background: `linear-gradient(to right, ${colours.join(', ')})` }} />
      <span>{low}</span>
      <span>{high}</span>
    </div>
  );
}
