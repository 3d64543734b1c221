import { describe, expect, test } from 'vitest';
import { boxBlur, convolve, gaussianKernel } from './blur.ts';

const WIDTH = 9;
const HEIGHT = 6;
const plane = Float64Array.from({ length: WIDTH * HEIGHT }, (_, i) => ((i * 37) % 11) / 11);

/** By the definition, pixel by pixel: what a square of weights holds, with nothing beyond the plane. */
function bySquare(values: Float64Array, kernel: readonly number[]): Float64Array {
  const radius = (kernel.length - 1) / 2;
  return values.map((_, i) => {
    let sum = 0;
    kernel.forEach((down, v) => {
      kernel.forEach((across, u) => {
        const [x, y] = [(i % WIDTH) + u - radius, Math.floor(i / WIDTH) + v - radius];
        if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) sum += down * across * values[y * WIDTH + x];
      });
    });
    return sum;
  });
}

function expectAlike(found: ArrayLike<number>, expected: Float64Array, digits: number) {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => void expect(found[i]).toBeCloseTo(value, digits));
}

// A radius of 7 reaches over the plane, as a scene of a few cells has it.
describe.each([1, 3, 7])('boxes of radius %d', (radius) => {
  const box = Array.from({ length: 2 * radius + 1 }, () => 1 / (2 * radius + 1));

  test('are means, one over the other', () => {
    const expected = bySquare(bySquare(plane, box), box);
    expectAlike(boxBlur(WIDTH, HEIGHT, radius, 2)(plane.slice()), expected, 12);
    expectAlike(boxBlur(WIDTH, HEIGHT, radius, 2)(Float32Array.from(plane)), expected, 6);
  });

  test('know nothing of the plane before', () => {
    const blur = boxBlur(WIDTH, HEIGHT, radius, 1);
    blur(plane.map((value) => 100 * value));
    expectAlike(blur(plane.slice()), bySquare(plane, box), 12);
  });
});

test.each([
  [1, 3],
  [1.5, 5],
  [4, 8],
])('a Gaussian of deviation %d over %d pixels', (sigma, radius) => {
  const kernel = gaussianKernel(sigma, radius);
  expect(kernel.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(kernel[radius + 1] / kernel[radius]).toBeCloseTo(Math.exp(-1 / (2 * sigma ** 2)), 12);
  expectAlike(convolve(plane, WIDTH, kernel), bySquare(plane, [...kernel]), 12);
});
