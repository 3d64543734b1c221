import { describe, expect, it } from 'vitest';
import { combine, type DateValues } from './combine.ts';

const saw = (date: number, ...values: number[]): DateValues => ({ date, values: Float64Array.from(values) });

describe('combine', () => {
  const three = [saw(2, 0.3, 0.1), saw(0, 0.1, 0.2), saw(1, 0.14, 0.22)];

  it('takes the first, the one in the middle, or the median of every band', () => {
    expect(combine(three, 'least-cloudy', 2).date).toBe(2);
    expect(combine(three, 'medoid', 2).date).toBe(1);
    const median = combine(three, 'median', 2);
    expect([...median.values]).toEqual([0.14, 0.2]);
    // Nearest to it is date 1.
    expect(median.date).toBe(1);
  });

  it('names the target only where its values are kept', () => {
    const middle = [saw(0, 0.2, 0.2), saw(1, 0.1, 0.3), saw(2, 0.3, 0.1)];
    expect(combine(middle, 'median', 2)).toMatchObject({ date: 0, values: middle[0].values });
    const two = combine([saw(0, 0.2, 0.2), saw(1, 0.3, 0.4)], 'median', 2);
    expect(two.date).toBe(1);
    expect(two.values[1]).toBeCloseTo(0.3, 12);
  });

  it('tells how far the dates lie apart; bands that are not counted do not matter', () => {
    expect(combine([saw(1, 0.2, 9), saw(2, 0.3, 0)], 'least-cloudy', 1).spread).toBeCloseTo(0.1, 12);
    for (const method of ['least-cloudy', 'medoid', 'median'] as const) {
      expect(combine([saw(0, 0.2)], method, 1)).toEqual({ ...saw(0, 0.2), spread: 0 });
    }
  });
});
