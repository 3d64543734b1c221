import { expect, it } from 'vitest';
import { seeded } from '../evaluate/random.ts';
import { solveFit } from './fit.ts';
import { addToFit, createFitSums } from './fit-samples.ts';

it('tells what dates differ by where nothing changed, and the error to expect, as what is hidden may have changed', () => {
  const window = { x: 0, y: 0, width: 256, height: 256 };
  const random = seeded(3);
  const usable = new Uint8Array(256 * 256).fill(1);
  const date = Float32Array.from(usable, () => random.uniform(0.1, 0.3));
  const changes = Float32Array.from(usable, () => (random.uniform() < 0.05 ? 0.2 : 0));
  const target = date.map((value, i) => 0.9 * value + 0.01 + 0.005 * random.normal() + changes[i]);
  const sums = createFitSums(
    { ...window, transform: null, crs: { code: 'LOCAL', name: '', units: 'pixels' } },
    1,
    [0],
    1,
  );
  addToFit(sums, window, [date], [target], usable);
  const fit = solveFit(sums);
  // 0.8: from the standard deviation to the mean absolute value of normal errors.
  expect(fit.residual[0]).toBeCloseTo(0.8 * 0.005, 3);
  expect(fit.scene.measured).toBeCloseTo(0.8 * 0.005, 3);
  expect(fit.error[0] / (0.8 * 0.005 + 0.05 * 0.2)).toBeCloseTo(1, 1);
});
